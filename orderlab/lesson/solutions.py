"""Answers to an exercise, edits of files or a value, and how ours differs from the learner's.

A module `solutions/e08_1.py` holds SOLUTION, WRONG (what people really answer, with what the check
must say of it) and TOLD. Edits, not whole files: so a solution stands on the file as it is today,
and a test notices where it no longer does.
"""

from __future__ import annotations

import difflib
import json
import runpy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orderlab.lesson import answers
from orderlab.lesson.exercises import module_of
from orderlab.lesson.places import COURSE, SOLUTIONS


@dataclass(frozen=True)
class Edit:
    """In one file, a text that stands there once, and what replaces it."""

    path: str
    before: str
    after: str

    def of(self, text: str) -> str:
        """The text, edited.

        Raises:
            ValueError: what is to be replaced does not stand there exactly once.
        """
        if text.count(self.before) != 1:
            raise ValueError(
                f"{self.path} holds {text.count(self.before)} times, not once: {self.before!r}"
            )
        return text.replace(self.before, self.after)


@dataclass(frozen=True)
class Attempt:
    """What a learner does: edits of their copy, or the answer that they give to `check`."""

    edits: tuple[Edit, ...] = ()
    answer: Any = None

    def make(self, root: Path, exercise_id: str) -> None:
        """Do it in a copy."""
        apply(self.edits, root)
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
        untouched: what the lesson's own cells hold before anybody works on it.
        told: part of the sentence that this is told.
    """

    solution: Attempt
    wrong: tuple[WrongAnswer, ...]
    untouched: Attempt
    told: str


def of_exercise(exercise_id: str) -> Answers:
    """What `solutions/` has for an exercise."""
    found = runpy.run_path(str(SOLUTIONS / f"{module_of(exercise_id)}.py"))
    untouched = found.get("UNTOUCHED", Attempt())
    return Answers(found["SOLUTION"], tuple(found["WRONG"]), untouched, found["TOLD"])


def apply(edits: Iterable[Edit], root: Path) -> None:
    """Edit the files of a copy.

    Raises:
        ValueError: the text to replace does not stand there exactly once.
    """
    for edit in edits:
        path = root / edit.path
        text = edit.of(path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8", newline="\n")


def difference(exercise_id: str, root: Path) -> str:
    """From the learner's files, or their answer, to the solution's; "" where they are equal."""
    solution = of_exercise(exercise_id).solution
    return "".join([*_in_files(solution.edits, root), *_in_answer(exercise_id, solution, root)])


def _in_files(edits: tuple[Edit, ...], root: Path) -> Iterator[str]:
    for path in dict.fromkeys(edit.path for edit in edits):
        solved = (COURSE / path).read_text(encoding="utf-8")
        for edit in (edit for edit in edits if edit.path == path):
            solved = edit.of(solved)
        theirs = (root / path).read_text(encoding="utf-8") if (root / path).exists() else ""
        yield from _compared(theirs, solved, path)


def _in_answer(exercise_id: str, solution: Attempt, root: Path) -> Iterator[str]:
    if solution.answer is None:
        return
    try:
        theirs = json.dumps(answers.read(root, exercise_id), indent=2)
    except answers.NotAnAnswerError:
        theirs = ""
    yield from _compared(theirs, json.dumps(solution.answer, indent=2), "answer")


def _compared(theirs: str, ours: str, name: str) -> Iterator[str]:
    yield from difflib.unified_diff(
        theirs.splitlines(keepends=True),
        f"{ours.rstrip()}\n".splitlines(keepends=True),
        f"yours: {name}",
        f"solution: {name}",
    )
