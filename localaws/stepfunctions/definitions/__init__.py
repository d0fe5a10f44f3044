"""What can be told of a state machine's definition before it runs."""
