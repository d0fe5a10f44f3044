"""Submissions of lesson 08 graded, as `lab.py grade FOLDER --lesson 8` does it.

A class of so many learners: our solutions, each of the wrong answers that people give, files that
were touched and hold nothing new, a broken template, an endless loop. The peer judges a submission
in a fresh Python process that loads everything anew, as each check would without the server that
the judges are forked from; it takes turns with a class of one. Run by hand:

    PYTHONPATH=. python benchmarks/grade_submissions.py [SUBMISSIONS]
"""

from __future__ import annotations

import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from _shop import ROOT, machine

from orderlab.lesson import edits
from orderlab.lesson.grading import submissions
from orderlab.lesson.grading.grades import SOLVED, Grade, grade
from orderlab.lesson.solutions import Attempt, of_exercise

EXERCISES = submissions.exercises_of(8)
HANDLER = Path("lambdas/validate_order_handler/app.py")
LIMIT = 180  # seconds for 30 submissions on two cores
PEERS = 3  # submissions that the peer judges, each beside ours
ALONE = """\
import sys
from pathlib import Path

from orderlab.lesson.judging.judge import judge

if __name__ == "__main__":
    assert len(list(judge(sys.argv[2:], Path(sys.argv[1])))) == len(sys.argv[2:])
"""


def kinds() -> Iterator[tuple[Attempt, str, str]]:
    """What is handed in: edits of an exercise, and a file with a text that it gets at its end."""
    everything = [of_exercise(one.id).solution.edits for one in EXERCISES]
    yield Attempt(tuple(itertools.chain(*everything))), "", ""
    for one in EXERCISES:
        for wrong in of_exercise(one.id).wrong:
            yield wrong.attempt, "", ""
    yield Attempt(), str(HANDLER), "\n# I have looked at it.\n"
    yield Attempt(), "template.yaml", "\nResources: ["
    yield Attempt(), str(HANDLER), "\nwhile True:\n    pass\n"


def hand_in(folder: Path, count: int) -> None:
    """So many submissions: the kinds one after the other, and again."""
    for number, (attempt, path, text) in zip(range(count), itertools.cycle(kinds())):
        root = folder / f"learner-{number:02}"
        edits.copy_application(ROOT, root)
        edits.apply(attempt.edits, root)
        if text:
            with (root / path).open("a", encoding="utf-8", newline="\n") as file:
                file.write(text)
        if path == "template.yaml":  # no exercise is about it: they have tried another, too
            with (root / HANDLER).open("a", encoding="utf-8", newline="\n") as file:
                file.write("\n# I have looked at it.\n")


def seconds(folder: Path) -> tuple[float, list[Grade]]:
    """How long a class takes, and its grades."""
    begun = time.perf_counter()
    grades = grade(folder, EXERCISES, None, lambda *_: None)
    return time.perf_counter() - begun, grades


def alone(submission: Path) -> float:
    """How long a fresh process takes for one submission."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="alone-") as name:
        script, copy = Path(name) / "alone.py", Path(name) / "copy"
        script.write_text(ALONE, encoding="utf-8")
        edits.copy_application(submission, copy)
        subprocess.run(
            [sys.executable, str(script), str(copy), *(one.id for one in EXERCISES)],
            check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return time.perf_counter() - begun


def ratios(folder: Path, chosen: Sequence[Path]) -> Iterator[float]:
    """Of each submission: our seconds, in a class of one, to the peer's."""
    for number, submission in enumerate(chosen):
        one = folder / f"class-of-one-{number}"
        shutil.copytree(submission, one / submission.name)
        ours, _ = seconds(one)
        yield ours / alone(submission)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory(prefix="class-") as name:
        room = Path(name) / "room"
        hand_in(room, count)
        took, grades = seconds(room)
        solved = sum(one.outcome == SOLVED for one in grades)
        print(
            f"{count} submissions of {len(EXERCISES)} exercises, {solved} of {len(grades)} "
            f"solved: {took:.0f} s, {took / count:.1f} s each   (limit {LIMIT} s for 30, 2 cores)"
        )
        measured = list(ratios(Path(name), sorted(room.iterdir())[:PEERS]))
        print(f"one alone: {statistics.median(measured):.2f} of a fresh process's time")
    print(machine())


if __name__ == "__main__":
    main()
