"""EventBridge Pipes: from a queue to a function, a state machine or another queue."""
