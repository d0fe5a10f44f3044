"""A learner works on a copy, and there a lesson says what it says in the course."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from starter import notebooks, workcopy
from starter.messages import Progress

ROOT = Path(__file__).resolve().parents[2]
LESSON = "19_testing_workflows.ipynb"  # it loads handlers, and runs tests, from files of the copy


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A learner's copy of a course that has this lesson alone."""
    for name in workcopy.COPIED:
        given = ROOT / name
        if given.is_file():
            shutil.copy(given, tmp_path)
        elif name != "notebooks":
            shutil.copytree(given, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / LESSON, tmp_path / "notebooks")
    workcopy.refresh(tmp_path)
    return tmp_path / workcopy.NAME


def outputs(root: Path) -> dict[str, Any]:
    """What each cell of the lesson says."""
    cells = json.loads((root / "notebooks" / LESSON).read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: cell["outputs"] for cell in cells if cell["cell_type"] == "code"}


def test_a_lesson_says_in_the_copy_what_it_says_in_the_course(copy: Path) -> None:
    said, environ = io.StringIO(), {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = notebooks.refresh(Path(sys.executable), copy, environ, Progress(said))
    assert ran, said.getvalue()
    if sys.platform == "linux":  # the committed outputs are those of Linux
        assert outputs(copy) == outputs(ROOT)
