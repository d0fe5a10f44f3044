"""What a lesson calls, on a learner's copy."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orderlab import lesson
from orderlab.console.outputs.chart import Chart
from orderlab.lesson import index, predictions, record, solutions
from orderlab.lesson.judging.verdict import FAILED, PASSED, Row, Verdict

HANDLER = "lambdas/validate_order_handler/app.py"


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[Verdict]:
    """Verdicts that checks give, one after the other, instead of judging."""
    verdicts: list[Verdict] = []
    monkeypatch.setattr(
        "orderlab.lesson.judging.running.judge", lambda exercise, root: verdicts.pop(0)
    )
    return verdicts


NOT_YET = Verdict("08.1", "T", (Row("Eleven", "refused", "confirmed", FAILED),), "Eleven: no.", 4)
SOLVED = Verdict("08.1", "T", (Row("Eleven", "refused", "refused", PASSED),))


def test_the_task(copy: Path) -> None:
    task = repr(lesson.exercise("08.1"))
    assert task.startswith("**Exercise 08.1: At most ten of one product** (core)")
    assert HANDLER in task


def test_an_exercise_that_is_not_there(copy: Path) -> None:
    with pytest.raises(ValueError, match=r"no exercise '08\.99'. Lesson 08 has 08\.1"):
        lesson.exercise("08.99")


def test_a_check_is_recorded(copy: Path, judged: list[Verdict]) -> None:
    judged += [NOT_YET, SOLVED, NOT_YET]
    assert lesson.check("08.1") is NOT_YET
    assert record.read(copy).tries("08.1") == record.Tries(checks=1, failing="Eleven")
    assert lesson.check("08.1").solved
    lesson.check("08.1")  # they try something else: solved once is solved
    tries = record.read(copy).tries("08.1")
    assert (tries.checks, tries.solved) == (3, True)


def test_a_verdict_shows_code_as_code() -> None:
    said = Verdict("08.1", "T", (), "They leave `stock`, and `a < b` holds.").html
    assert "They leave <code>stock</code>, and <code>a &lt; b</code> holds." in said


def test_whoever_waits_for_a_check_is_told(
    copy: Path, judged: list[Verdict], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged.append(SOLVED)
    lines: list[str] = []
    place = SimpleNamespace(write=lines.append)
    monkeypatch.setattr("orderlab.console.outputs.progress._place", lambda: place)
    lesson.check("08.1")
    told, cleared = lines
    assert "the scenarios are played" in told
    assert cleared == ""


def test_hints_come_one_by_one(copy: Path) -> None:
    hints = index.find("08.1").hints
    for number, hint in enumerate(hints, start=1):
        assert repr(lesson.hint("08.1")) == f"Hint {number} of 3: {hint}"
    everything = repr(lesson.hint("08.1"))
    assert all(hint in everything for hint in hints)
    assert record.read(copy).tries("08.1").hints == 3


def test_the_solution_is_shown_against_theirs(copy: Path) -> None:
    before = repr(lesson.solution("08.1"))
    assert f"+++ solution: {HANDLER}" in before
    assert "+MOST_OF_A_PRODUCT = 10" in before
    solutions.of_exercise("08.1").solution.make(copy, "08.1")
    assert repr(lesson.solution("08.1")) == "Yours is the solution, letter by letter."


def test_reset_keeps_theirs_aside(copy: Path) -> None:
    theirs = copy / HANDLER
    course = theirs.read_bytes()
    theirs.write_text("broken", encoding="utf-8")
    assert f"`{HANDLER}` is the course's again" in repr(lesson.reset(8))
    assert theirs.read_bytes() == course
    assert theirs.with_name("app.py.mine").read_text(encoding="utf-8") == "broken"
    assert repr(lesson.reset("08")) == "Nothing was changed in the files of lesson 08."


def test_a_record_that_cannot_be_read_is_kept(copy: Path) -> None:
    (copy / record.FILE).write_text("{broken", encoding="utf-8")
    assert record.read(copy) == record.Record()
    assert (copy / f"{record.FILE}.unreadable").read_text(encoding="utf-8") == "{broken"


def test_outside_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"No template\.yaml"):
        lesson.hint("08.1")


def test_a_prediction_is_shown_and_skipped(copy: Path, capsys: Any) -> None:
    lesson.predict("03.raw")
    shown = capsys.readouterr().out
    assert "**Predict.** `InputPath` has cut the input down" in shown
    assert shown.index("1. The one that `InputPath`") < shown.index("<summary>Answer</summary>")
    assert record.read(copy).predictions == {"03.raw": record.Prediction()}


def test_the_first_answer_counts(copy: Path) -> None:
    question = predictions.find("03.raw")
    wrong = predictions.answer(question, 0, 75, copy)
    assert repr(wrong).startswith("**No.** This is the most common answer")
    right = predictions.answer(question, 2, 95, copy)
    assert repr(right).startswith("**Yes.**")
    predictions.skip(question, copy)  # Run All, later
    kept = record.Prediction(choice=0, confidence=75, right=False)
    assert record.read(copy).predictions["03.raw"] == kept


def test_the_buttons(copy: Path) -> None:
    question = predictions.find("03.raw")
    choice, sure, button, said = predictions.buttons(question, copy).children
    assert button.disabled
    choice.value, sure.value = 2, 50
    assert not button.disabled
    button.click()
    assert said.outputs[0]["data"]["text/markdown"].startswith("**Yes.**")
    assert record.read(copy).predictions["03.raw"].right


def test_every_question_has_one_right_answer() -> None:
    for number in range(1, 22):
        for question in predictions.of_lesson(f"{number:02}").values():
            assert sum(choice.right for choice in question.choices) == 1, question.id
            assert len(question.choices) >= 2


def test_progress(copy: Path, judged: list[Verdict]) -> None:
    judged += [NOT_YET, SOLVED]
    lesson.check("08.1")
    assert "0 of " in repr(lesson.progress())
    assert "tried: 08.1" in repr(lesson.progress())
    lesson.check("08.1")
    predictions.answer(predictions.find("03.raw"), 2, 75, copy)
    predictions.answer(predictions.find("03.null"), 1, 75, copy)
    path, confidence = lesson.progress().parts
    assert isinstance(path, Chart)
    assert repr(path).startswith("1 of ")
    assert list(path.data.loc[path.data["state"] == "solved", "exercise"]) == ["08.1"]
    assert "fairly sure (75 %): 50 % of 2 right" in repr(confidence)
    assert path.svg.startswith("<svg")
