"""Play exercises' scenarios on a copy of the application. Runs in a process of its own."""

from __future__ import annotations

import json
import runpy
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import localaws
from localaws import cloud, elsewhere
from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.ids import module_of
from orderlab.lesson.index import find
from orderlab.lesson.judging.verdict import FAILED, PASSED, Row, Verdict, unplayed

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

SPARE_SANDBOXES = 2  # an order meets two functions; what is not needed costs half a second each


def judge(
    exercise_ids: Sequence[str], folder: Path, scenarios: Path | None = None
) -> Iterator[Verdict]:
    """Deploy the copy in `folder`, and play each exercise up to the first scenario that fails.

    Args:
        scenarios: a folder of modules like the catalogue's, `e08_1.py`, that add scenarios.
    """
    from orderlab.lesson.judging.shop import Shop

    exercises = [find(name) for name in exercise_ids]
    if scenarios is not None:
        for one in exercises:
            _add(scenarios / f"{module_of(one.id)}.py")
    cloud.SPARE_SANDBOXES = SPARE_SANDBOXES
    elsewhere.ask_for_none()
    localaws.start()
    try:
        shop = Shop(folder, exercises[0].id, exercises[0].features)
    except localaws.DeployError as error:
        for one in exercises:
            yield unplayed(one, _undeployed(error, folder))
    else:
        for one in exercises:
            yield play(one, shop.with_answer(folder, one.id))
    finally:
        localaws.stop()


def _undeployed(error: localaws.DeployError, folder: Path) -> str:
    """Why a copy could not be deployed: of a definition that is no JSON, where it breaks off."""
    why = str(error)
    for path in sorted(folder.glob("state-machines/*.json")):
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except ValueError as broken:
            why = f"{path.relative_to(folder).as_posix()} is not JSON. {broken}"
    return f"The stack could not be deployed: {why}"


def _add(module: Path) -> None:
    if module.is_file():
        runpy.run_path(str(module))


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
            found = _broken(error)
        outcome = PASSED if found.passed else FAILED
        rows.append(Row(scenario.title, found.expected, found.got, outcome))
        if not found.passed:
            why = found.because or f"Expected {found.expected}, and got {found.got}."
            left = len(exercise.scenarios) - number
            return Verdict(
                exercise.id, exercise.title, tuple(rows), f"{scenario.title}: {why}", left
            )
    return Verdict(exercise.id, exercise.title, tuple(rows))


def _broken(error: Exception) -> Finding:
    """What is said where a scenario could not be played to its end."""
    got = f"{type(error).__name__}: {error}"
    alone = (
        "A function that is checked knows nothing of other cells: imports, too, stand within it."
    )
    because = f"{got}. {alone}" if isinstance(error, NameError) else ""
    return Finding("an answer", got, passed=False, because=because)
