"""Edits of an application's files, and how much of them somebody has changed."""

from __future__ import annotations

import difflib
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# What makes an application: a copy of it is these.
APPLICATION = ("template.yaml", "lambdas", "state-machines", "data")
_LEFT = ("__pycache__", ".ipynb_checkpoints")  # what programs leave behind


@dataclass(frozen=True)
class Edit:
    """In one file, a text that stands there once, and what replaces it.

    With an empty `before` the file is a new one.
    """

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
        text = edit.of(read(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def read(path: Path) -> str:
    """A file's text; of one that is not there, an empty one."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def copy_application(source: Path, target: Path) -> None:
    """Copy an application's files; what is missing there is missing here."""
    target.mkdir(parents=True, exist_ok=True)
    for part in APPLICATION:
        copy(source / part, target / part)


def copy(source: Path, target: Path) -> None:
    """Copy a file or a folder over what is there, if it is one; links and devices are left out."""
    if _is_plain(source) and source.is_dir():
        shutil.copytree(source, target, ignore=_left_out, dirs_exist_ok=True)
    elif _is_plain(source):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def size_of(root: Path, parts: Iterable[str]) -> int:
    """How many bytes some files and folders have together, as they are copied."""
    tops = [root / part for part in parts if _is_plain(root / part)]
    paths = (path for top in tops for path in [top, *top.rglob("*")])
    return sum(path.lstat().st_size for path in paths if _is_plain(path) and path.is_file())


def files(folder: Path) -> list[Path]:
    """The files in a folder, in order, without what programs have left behind."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in paths if not set(_LEFT) & set(path.relative_to(folder).parts)]


def _left_out(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in _LEFT or not _is_plain(Path(folder, name))}


def _is_plain(path: Path) -> bool:
    """Whether it is a file or a folder, and not a link, a pipe or a device."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


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
