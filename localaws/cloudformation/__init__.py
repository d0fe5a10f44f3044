"""CloudFormation: stacks from SAM templates, and the resource types that moto lacks."""
