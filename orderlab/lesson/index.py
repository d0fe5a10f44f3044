"""The exercises there are: their ids along the path, and each one by its id."""

from __future__ import annotations

import importlib
import pkgutil
import re

from orderlab.lesson import catalogue
from orderlab.lesson.challenges import challenge
from orderlab.lesson.exercises import Exercise
from orderlab.lesson.ids import module_of


def find(exercise_id: str) -> Exercise:
    """The exercise of an id, which may be a neighbour's challenge.

    Raises:
        ValueError: there is none; the message lists those of its lesson.
    """
    if exercise_id.startswith(challenge.PREFIX):
        return challenge.find(exercise_id)
    known = all_ids()
    if exercise_id in known:
        module = f"{catalogue.__name__}.{module_of(exercise_id)}"
        exercise = importlib.import_module(module).exercise
        assert isinstance(exercise, Exercise)
        return exercise
    lesson = exercise_id.split(".", maxsplit=1)[0]
    near = [one for one in known if one.startswith(f"{lesson}.")]
    there = f"Lesson {lesson} has {', '.join(near)}." if near else f"Lesson {lesson} has none."
    raise ValueError(f"There is no exercise {exercise_id!r}. {there}")


def all_ids() -> list[str]:
    """The ids of all exercises, along the path."""
    names = (module.name for module in pkgutil.iter_modules(catalogue.__path__))
    found = sorted(name for name in names if re.fullmatch(r"e\d\d_\d+", name))
    return [name.removeprefix("e").replace("_", ".") for name in found]
