"""The learner's copy `work/`: refreshed from the course, never over what the learner changed.

A manifest in `work/` holds, for each file, hashes of what the course gave. A file is touched when
it is not what was given. Of a notebook only the cells' sources count, so that one that was run and
saved, but not edited, is still the course's.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from starter.messages import COMMAND, Problem

NAME = "work"
# How the course's outputs are checked, which the copy does not have.
CHECKS = "notebooks/conftest.py"
COPIED = ("notebooks", "oncall", "lambdas", "state-machines", "data", "docs", "template.yaml")
MANIFEST = ".course.json"


@dataclass
class Report:
    """What a refresh did, as paths in the copy."""

    added: list[str] = field(default_factory=list)
    refreshed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    """Changed by the learner, and since then by the course too."""


@dataclass(frozen=True)
class Given:
    """Hashes of a file as the course gave it."""

    content: str
    source: str
    """What tells whether it was touched."""


def refresh(root: Path) -> Report:
    """Bring the copy up to date with the course in `root`.

    Raises:
        Problem: a notebook of the course is damaged.
    """
    work = root / NAME
    work.mkdir(exist_ok=True)
    before = _read_manifest(work)
    after: dict[str, Given] = {}
    report = Report()
    for path in _course_files(root):
        name = path.relative_to(root).as_posix()
        content = _content(path)
        after[name] = _refresh_file(work / name, name, content, before.get(name), report)
    for name in sorted(before.keys() - after.keys()):
        if _source_now(work / name) == before[name].source:
            _remove(work, name)
            report.removed.append(name)
    # Last: a file that is already new under an old manifest is recognised by its content.
    _write_manifest(work, after)
    return report


def set_aside(root: Path) -> Path | None:
    """Move the copy to a folder with the date in its name; None if there is no copy.

    Raises:
        Problem: it cannot be moved now.
    """
    work = root / NAME
    if not work.exists():
        return None
    name = f"{NAME}-before-{datetime.datetime.now().astimezone():%Y-%m-%d-%H%M%S}"
    aside = root / name
    for number in itertools.count(2):
        if not aside.exists():
            break
        aside = root / f"{name}-{number}"
    try:
        work.rename(aside)
    except PermissionError as error:  # Windows, while a program has a file of it open
        raise Problem(
            "The folder work is in use: close JupyterLab and the files of it that are open in "
            f"other programs, then run {COMMAND} reset again."
        ) from error
    return aside


def _refresh_file(
    target: Path, name: str, content: bytes, before: Given | None, report: Report
) -> Given:
    """Refresh one file, note it in the report, and return what the manifest is to say of it."""
    given = Given(_hash(content), _source(content, target.suffix))
    if not os.path.lexists(target):
        _write(target, content)
        report.added.append(name)
        return given
    now = _source_now(target)
    if before is not None and now == before.source:
        if before.content != given.content:
            _write(target, content)
            report.refreshed.append(name)
        return given
    if now == given.source or before == given:
        return given
    report.behind.append(name)
    # What was given stays on record, so that it is said until the learner decides.
    return before or Given("", "")


def _course_files(root: Path) -> Iterator[Path]:
    for top in COPIED:
        start = root / top
        for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
            parts = path.relative_to(root).parts
            hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
            if path.is_file() and not hidden and "/".join(parts) != CHECKS:
                yield path


def _content(path: Path) -> bytes:
    """A file of the course as it is given.

    A notebook is given without its outputs and without its notes for the instructor: both give it
    away.
    """
    content = path.read_bytes()
    if path.suffix != ".ipynb":
        return content
    notebook = _notebook(content)
    if notebook is None:
        raise Problem(
            f"The course's {path.name} is not a notebook any more: restore it with "
            f"'git checkout {path.parent.name}/{path.name}', then run {COMMAND} again."
        )
    notebook["cells"] = [cell for cell in notebook["cells"] if not _is_note(cell)]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
            cell.get("metadata", {}).pop("execution", None)
    notebook.get("metadata", {}).pop("widgets", None)
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _is_note(cell: dict[str, Any]) -> bool:
    """Whether a cell is the instructor's: in the slides, it stands in the speaker's notes."""
    return bool(cell.get("metadata", {}).get("slideshow", {}).get("slide_type") == "notes")


def _source(content: bytes, suffix: str) -> str:
    """The hash that tells whether a file was touched."""
    notebook = _notebook(content) if suffix == ".ipynb" else None
    if notebook is None:
        return _hash(content.replace(b"\r\n", b"\n"))  # an editor on Windows may save it so
    cells = [[cell["cell_type"], _joined(cell["source"])] for cell in notebook["cells"]]
    return _hash(json.dumps(cells).encode("utf-8"))


def _source_now(path: Path) -> str | None:
    """`_source` of a file of the copy; None when it is not a file."""
    return _source(path.read_bytes(), path.suffix) if path.is_file() else None


def _notebook(content: bytes) -> dict[str, Any] | None:
    """The notebook in these bytes, or None when it is not one (nbformat 4: cells with sources)."""
    try:
        notebook: dict[str, Any] = json.loads(content)
        for cell in notebook["cells"]:
            cell["cell_type"], _joined(cell["source"])
    except (ValueError, KeyError, TypeError):
        return None
    return notebook


def _joined(source: str | list[str]) -> str:
    """A cell's source, which nbformat allows as one text or as a list of lines."""
    return source if isinstance(source, str) else "".join(source)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read_manifest(work: Path) -> dict[str, Given]:
    path = work / MANIFEST
    if not path.exists():
        return {}
    try:
        return {name: Given(**given) for name, given in json.loads(path.read_bytes()).items()}
    except (ValueError, TypeError, AttributeError):
        return {}  # damaged: each file that differs from the course counts as the learner's


def _write_manifest(work: Path, files: dict[str, Given]) -> None:
    text = json.dumps({name: vars(given) for name, given in files.items()}, indent=1)
    _write(work / MANIFEST, (text + "\n").encode("utf-8"))


def _write(target: Path, content: bytes) -> None:
    """Write a file so that an interruption leaves the old one or the new one, whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(target.name + ".new")
    new.write_bytes(content)
    new.replace(target)


def _remove(work: Path, name: str) -> None:
    (work / name).unlink()
    for folder in PurePosixPath(name).parents:
        if folder == PurePosixPath() or any((work / folder).iterdir()):
            return
        (work / folder).rmdir()
