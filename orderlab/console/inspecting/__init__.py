"""One state of an execution: what each step did to its data."""
