"""Slides and handouts: one file each, which asks nothing of the network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orderlab.pages import __main__ as command
from orderlab.pages import export
from orderlab.pages.export import Kind
from tests.notebooks import lessons

ROOT = Path(__file__).resolve().parents[2]
KINDS: tuple[Kind, ...] = ("slides", "handout")
# What a browser would fetch by itself; a link that a person follows is none of it.
FETCHED = re.compile(
    r"""(?:<(?:script|img|iframe|link)\b[^>]*(?:src|href)=|@import|url\()\s*["']?http"""
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(params=KINDS)
def page(request: pytest.FixtureRequest, folder: Path) -> str:
    """The third lesson."""
    path = folder / f"03_data_flow.{request.param}.html"
    if not path.exists():
        assert export.export(export.find(ROOT / "notebooks", 3), request.param, folder) == path
    return path.read_text(encoding="utf-8")


def test_it_asks_nothing_of_the_network(page: str) -> None:
    assert FETCHED.findall(page) == []


def test_answers_stay_folded(page: str) -> None:
    """An HTML filter that closes what it does not understand would unfold them."""
    folded = re.findall(r"<details>\s*<summary>Answer</summary>(.*?)</details>", page, re.DOTALL)
    assert folded
    assert [answer for answer in folded if not answer.strip()] == []


def test_the_call_that_asks_is_not_shown(page: str) -> None:
    assert "Predict." in page
    assert "03.replaces" not in page


def test_no_verdict_on_an_exercise_that_nobody_has_touched_is_shown(page: str) -> None:
    assert "Exercise 03.1" in page
    assert "not yet." not in page


def test_no_link_leads_to_a_file_of_the_course(page: str) -> None:
    body = page[: page.rfind("reveal.js 5")] if "reveal.js 5" in page else page
    links = re.findall(r'<a\b[^>]*href="([^"]*)"', body)
    assert links
    assert [link for link in links if not link.startswith(("http", "#"))] == []


def test_a_slide_begins_where_a_section_or_an_exercise_does_and_shows_no_verdict() -> None:
    for lesson in lessons.every():
        for cell in lesson.cells:
            if cell.source.startswith("## "):
                assert cell.slide == "slide", f"{lesson.path.name}: {cell.id}"
            if cell.source.startswith("lesson.exercise("):
                assert cell.slide == "subslide", f"{lesson.path.name}: {cell.id}"
            if cell.source.startswith("lesson.check("):
                assert cell.slide == "skip", f"{lesson.path.name}: {cell.id}"
        assert any(cell.slide == "notes" for cell in lesson.cells), lesson.path.name


def test_pictures_are_in_it_with_their_words(page: str) -> None:
    told = re.findall(r'<img alt="([^"]*)" src="data:image/svg', page)
    assert any("ChargeOrder" in words for words in told)
    assert "No description has been provided" not in page


def test_a_lesson_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["slides", "99"]) == 1
    assert "There is no lesson 99" in capsys.readouterr().err


def test_notes_are_for_who_stands_in_front(tmp_path: Path) -> None:
    lesson = tmp_path / "01_x.ipynb"
    lesson.write_text(
        """{"cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# One"]},
        {"cell_type": "markdown", "id": "b", "source": ["Ask who is surprised."],
         "metadata": {"slideshow": {"slide_type": "notes"}}}
        ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}""",
        encoding="utf-8",
    )
    slides, handout = (
        export.export(lesson, kind, tmp_path).read_text(encoding="utf-8") for kind in KINDS
    )
    assert re.search(r'<aside class="notes">.*Ask who is surprised', slides, re.DOTALL)
    assert "Ask who is surprised" not in handout
