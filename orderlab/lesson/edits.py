"""Edits of an application's files, and how much of them somebody has changed."""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# What makes an application: a copy of it is these.
APPLICATION = ("template.yaml", "lambdas", "state-machines", "data")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


@dataclass(frozen=True)
class Edit:
    """In one file, a text that stands there once, and what replaces it."""

    path: str
    before: str
    after: str

    def of(self, text: str) -> str:
        """The text, edited.

        Raises:
            ValueError: what is to be replaced does not stand there exactly once.
        """
        if text.count(self.before) != 1:
            raise ValueError(
                f"{self.path} holds {text.count(self.before)} times, not once: {self.before!r}"
            )
        return text.replace(self.before, self.after)


def apply(edits: Iterable[Edit], root: Path) -> None:
    """Edit the files of a copy.

    Raises:
        ValueError: the text to replace does not stand there exactly once.
    """
    for edit in edits:
        path = root / edit.path
        text = edit.of(path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8", newline="\n")


def copy_application(source: Path, target: Path) -> None:
    """Copy an application's files; what is missing there is missing here."""
    target.mkdir(parents=True, exist_ok=True)
    for part in APPLICATION:
        copy(source / part, target / part)


def copy(source: Path, target: Path) -> None:
    """Copy a file or a folder, if it is there, without what programs leave in it."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=_LEFT_OUT)
    elif source.is_file():
        shutil.copy2(source, target)


def changed_lines(before: Path, after: Path) -> int:
    """How many lines were edited between two applications: a line that was replaced is one."""
    paths = {
        path.relative_to(root)
        for root in (before, after)
        for part in APPLICATION
        for path in [root / part, *(root / part).rglob("*")]
        if path.is_file() and path.suffix != ".pyc"
    }
    return sum(_changed(before / path, after / path) for path in paths)


def _changed(before: Path, after: Path) -> int:
    old, new = (
        path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
        for path in (before, after)
    )
    found = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return sum(max(a2 - a1, b2 - b1) for tag, a1, a2, b1, b2 in found if tag != "equal")
