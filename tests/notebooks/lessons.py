"""The lessons as the tests read them: cells, prose, card and headings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
QUESTIONS_BACK = "Three questions back"
RECAP = "What you can do now"
TIME = re.compile(r"(\d+) minutes to read and run, (\d+) with the exercises")


@dataclass(frozen=True)
class Cell:
    """A cell; `slide` is its slide type, as "subslide" or "notes", empty without one."""

    id: str
    kind: str
    source: str
    slide: str
    outputs: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Minutes:
    """What a lesson takes: to read and run, and with the exercises."""

    reading: int
    exercises: int


@dataclass(frozen=True)
class Section:
    """A heading of the second level and what stands below it, to the next one."""

    title: str
    text: str


class Lesson:
    """One notebook of the course."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = path.name[:2]
        self.cells = [_cell(raw) for raw in json.loads(path.read_text(encoding="utf-8"))["cells"]]

    @property
    def markdown(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind == "markdown"]

    @property
    def code(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind == "code"]

    @property
    def prose(self) -> str:
        """The text of the Markdown cells."""
        return "\n\n".join(cell.source for cell in self.markdown)

    @property
    def program(self) -> str:
        """The text of the code cells."""
        return "\n\n".join(cell.source for cell in self.code)

    @property
    def card(self) -> dict[str, list[str]]:
        """The card's rows by their names; a row without a name belongs to the one above it."""
        rows: dict[str, list[str]] = {}
        name = ""
        for line in self.cells[0].source.splitlines():
            if found := re.fullmatch(r"\| (?:\*\*(.+)\*\*)? ?\| (.+) \|", line):
                name = found[1] or name
                rows.setdefault(name, []).append(found[2])
        return rows

    @property
    def minutes(self) -> Minutes:
        found = TIME.fullmatch(self.card["Time"][0])
        assert found, f"{self.path.name} says its time as {self.card['Time']}"
        return Minutes(int(found[1]), int(found[2]))

    @property
    def sections(self) -> list[Section]:
        parts = re.split(r"^## (.+)$", self.prose, flags=re.MULTILINE)
        return [Section(*pair) for pair in zip(parts[1::2], parts[2::2], strict=True)]

    def section(self, title: str) -> Section:
        (found,) = (section for section in self.sections if section.title == title)
        return found


def _cell(raw: dict[str, Any]) -> Cell:
    slide = raw["metadata"].get("slideshow", {}).get("slide_type", "")
    text, outputs = "".join(raw["source"]), tuple(raw.get("outputs", ()))
    return Cell(raw["id"], raw["cell_type"], text, slide, outputs)


@cache
def read(path: Path) -> Lesson:
    return Lesson(path)


def every() -> Iterator[Lesson]:
    return map(read, PATHS)


def by_number() -> dict[str, Lesson]:
    """The lessons by their numbers: "03"."""
    return {lesson.number: lesson for lesson in every()}
