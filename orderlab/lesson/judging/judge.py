"""Play an exercise's scenarios on a copy of the application: `python -m ... ID FOLDER`.

Runs in a process of its own; the verdict, as JSON, is the only line on its standard output.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import localaws
from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding, find
from orderlab.lesson.judging.verdict import FAILED, PASSED, Row, Verdict, unplayed

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop


def judge(exercise: Exercise, root: Path) -> Verdict:
    """Deploy the copy in `root` and play the scenarios, up to the first that fails."""
    from orderlab.lesson.judging.shop import Shop

    localaws.start()
    try:
        return play(exercise, Shop(root, exercise.id))
    except localaws.DeployError as error:
        return unplayed(exercise, f"The stack could not be deployed: {error}")
    finally:
        localaws.stop()


def play(exercise: Exercise, shop: Shop) -> Verdict:
    """Play the scenarios on a deployed copy, up to the first that fails."""
    rows: list[Row] = []
    for number, scenario in enumerate(exercise.scenarios, start=1):
        try:
            found = scenario.play(shop)
        except NotAnAnswerError as error:
            return unplayed(exercise, str(error))
        except Exception as error:  # noqa: BLE001 - whatever the learner's stack brings about is a verdict
            traceback.print_exc(file=sys.stderr)
            found = Finding("an answer", f"{type(error).__name__}: {error}", passed=False)
        outcome = PASSED if found.passed else FAILED
        rows.append(Row(scenario.title, found.expected, found.got, outcome))
        if not found.passed:
            why = found.because or f"Expected {found.expected}, and got {found.got}."
            left = len(exercise.scenarios) - number
            return Verdict(
                exercise.id, exercise.title, tuple(rows), f"{scenario.title}: {why}", left
            )
    return Verdict(exercise.id, exercise.title, tuple(rows))


def main(arguments: Sequence[str]) -> int:
    """The exercise's id and the folder of the copy."""
    answer = os.dup(1)
    os.dup2(2, 1)  # what anybody prints is not the verdict
    exercise_id, folder = arguments
    verdict = judge(find(exercise_id), Path(folder))
    with os.fdopen(answer, "w", encoding="utf-8") as out:
        out.write(verdict.to_json())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
