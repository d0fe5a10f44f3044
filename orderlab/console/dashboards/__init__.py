"""A CloudWatch dashboard, drawn from its own definition."""
