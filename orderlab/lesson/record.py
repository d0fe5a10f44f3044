"""What a learner has done so far: checks, hints and predictions, in one file of their copy.

It is not among the files that the course gives, so an update of the course leaves it alone.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from orderlab.lesson.judging.verdict import FAILED, Verdict

FILE = ".progress.json"
SKIPPED = "skipped"


@dataclass
class Tries:
    """What was done for one exercise. `failing` is the first scenario that failed, last time."""

    checks: int = 0
    solved: bool = False
    hints: int = 0
    failing: str = ""


@dataclass
class Prediction:
    """The first answer to a question: the choice's number from 0, and how sure, in percent.

    `choice` is None where the cell was run and the question left alone.
    """

    choice: int | None = None
    confidence: int | None = None
    right: bool = False


@dataclass
class Record:
    """All of it, by the ids of exercises and questions."""

    exercises: dict[str, Tries] = field(default_factory=dict)
    predictions: dict[str, Prediction] = field(default_factory=dict)

    def tries(self, exercise_id: str) -> Tries:
        return self.exercises.setdefault(exercise_id, Tries())

    def note(self, verdict: Verdict) -> None:
        """Count a check. What was solved once stays solved."""
        tries = self.tries(verdict.exercise)
        tries.checks += 1
        tries.solved = tries.solved or verdict.solved
        failing = (row.scenario for row in verdict.rows if row.outcome == FAILED)
        tries.failing = "" if verdict.solved else next(failing, verdict.sentence)


def read(root: Path) -> Record:
    """The record of a copy; an empty one where there is none, or where it cannot be read."""
    try:
        return _parsed((root / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Record()
    except (ValueError, TypeError, KeyError, AttributeError):
        # Written by a newer course, or by hand. It is kept beside, not overwritten.
        (root / FILE).replace(root / f"{FILE}.unreadable")
        return Record()


def look(root: Path) -> Record:
    """The record of somebody else's copy, which is left as it is."""
    try:
        return _parsed((root / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Record()


def _parsed(text: str) -> Record:
    found = json.loads(text)
    return Record(
        {name: Tries(**tries) for name, tries in found["exercises"].items()},
        {name: Prediction(**one) for name, one in found["predictions"].items()},
    )


def write(root: Path, record: Record) -> None:
    """Keep a record: whole, or not at all."""
    ready = root / f"{FILE}.new"
    ready.write_text(json.dumps(asdict(record), indent=1, sort_keys=True), encoding="utf-8")
    ready.replace(root / FILE)
