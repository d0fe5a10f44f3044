"""Every lesson's card is complete and true, and its recap answers what the card promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.notebooks import lessons
from tests.notebooks.lessons import RECAP, Lesson

ROWS = ("Time", "Level", "Builds on", "You will", "AWS services", "Cost on a real account")
READING = range(20, 36)  # minutes
WITH_EXERCISES = range(40, 91)
CAPSTONE, HALF_A_DAY = "21", range(180, 301)  # a project of its own
OBJECTIVES = range(3, 7)
LEVELS = {"Beginner": range(1, 7), "Intermediate": range(7, 13), "Advanced": range(13, 22)}


@pytest.fixture(params=lessons.PATHS, ids=lambda path: path.stem)
def lesson(request: pytest.FixtureRequest) -> Lesson:
    return lessons.read(request.param)


def test_it_has_every_row_once(lesson: Lesson) -> None:
    assert tuple(lesson.card) == ROWS
    assert {name for name, rows in lesson.card.items() if len(rows) > 1} == {"You will"}


def test_it_says_both_times(lesson: Lesson) -> None:
    assert lesson.minutes.reading in READING
    expected = HALF_A_DAY if lesson.number == CAPSTONE else WITH_EXERCISES
    assert lesson.minutes.exercises in expected


def test_its_level_is_that_of_its_part(lesson: Lesson) -> None:
    level = re.split(r"\W", lesson.card["Level"][0])[0]
    assert int(lesson.number) in LEVELS[level]


def test_it_builds_on_earlier_lessons(lesson: Lesson) -> None:
    (row,) = lesson.card["Builds on"]
    linked = [Path(target).name[:2] for target in re.findall(r"\]\(([^)]+)\)", row)]
    assert [number for number in linked if number >= lesson.number] == []
    assert bool(linked) == (lesson.number != "01")
    assert set(re.findall(r"\b\d\d\b", re.sub(r"\([^)]*\)", "", row))) == set(linked)


def test_it_promises_what_the_recap_answers(lesson: Lesson) -> None:
    promised = lesson.card["You will"]
    answered = re.findall(r"^- \*\*(.+?)\*\*", lesson.section(RECAP).text, re.MULTILINE)
    assert len(promised) in OBJECTIVES
    assert len(answered) == len(promised), f"{promised} and {answered}"
