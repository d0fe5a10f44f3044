"""What an exercise is: a task, hints, and scenarios that ask what the learner's stack does."""

from __future__ import annotations

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
        features: what of the stack is deployed, a value of the template's parameter Features:
            "all" from lesson 13 on.
        scenarios: in the order in which they are played; the first one that fails is explained.
    """

    id: str
    title: str
    level: Literal["core", "extra"]
    task: str
    files: tuple[str, ...]
    hints: tuple[str, str, str]
    given: tuple[Edit, ...] = ()
    features: Literal["base", "all"] = "base"
    scenarios: list[Scenario] = field(default_factory=list, compare=False, repr=False)

    def scenario(self, title: str) -> Callable[[Callable[[Shop], Finding]], None]:
        """Add a scenario: a decorator of the function that plays it."""

        def add(play: Callable[[Shop], Finding]) -> None:
            self.scenarios.append(Scenario(title, play))

        return add
