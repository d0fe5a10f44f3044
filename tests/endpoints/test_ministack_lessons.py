"""Lessons 01 to 06 on MiniStack: exactly those cells fail that docs/ministack.md lists."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from starter import extras

from . import lessons

PAGE = lessons.ROOT / "docs" / "ministack.md"
LESSONS = ("01", "02", "03", "04", "05", "06")
PIPE = re.compile(r"(?<!\\)\|")  # one that parts two cells of a table
CHECKED = """
from orderlab import lesson
if __name__ == "__main__":
    print(lesson.check("01.3", {"states": [], "status": ""}))
"""
Row = tuple[str, str, str]  # section, first line, error


def listed(lesson: str) -> list[Row]:
    """The rows of a lesson's table."""
    _, _, rest = PAGE.read_text("utf-8").partition(f"\n## Lesson {lesson}")
    chapter = rest.partition("\n## ")[0]
    return [(s, first.strip("`"), error.strip("`")) for s, first, error, _ in _rows(chapter)]


def counted() -> dict[str, tuple[int, int]]:
    """How many cells of each lesson run, and how many fail, as the first table says."""
    before = PAGE.read_text("utf-8").partition("\n## Lesson")[0]
    return {lesson[1:3]: (int(ran), int(failed)) for lesson, ran, failed in _rows(before)}


def _rows(text: str) -> list[list[str]]:
    """The rows of a table in Markdown, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().replace("\\|", "|") for cell in PIPE.split(line)[1:-1]] for line in lines]


@pytest.fixture(scope="session")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lessons.course(tmp_path_factory.mktemp("lessons")) / "notebooks"


@pytest.fixture
def empty(ministack: str) -> str:
    """The address of the MiniStack, which has forgotten everything."""
    urllib.request.urlopen(urllib.request.Request(f"{ministack}/_ministack/reset", method="POST"))
    return ministack


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_fails_is_what_the_page_says(lesson: str, empty: str, notebooks: Path) -> None:
    expected = Counter(listed(lesson))
    may_fail = {(section, line) for section, line, _ in expected}
    [notebook] = notebooks.glob(f"{lesson}_*.ipynb")
    cells = list(lessons.run(notebook, empty, lambda *cell: cell in may_fail))
    failed = {(cell.section, cell.line, cell.error): cell.said for cell in cells if cell.error}
    found = Counter((c.section, c.line, c.error) for c in cells if c.error)
    unlisted = [(*row, failed[row]) for row in found - expected]
    assert unlisted == [], "these fail, and docs/ministack.md does not list them so"
    assert list(expected - found) == [], "docs/ministack.md lists these, and they do not fail so"
    assert counted()[lesson] == (len(cells), found.total())


def test_a_check_is_judged_in_a_local_aws_of_its_own(notebooks: Path) -> None:
    """Nobody answers at that endpoint."""
    done = subprocess.run(
        [sys.executable, "-c", CHECKED],
        check=False,
        cwd=notebooks,
        env=dict(lessons.environ("http://127.0.0.1:9")),
        capture_output=True,
        encoding="utf-8",
    )
    assert "Every execution of the workflow begins with the same state." in done.stdout, done.stderr


def test_the_page_names_the_versions_that_ran() -> None:
    page = PAGE.read_text("utf-8")
    assert [one for one in extras.packages("ministack") if f"`{one}`" not in page] == []
