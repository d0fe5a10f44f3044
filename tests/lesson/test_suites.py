"""A learner's tests are run, and whatever stands in them, something is said of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orderlab.lesson import places
from orderlab.lesson.index import find
from orderlab.lesson.judging import running, suites
from orderlab.lesson.judging.verdict import Verdict


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("test_two", "def test_a(): pass\ndef test_b(): pass", "2 tests pass"),
        ("test_one", "def test_a(): pass", "1 test passes"),
        ("test_none", "def a(): pass", "0 tests pass"),
        ("test_wrong", "def test_a(): assert 1 == 2", "test_a fails: assert 1 == 2"),
        (
            "test_first",
            "def test_a(): raise KeyError('row')\ndef test_b(): assert False",
            "test_a fails: KeyError: 'row'",
        ),
        ("test_unreadable", "def test_a(:", "test_unreadable.py fails: "),
        ("test_fixture", "def test_a(nothing): pass", "test_a fails: fixture 'nothing' not found"),
        ("test_exit", "import sys\ndef test_a(): sys.exit(3)", "test_a fails: SystemExit: 3"),
    ],
)
def test_what_is_said(name: str, text: str, words: str, tmp_path: Path) -> None:
    suite = tmp_path / f"{name}.py"
    suite.write_text(text, encoding="utf-8")
    assert suites.run(suite).words.startswith(words)


def test_a_long_reason_is_cut(tmp_path: Path) -> None:
    suite = tmp_path / "test_long.py"
    suite.write_text("def test_a(): raise ValueError('x' * 1000)", encoding="utf-8")
    assert len(suites.run(suite).why) == suites.MOST + 1


@pytest.fixture
def judged(copy: Path) -> Callable[[str], Verdict]:
    """What the check of 19.3 says of a file of tests."""

    def judge(text: str) -> Verdict:
        exercise = find("19.3")
        suite = places.workplace(exercise, copy) / exercise.files[0]
        suite.write_text(text, encoding="utf-8")
        return running.judge(exercise, copy)

    return judge


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("os._exit(0)", "ended before it had a verdict"),
        (
            'boto3.client("dynamodb").delete_table(TableName=outputs["OrdersTableName"])',
            "A bug in the data flow: A test has taken away what the stack needs",
        ),
    ],
    ids=["exits", "deletes"],
)
def test_a_suite_that_breaks_gets_a_verdict(
    line: str, said: str, judged: Callable[[str], Verdict]
) -> None:
    verdict = judged(f"import os\nimport boto3\ndef test_a(place, outputs):\n    {line}\n")
    assert said in verdict.sentence
