"""The minutes that README.md and docs/instructors.md give are those of the lessons' cards."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.notebooks import lessons
from tests.notebooks.lessons import Minutes

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PARTS = ((1, 6), (7, 12))  # the first and the last lesson of each part that exists
CARDS = {number: lesson.minutes for number, lesson in lessons.by_number().items()}
ROW = re.compile(
    r"^\| (\d\d) \| \[[^\]]+\]\(notebooks/(\d\d)_\w+\.ipynb\) "
    r"\| (\d+), with the exercises (\d+) \| .+ \|$",
    re.MULTILINE,
)
TOGETHER = re.compile(r"^Together: (\d+) minutes, with the exercises (\d+)\.$", re.MULTILINE)


def added(minutes: list[Minutes]) -> Minutes:
    return Minutes(sum(m.reading for m in minutes), sum(m.exercises for m in minutes))


def test_the_readme_lists_every_lesson_with_its_minutes() -> None:
    rows = ROW.findall(README)
    assert [number for number, *_ in rows] == list(CARDS)
    assert [number for number, linked, *_ in rows if number != linked] == []
    assert {number: Minutes(int(a), int(b)) for number, _, a, b in rows} == CARDS


def test_the_parts_of_the_readme_add_up() -> None:
    said = [Minutes(int(reading), int(exercises)) for reading, exercises in TOGETHER.findall(README)]
    parts = [
        [minutes for number, minutes in CARDS.items() if first <= int(number) <= last]
        for first, last in PARTS
    ]
    assert sum(map(len, parts)) == len(CARDS)
    assert said == [added(part) for part in parts]
