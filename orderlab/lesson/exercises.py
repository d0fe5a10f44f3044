"""What an exercise is: a task, hints, and scenarios that ask what the learner's stack does."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from orderlab.lesson.edits import Edit

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop


@dataclass(frozen=True)
class Finding:
    """What came of one scenario, in the words that the learner reads.

    Attributes:
        expected: what must happen, as "refused".
        got: what happened.
        because: one sentence for whoever sees it fail; it names the order and what it shows.
    """

    expected: str
    got: str
    passed: bool
    because: str = ""


@dataclass(frozen=True)
class Scenario:
    """One thing that must hold; `play` makes it happen on the learner's stack."""

    title: str
    play: Callable[[Shop], Finding]


@dataclass(frozen=True)
class Exercise:
    """An exercise.

    Attributes:
        id: the lesson's number and its own, as "08.1".
        level: "core" or "extra".
        task: Markdown of at most six lines: the situation, what must hold, where to edit.
        files: what the learner edits, as paths in the application; none where `check` takes the
            answer.
        given: edits that make a stack of the exercise's own, a broken or a slow one. Where there
            are any, the learner works on a copy of the application in `exercises/05_3`.
        hints: where to look, what to use, nearly the answer.
        scenarios: in the order in which they are played; the first one that fails is explained.
    """

    id: str
    title: str
    level: Literal["core", "extra"]
    task: str
    files: tuple[str, ...]
    hints: tuple[str, str, str]
    given: tuple[Edit, ...] = ()
    scenarios: list[Scenario] = field(default_factory=list, compare=False, repr=False)

    def scenario(self, title: str) -> Callable[[Callable[[Shop], Finding]], None]:
        """Add a scenario: a decorator of the function that plays it."""

        def add(play: Callable[[Shop], Finding]) -> None:
            self.scenarios.append(Scenario(title, play))

        return add


def find(exercise_id: str) -> Exercise:
    """The exercise of an id, which may be a neighbour's challenge.

    Raises:
        ValueError: there is none; the message lists those of its lesson.
    """
    if exercise_id.startswith("challenge-"):
        from orderlab.lesson.challenges import challenge

        return challenge.find(exercise_id)
    known = all_ids()
    if exercise_id in known:
        module = f"orderlab.lesson.catalogue.{module_of(exercise_id)}"
        exercise = importlib.import_module(module).exercise
        assert isinstance(exercise, Exercise)
        return exercise
    lesson = exercise_id.split(".", maxsplit=1)[0]
    near = [one for one in known if one.startswith(f"{lesson}.")]
    there = f"Lesson {lesson} has {', '.join(near)}." if near else f"Lesson {lesson} has none."
    raise ValueError(f"There is no exercise {exercise_id!r}. {there}")


def all_ids() -> list[str]:
    """The ids of all exercises, along the path."""
    from orderlab.lesson import catalogue

    names = (module.name for module in pkgutil.iter_modules(catalogue.__path__))
    found = sorted(name for name in names if re.fullmatch(r"e\d\d_\d+", name))
    return [name.removeprefix("e").replace("_", ".") for name in found]


def module_of(exercise_id: str) -> str:
    """The name of an exercise's module, in the catalogue and among the solutions."""
    return f"e{exercise_id.replace('.', '_')}"
