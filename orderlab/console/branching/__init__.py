"""What would have been: an execution beside a branch of it."""
