"""CloudWatch and CloudWatch Logs: what functions and executions leave behind."""
