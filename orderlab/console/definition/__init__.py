"""A state machine's definition: what it says, and what is wrong with it."""
