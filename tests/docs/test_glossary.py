"""docs/glossary.md: every term is linked from the lessons, where it is used first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notebooks import lessons
from tests.notebooks.lessons import QUESTIONS_BACK, Lesson

PAGE = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
ENTRY = re.compile(
    r'^<a id="(?P<anchor>.+)"></a>\n\n## (?P<term>.+)\n\n(?P<text>(?:(?!<a id|\*First).*\n)+?)\n'
    r"\*First in \[lesson (?P<number>\d\d)\]\(\.\./notebooks/(?P<path>.+)\)\.\*$",
    re.MULTILINE,
)
ENTRIES = {found["anchor"]: found for found in ENTRY.finditer(PAGE.read_text(encoding="utf-8"))}
LINK = re.compile(r"\[([^\]]+)\]\(\.\./docs/glossary\.md(?:#([^)]*))?\)")
LONGEST = 3  # sentences
# Words that mean something outside AWS too. A lesson may use them before it links the term.
EVERYDAY = {
    *("alarm", "catch", "choice", "fail", "mock", "pass", "role", "rule", "state", "succeed"),
    *("task", "wait"),
}

every_lesson = pytest.mark.parametrize("path", lessons.PATHS, ids=lambda path: path.stem)


def links(lesson: Lesson) -> Iterator[tuple[str, str]]:
    """The texts of a lesson's links to the glossary, and their anchors."""
    return ((text, anchor) for text, anchor in LINK.findall(lesson.prose))


def readable(lesson: Lesson) -> str:
    """What a learner reads of a lesson, from its own question on: no code, addresses, headings."""
    cells = [cell.source for cell in lesson.markdown[1:] if cell.slide != "notes"]
    text = "\n\n".join(cells)
    text = re.sub(rf"^## {QUESTIONS_BACK}\n.*?(?=^## )", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    text = re.sub(r"`[^`\n]*`|^#+ .*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\]\((?!\.\./docs/glossary)[^)]*\)", "]", text)


def test_each_heading_is_an_entry_and_they_are_in_order() -> None:
    headings = re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [entry["term"] for entry in ENTRIES.values()] == headings
    assert headings == sorted(headings, key=str.lower)
    assert len(ENTRIES) == len(headings)


@pytest.mark.parametrize("anchor", ENTRIES)
def test_an_entry_is_short_and_its_anchor_is_its_term(anchor: str) -> None:
    entry = ENTRIES[anchor]
    assert anchor == entry["term"].lower().replace(" ", "-")
    text = re.sub(r"\[[^\]]*\]\([^)]*\)", "", entry["text"])
    assert 1 <= len(re.findall(r"\.(?=\s|$)", text)) <= LONGEST


def test_each_term_is_first_in_the_lesson_that_links_it_first() -> None:
    first: dict[str, str] = {}
    for lesson in lessons.every():
        for _, anchor in links(lesson):
            first.setdefault(anchor, lesson.path.name)
    assert {anchor: entry["path"] for anchor, entry in ENTRIES.items()} == first
    assert [a for a, entry in ENTRIES.items() if entry["number"] != entry["path"][:2]] == []


@every_lesson
def test_a_lesson_links_terms_and_each_once(path: Path) -> None:
    linked = Counter(anchor for _, anchor in links(lessons.read(path)))
    assert linked
    assert {anchor: count for anchor, count in linked.items() if count > 1} == {}


@every_lesson
def test_a_term_is_linked_where_it_is_used_first(path: Path) -> None:
    lesson = lessons.read(path)
    text = readable(lesson)
    late = []
    for anchor, entry in ENTRIES.items():
        if anchor in EVERYDAY or entry["number"] < lesson.number:
            continue
        place = re.search(rf"\b{re.escape(entry['term'])}", text, re.IGNORECASE)
        link = text.find(f"glossary.md#{anchor})")
        if place and (link < 0 or text.rfind("[", 0, link) > place.start()):
            late.append(text[max(place.start() - 40, 0) : place.end() + 40])
    assert late == []
