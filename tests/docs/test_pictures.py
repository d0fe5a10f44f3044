"""Every picture says in words what it shows: in the lessons' text, in their outputs, in docs/."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.notebooks import lessons

ROOT = Path(__file__).resolve().parents[2]
DOCS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
MARKDOWN = re.compile(r"!\[([^\]]*)\]\(", re.DOTALL)
HTML = re.compile(r"<img\b[^>]*>", re.DOTALL)
ALT = re.compile(r'\balt="([^"]*)"')
SHORTEST = 15  # letters; less than that is a name, and no description

each_page = pytest.mark.parametrize("page", [*lessons.PATHS, *DOCS], ids=lambda page: page.name)
each_lesson = pytest.mark.parametrize("path", lessons.PATHS, ids=lambda path: path.stem)


def alternatives(text: str) -> list[str]:
    """What stands for each picture of a Markdown text; empty where nothing does."""
    tags = [ALT.search(tag) for tag in HTML.findall(text)]
    return [*MARKDOWN.findall(text), *(found[1] if found else "" for found in tags)]


@each_page
def test_a_picture_in_a_text_has_words(page: Path) -> None:
    lesson = page.suffix == ".ipynb"
    text = lessons.read(page).prose if lesson else page.read_text(encoding="utf-8")
    assert [words for words in alternatives(text) if len(words) < SHORTEST] == []


@each_lesson
def test_a_picture_in_an_output_has_words(path: Path) -> None:
    """In the text beside it, and on the picture itself for a screen reader."""
    outputs = [
        output.get("data", {}) for cell in lessons.read(path).code for output in cell.outputs
    ]
    pictures = [data for data in outputs if any(kind.startswith("image/") for kind in data)]
    assert pictures
    for data in pictures:
        words = "".join(data["text/plain"])
        assert len(words) >= SHORTEST
        assert not words.startswith("<"), "a bare repr says nothing"
        label = re.match(r'<svg role="img" aria-label="([^"]+)"', "".join(data["image/svg+xml"]))
        assert label
        assert len(label[1]) >= SHORTEST


@each_lesson
def test_a_picture_in_html_has_words(path: Path) -> None:
    outputs = [
        output.get("data", {}) for cell in lessons.read(path).code for output in cell.outputs
    ]
    shown = ["".join(data.get("text/html", [])) for data in outputs]
    assert [words for html in shown for words in alternatives(html) if len(words) < SHORTEST] == []
