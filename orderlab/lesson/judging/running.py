"""Judge a copy in a process of its own, within limits.

The copy is copied first, so that nothing that the learner's code does to its folder reaches the
original.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from orderlab.lesson import edits, places
from orderlab.lesson.answers import FOLDER
from orderlab.lesson.exercises import Exercise
from orderlab.lesson.judging import starting
from orderlab.lesson.judging.limits import ExceededError, Limits, watch
from orderlab.lesson.judging.verdict import Verdict, unplayed

_TAIL = 300  # characters of what a crashed judge said


def judge(exercise: Exercise, root: Path, limits: Limits | None = None) -> Verdict:
    """Judge the copy in `root`. Whatever its code does, there is a verdict."""
    (verdict,) = judge_all([exercise], root, limits)
    return verdict


def judge_all(
    exercises: Sequence[Exercise],
    root: Path,
    limits: Limits | None = None,
    scenarios: Path | None = None,
) -> list[Verdict]:
    """Judge exercises that are worked on in one folder, on one stack; a verdict for each.

    Args:
        scenarios: a folder of further scenarios, see `judge.judge`.
    """
    limits = limits or Limits()
    with tempfile.TemporaryDirectory(prefix="check-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        copy, out, errors = folder / "copy", folder / "verdicts.txt", folder / "said.txt"
        edits.copy_application(places.workplace(exercises[0], root), copy)
        edits.copy(root / FOLDER, copy / FOLDER)
        ids = [one.id for one in exercises]
        process = starting.start(ids, copy, scenarios, (out, errors), limits.disk)
        try:
            watch(process, folder, limits)
            why = ""
        except ExceededError as exceeded:
            why = str(exceeded)
        found = list(_verdicts(out))
        why = why or _crash(errors)
        return [*found, *(unplayed(one, why) for one in exercises[len(found) :])]


def _verdicts(out: Path) -> Iterator[Verdict]:
    lines = out.read_text(encoding="utf-8").splitlines() if out.is_file() else []
    for line in lines:
        try:
            yield Verdict.from_json(line)
        except (ValueError, TypeError, KeyError):
            return  # ended while it wrote


def _crash(errors: Path) -> str:
    said = errors.read_text(encoding="utf-8", errors="replace") if errors.is_file() else ""
    lines = said.strip().splitlines()
    last = lines[-1][:_TAIL] if lines else "without a word"
    return f"The check itself ended before it had a verdict: {last}"
