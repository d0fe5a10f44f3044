"""What breaks in a week on call."""
