"""The minutes that README.md and docs/instructors.md give are those of the lessons' cards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.notebooks import lessons
from tests.notebooks.lessons import Minutes

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
INSTRUCTORS = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
CARDS = {lesson.number: lesson.minutes for lesson in lessons.every()}
PARTS = {"01": "06", "07": "12", "13": "21"}  # the first lesson of a part, and its last
LESSON = re.compile(
    r"^\| (\d\d) \| \[.+?\]\(notebooks/(\d\d)_\w+\.ipynb\) "
    r"\| (\d+), with the exercises (\d+) \| .+ \|$",
    re.MULTILINE,
)
TOGETHER = re.compile(r"^Together: (\d+) minutes, with the exercises (\d+)\.$", re.MULTILINE)
PLAN = re.compile(r"^\| lesson \| minutes \| .+\n\|[-:|]+\n((?:\|.+\n)+)", re.MULTILINE)
PLANS = [
    re.findall(r"^\| (.+?) \| (\d+) \| ?(.*) ?\|$", rows, re.MULTILINE)
    for rows in PLAN.findall(INSTRUCTORS)
]
each_plan = pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan[-1][1])


def added(minutes: Iterable[Minutes]) -> Minutes:
    every = list(minutes)
    return Minutes(sum(one.reading for one in every), sum(one.exercises for one in every))


def test_the_readme_lists_every_lesson_with_its_minutes() -> None:
    rows = LESSON.findall(README)
    assert [number for number, *_ in rows] == list(CARDS)
    assert [number for number, linked, *_ in rows if number != linked] == []
    assert {number: Minutes(int(read), int(all_)) for number, _, read, all_ in rows} == CARDS


def test_the_parts_of_the_readme_add_up() -> None:
    said = [Minutes(int(read), int(all_)) for read, all_ in TOGETHER.findall(README)]
    assert said == [
        added(minutes for number, minutes in CARDS.items() if first <= number <= last)
        for first, last in PARTS.items()
    ]
    assert added(said) == added(CARDS.values())


def test_there_are_plans() -> None:
    """Half a day, a day, two days, a third and a fourth."""
    assert len(PLANS) == INSTRUCTORS.count("| lesson | minutes |") == 6


@each_plan
def test_a_plan_adds_up(plan: list[tuple[str, str, str]]) -> None:
    *rows, (name, total, _) = plan
    assert name == "**Together**"
    assert sum(int(minutes) for _, minutes, _ in rows) == int(total)


@each_plan
def test_a_plan_has_the_minutes_of_the_cards(plan: list[tuple[str, str, str]]) -> None:
    """With the exercises where the row says so, else to read and run."""
    planned, cards = {}, {}
    for name, minutes, note in plan:
        if found := re.fullmatch(r"\[(\d\d), .+\]\(\.\./notebooks/(\d\d)_\w+\.ipynb\)", name):
            assert found[1] == found[2]
            card = CARDS[found[1]]
            whole = note.startswith("with the exercises")
            cards[found[1]] = card.exercises if whole else card.reading
            planned[found[1]] = int(minutes)
    assert len(planned) > 2
    assert planned == cards
