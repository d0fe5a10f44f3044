"""`lab.py grade FOLDER`: judge every learner's folder, and write a table and a page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from orderlab.lesson.grading import report, submissions
from orderlab.lesson.grading.grades import NOT_TRIED, SOLVED, Grade, grade


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 once all is written, 1 where there is nothing to judge."""
    options = _parser().parse_args(arguments)
    try:
        exercises = submissions.exercises_of(options.lesson)
        count = len(submissions.learners(options.folder))
        if options.scenarios is not None and not options.scenarios.is_dir():
            raise FileNotFoundError(f"There is no folder {options.scenarios}.")
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    done = 0

    def tell(learner: str, grades: list[Grade]) -> None:
        nonlocal done
        done += 1
        solved = sum(one.outcome == SOLVED for one in grades)
        tried = sum(one.outcome != NOT_TRIED for one in grades)
        print(f"[{done}/{count}] {learner}: {solved} of {tried} tried solved", flush=True)

    print(f"{count} submissions, {len(exercises)} exercises ...", flush=True)
    grades = grade(options.folder, exercises, options.scenarios, tell)
    for path in report.write(grades, options.folder):
        print(f"Written: {path}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab.py grade", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder for each learner")
    parser.add_argument("--scenarios", type=Path, help="a folder of scenarios of your own")
    parser.add_argument("--lesson", type=int, help="the exercises of this lesson alone")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
