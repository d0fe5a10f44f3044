"""Every exercise refuses what it must, and takes its solution."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import localaws
from orderlab.lesson.exercises import Exercise
from orderlab.lesson.index import all_ids, find
from orderlab.lesson.judging import judge, running
from orderlab.lesson.judging.shop import Shop
from orderlab.lesson.judging.verdict import FAILED, Verdict
from orderlab.lesson.solutions import Attempt, WrongAnswer, of_exercise
from tests.notebooks import lessons

ROOT = Path(__file__).resolve().parents[2]
HANDLER = "lambdas/validate_order_handler/app.py"
EXERCISES = all_ids()
WRONG = [(name, wrong) for name in EXERCISES for wrong in of_exercise(name).wrong]


@pytest.fixture(scope="module")
def course() -> Iterator[Callable[[str], Shop]]:
    """The course's own stack, of the features that are asked for, for exercises that do not
    change it."""
    shops: dict[str, Shop] = {}

    def deployed(features: str) -> Shop:
        if features not in shops:
            shops.clear()
            localaws.reset()
            shops[features] = Shop(ROOT, "", features)
        return shops[features]

    yield deployed
    localaws.stop()


@pytest.fixture
def judged(copy: Path, course: Callable[[str], Shop]) -> Callable[[str, Attempt], Verdict]:
    """What the check says of an attempt: on a stack of its own if it edits files."""

    def judge_attempt(name: str, attempt: Attempt) -> Verdict:
        attempt.make(copy, name)
        if find(name).files:
            return running.judge(find(name), copy)
        shop = course(find(name).features)
        return judge.play(find(name), shop.with_answer(copy, name))

    return judge_attempt


@pytest.fixture
def refused() -> Callable[[Exercise, Verdict], None]:
    """The verdict names the first scenario that fails, and plays no more."""

    def check(exercise: Exercise, verdict: Verdict) -> None:
        assert not verdict.solved
        assert [row.outcome for row in verdict.rows].index(FAILED) == len(verdict.rows) - 1
        assert verdict.sentence.startswith(verdict.rows[-1].scenario)
        assert len(verdict.rows) + verdict.left == len(exercise.scenarios)

    return check


@pytest.mark.parametrize("name", EXERCISES)
def test_untouched(name: str) -> None:
    """What the lesson shows before anybody has worked on it: its own run compares this output."""
    lesson = lessons.by_number()[name[:2]]
    (check,) = (cell for cell in lesson.code if cell.source.startswith(f'lesson.check("{name}"'))
    shown = "".join(check.outputs[-1]["data"]["text/plain"])
    assert shown.splitlines()[0].endswith(": not yet.")
    assert len(re.findall("^  [✓✗] ", shown, re.MULTILINE)) <= 1  # the task's own example
    assert of_exercise(name).told in shown


@pytest.mark.parametrize("name", EXERCISES)
def test_solution(name: str, judged: Callable[[str, Attempt], Verdict]) -> None:
    verdict = judged(name, of_exercise(name).solution)
    assert verdict.solved, repr(verdict)
    assert len(verdict.rows) == len(find(name).scenarios)


@pytest.mark.parametrize(("name", "wrong"), WRONG, ids=[f"{n} {w.name}" for n, w in WRONG])
def test_wrong_answers(
    name: str,
    wrong: WrongAnswer,
    judged: Callable[[str, Attempt], Verdict],
    refused: Callable[[Exercise, Verdict], None],
) -> None:
    verdict = judged(name, wrong.attempt)
    refused(find(name), verdict)
    assert len(verdict.rows) > 1  # it passes the task's own example
    assert verdict.rows[-1].scenario == wrong.scenario
    assert verdict.rows[-1].got.startswith(wrong.got)


@pytest.mark.parametrize(
    ("path", "text", "sentence"),
    [
        ("template.yaml", "Resources: [", "could not be deployed"),
        (
            "state-machines/order-workflow.asl.json",
            '{"StartAt": "A",',
            "order-workflow.asl.json is not JSON. Expecting property name",
        ),
        (
            HANDLER,
            "def lambda_handler(:",
            "Eleven mice on one line",
        ),
        (
            HANDLER,
            "def lambda_handler(event, context):\n    while True: pass",
            "Eleven mice on one line",
        ),
        (
            HANDLER,
            "import os, shutil\nshutil.rmtree(os.getcwd(), True)\nos._exit(1)",
            "Eleven mice on one line",
        ),
    ],
    ids=["template", "definition", "syntax", "endless", "deletes"],
)
def test_broken_code_gets_a_verdict(path: str, text: str, sentence: str, copy: Path) -> None:
    (copy / path).write_text(text, encoding="utf-8")
    verdict = running.judge(find("08.1"), copy)
    assert not verdict.solved
    assert sentence in verdict.sentence
    assert (copy / "data" / "products.json").is_file()
