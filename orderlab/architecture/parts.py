"""The parts of the backend: the sections of template.yaml, between its markers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
_MARKER = re.compile(r"  # ---- (.+?)(?: \(lesson (\d\d)\))? -+")
_RESOURCE = re.compile(r"  (\w+):")


@dataclass
class Part:
    """A section of the template.

    Attributes:
        title: as its marker has it.
        lesson: the number of the lesson that builds it; "" of the base stack.
        keys: logical ids of its resources.
    """

    title: str
    lesson: str
    keys: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Of its picture's file."""
        return re.sub(r"[^a-z]+", "-", self.title.lower()).strip("-")


def parts() -> list[Part]:
    """In the order of the template."""
    text = TEMPLATE.read_text(encoding="utf-8")
    resources = text[text.index("\nResources:\n") : text.index("\nOutputs:\n")]
    found: list[Part] = []
    for line in resources.splitlines():
        if marker := _MARKER.fullmatch(line):
            found.append(Part(marker[1], marker[2] or ""))
        elif key := _RESOURCE.match(line):
            found[-1].keys.append(key[1])
    return found
