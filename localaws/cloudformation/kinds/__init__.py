"""Resource types, a file for each service: how CloudFormation makes, changes and deletes them."""
