"""IAM: who asks, what that needs, and whether a policy allows it."""
