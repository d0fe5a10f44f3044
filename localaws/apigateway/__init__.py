"""API Gateway: deployed APIs that hand their requests to functions."""
