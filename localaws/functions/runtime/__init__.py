"""What runs in a function's process. Nothing heavy is imported here: see `worker`."""
