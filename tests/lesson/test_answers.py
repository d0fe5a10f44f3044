"""Answers that are no file: a value or a function, kept in the learner's copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderlab.lesson import answers


def rule(day: int) -> bool:
    import math

    return math.sqrt(day) > 3


def test_a_value_comes_back(tmp_path: Path) -> None:
    answers.keep(tmp_path, "02.1", {"StartAt": "A", "function": None})
    assert answers.read(tmp_path, "02.1") == {"StartAt": "A", "function": None}


def test_a_function_comes_back_from_its_source(tmp_path: Path) -> None:
    answers.keep(tmp_path, "10.1", rule)
    kept = answers.read(tmp_path, "10.1")
    assert kept is not rule
    assert [kept(day) for day in (9, 10)] == [False, True]
    assert answers.shown(answers.text(tmp_path, "10.1")).startswith("def rule(")


@pytest.mark.parametrize(
    ("answer", "why"),
    [({1, 2}, "what JSON can hold"), (lambda day: True, "with def"), (len, "with def")],
)
def test_what_is_no_answer(tmp_path: Path, answer: object, why: str) -> None:
    with pytest.raises(answers.NotAnAnswerError, match=why):
        answers.keep(tmp_path, "10.1", answer)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no answer yet"),
        ("[", "not an answer"),
        ("[]", "not an answer"),
        ('{"function": "def rule(:"}', "cannot be read"),
        ('{"function": "def rule(days=pd.NA): pass"}', "name 'pd' is not defined"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / answers.FOLDER).mkdir()
    (tmp_path / answers.FOLDER / "e10_1.json").write_text(text, encoding="utf-8")
    with pytest.raises(answers.NotAnAnswerError, match=why):
        answers.read(tmp_path, "10.1")
