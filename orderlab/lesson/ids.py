"""What follows from an exercise's id."""


def module_of(exercise_id: str) -> str:
    """The name of an exercise's module, in the catalogue and among the solutions."""
    return f"e{exercise_id.replace('.', '_')}"
