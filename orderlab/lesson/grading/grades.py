"""Judge submissions, several at a time, each in processes of its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from orderlab.lesson.exercises import Exercise
from orderlab.lesson.grading import submissions
from orderlab.lesson.grading.submissions import Submission
from orderlab.lesson.judging import running
from orderlab.lesson.judging.limits import Limits
from orderlab.lesson.judging.verdict import FAILED, Verdict, unplayed

SOLVED, NOT_YET, NOT_TRIED = "solved", "not yet", "not tried"


@dataclass(frozen=True)
class Grade:
    """What came of one exercise of one learner.

    Attributes:
        outcome: "solved", "not yet" or "not tried".
        hints: how many hints they had asked for, by their own record.
        failing: the first scenario that failed, and what it got; "" where none was played.
        sentence: what the verdict says of it.
    """

    learner: str
    exercise: str
    title: str
    level: str
    outcome: str
    hints: int
    failing: str = ""
    got: str = ""
    sentence: str = ""


def grade(
    folder: Path,
    exercises: Sequence[Exercise],
    scenarios: Path | None,
    tell: Callable[[str, list[Grade]], None],
) -> list[Grade]:
    """Judge the exercises of every learner's folder; those of an interrupted run are kept.

    Args:
        folder: holds a folder for each learner.
        scenarios: a folder of further scenarios, see `judging.judge.judge`.
        tell: called with a learner's name and grades, as soon as they stand.

    Raises:
        FileNotFoundError: the folder holds no learners' folders.
    """
    learners = submissions.learners(folder)
    found: dict[str, list[Grade]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {pool.submit(_learner, path, exercises, scenarios): path for path in learners}
        try:
            for job in as_completed(jobs):
                name = jobs[job].name
                found[name] = job.result()
                tell(name, found[name])
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
    in_order = (found.get(path.name, []) for path in learners)
    return [one for grades in in_order for one in sorted(grades, key=lambda one: one.exercise)]


def _learner(path: Path, exercises: Sequence[Exercise], scenarios: Path | None) -> list[Grade]:
    with tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True) as name:
        try:
            taken = submissions.take(path, Path(name) / "copy")
        except (OSError, ValueError) as error:
            why = f"The submission cannot be read: {error}"
            return [_grade(path.name, one, unplayed(one, why), 0) for one in exercises]
        return list(_grades(taken, exercises, scenarios))


def _grades(
    taken: Submission, exercises: Sequence[Exercise], scenarios: Path | None
) -> Iterator[Grade]:
    for group in submissions.together(exercises):
        tried = [one for one in group if taken.tried(one)]
        limits = Limits(seconds=120 + 60 * len(tried))
        found = running.judge_all(tried, taken.root, limits, scenarios) if tried else []
        verdicts = {verdict.exercise: verdict for verdict in found}
        for one in group:
            yield _grade(taken.learner, one, verdicts.get(one.id), taken.notes.tries(one.id).hints)


def _grade(learner: str, exercise: Exercise, verdict: Verdict | None, hints: object) -> Grade:
    asked = hints if isinstance(hints, int) else 0  # a person may have edited their record
    about = (learner, exercise.id, exercise.title, exercise.level)
    if verdict is None:
        return Grade(*about, NOT_TRIED, asked)
    failed = next((row for row in verdict.rows if row.outcome == FAILED), None)
    return Grade(
        *about,
        SOLVED if verdict.solved else NOT_YET,
        asked,
        failed.scenario if failed else "",
        failed.got if failed else "",
        verdict.sentence,
    )
