"""Many executions of a state machine: how they ended, what they reached."""
