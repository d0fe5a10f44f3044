"""Judges a learner's copy of the application: in a process of its own, with limits."""
