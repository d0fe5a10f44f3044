"""Executions, read by boto3: what happened in them."""
