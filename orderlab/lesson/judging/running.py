"""Judge a copy in a process of its own, within limits.

The copy is copied first, so that nothing that the learner's code does to its folder reaches the
original.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from orderlab.lesson import edits, places
from orderlab.lesson.answers import FOLDER
from orderlab.lesson.exercises import Exercise
from orderlab.lesson.judging.limits import ExceededError, Limits, run
from orderlab.lesson.judging.verdict import Verdict, unplayed

_TAIL = 300  # characters of what a crashed judge said


def judge(exercise: Exercise, root: Path, limits: Limits | None = None) -> Verdict:
    """Judge the copy in `root`. Whatever its code does, there is a verdict."""
    with tempfile.TemporaryDirectory(prefix="check-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        copy, out, errors = folder / "copy", folder / "verdict.json", folder / "said.txt"
        edits.copy_application(places.workplace(exercise, root), copy)
        edits.copy(root / FOLDER, copy / FOLDER)
        command = [sys.executable, "-m", "orderlab.lesson.judging.judge", exercise.id, str(copy)]
        environ = {**os.environ, "PYTHONPATH": str(places.COURSE), "PYTHONIOENCODING": "utf-8"}
        try:
            status = run(
                command,
                folder,
                limits or Limits(),
                cwd=places.COURSE,
                environ=environ,
                out=out,
                errors=errors,
            )
        except ExceededError as exceeded:
            return unplayed(exercise, str(exceeded))
        try:
            return Verdict.from_json(out.read_text(encoding="utf-8"))
        except (ValueError, TypeError, KeyError):
            return unplayed(exercise, _crash(status, errors))


def _crash(status: int, errors: Path) -> str:
    lines = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    last = lines[-1][:_TAIL] if lines else "without a word"
    return f"The check itself ended before it had a verdict (exit status {status}): {last}"
