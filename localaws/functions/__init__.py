"""Lambda: functions in execution environments, each environment in a process."""
