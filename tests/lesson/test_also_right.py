"""Answers that differ from ours, and that the task allows, are solved."""

from __future__ import annotations

from pathlib import Path

import localaws
from orderlab.lesson.index import find
from orderlab.lesson.judging import judge
from orderlab.lesson.judging.shop import Shop
from orderlab.lesson.solutions import Attempt, of_exercise

ROOT = Path(__file__).resolve().parents[2]


def test_states_may_follow_those_that_the_task_names(copy: Path) -> None:
    solution = of_exercise("09.3").solution.answer
    states = {name: {**state, "Next": "Done"} for name, state in solution["States"].items()}
    for state in states.values():
        state.pop("End", None)
    longer = {"StartAt": "Charge", "States": {**states, "Done": {"Type": "Succeed"}}}
    Attempt(answer=longer).make(copy, "09.3")
    localaws.reset()
    verdict = judge.play(find("09.3"), Shop(ROOT, "").with_answer(copy, "09.3"))
    localaws.stop()
    assert verdict.solved, verdict.sentence
