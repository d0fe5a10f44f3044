"""Answers to an exercise, edits of files or a value, and how ours differs from the learner's.

A module `solutions/e08_1.py` holds SOLUTION, WRONG (what people really answer, with what the check
must say of it) and TOLD. Edits, not whole files: so a solution stands on the file as it is today,
and a test notices where it no longer does.
"""

from __future__ import annotations

import difflib
import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orderlab.lesson import answers, places
from orderlab.lesson.challenges import challenge
from orderlab.lesson.edits import Edit, apply, read
from orderlab.lesson.ids import module_of
from orderlab.lesson.index import find
from orderlab.lesson.places import COURSE, SOLUTIONS

__all__ = ["Answers", "Attempt", "Edit", "WrongAnswer", "difference", "of_exercise"]


@dataclass(frozen=True)
class Attempt:
    """What a learner does: edits of their copy, or the answer that they give to `check`."""

    edits: tuple[Edit, ...] = ()
    answer: Any = None

    def make(self, root: Path, exercise_id: str) -> None:
        """Do it in a learner's copy."""
        apply(self.edits, places.workplace(find(exercise_id), root))
        if self.answer is not None:
            answers.keep(root, exercise_id, self.answer)


@dataclass(frozen=True)
class WrongAnswer:
    """An answer that people give and that does not hold.

    Attributes:
        scenario: the first that fails.
        got: what its row says it got; the beginning of it.
    """

    name: str
    attempt: Attempt
    scenario: str
    got: str


@dataclass(frozen=True)
class Answers:
    """The answers to one exercise.

    Attributes:
        told: part of the sentence that the untouched exercise is told.
    """

    solution: Attempt
    wrong: tuple[WrongAnswer, ...]
    told: str


def of_exercise(exercise_id: str) -> Answers:
    """What `solutions/` has for an exercise; of a challenge, what undoes it."""
    if exercise_id.startswith(challenge.PREFIX):
        return Answers(Attempt(challenge.mend(exercise_id)), (), "")
    found = runpy.run_path(str(SOLUTIONS / f"{module_of(exercise_id)}.py"))
    return Answers(found["SOLUTION"], tuple(found["WRONG"]), found["TOLD"])


def difference(exercise_id: str, root: Path) -> str:
    """From the learner's files, or their answer, to the solution's; "" where they are equal."""
    exercise, solution = find(exercise_id), of_exercise(exercise_id).solution
    theirs = places.workplace(exercise, root)
    in_files = _in_files(exercise.given, solution.edits, theirs)
    return "".join([*in_files, *_in_answer(exercise_id, solution, root)])


def _in_files(given: tuple[Edit, ...], edits: tuple[Edit, ...], root: Path) -> Iterator[str]:
    for path in dict.fromkeys(edit.path for edit in edits):
        solved = read(COURSE / path)
        for edit in (edit for edit in (*given, *edits) if edit.path == path):
            solved = edit.of(solved)
        yield from _compared(read(root / path), solved, path)


def _in_answer(exercise_id: str, solution: Attempt, root: Path) -> Iterator[str]:
    if solution.answer is None:
        return
    kept = answers.text(root, exercise_id)
    ours = answers.shown(answers.text_of(solution.answer))
    yield from _compared(answers.shown(kept) if kept else "", ours, "answer")


def _compared(theirs: str, ours: str, name: str) -> Iterator[str]:
    yield from difflib.unified_diff(
        theirs.splitlines(keepends=True),
        f"{ours.rstrip()}\n".splitlines(keepends=True),
        f"yours: {name}",
        f"solution: {name}",
    )
