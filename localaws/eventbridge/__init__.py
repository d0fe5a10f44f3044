"""EventBridge: rules and their targets, and schedules."""
