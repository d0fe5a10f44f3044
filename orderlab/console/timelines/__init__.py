"""Executions along their time, alone and side by side."""
