"""How the lessons' outputs are compared: whole, and on Linux strictly."""

from __future__ import annotations

import copy
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from starter import notebooks
from starter.messages import Progress

ROOT = Path(__file__).resolve().parents[2]
DISPLAY = """
from IPython.display import clear_output

print("a draft")
clear_output(wait=True)
picture = {"image/png": "iVBORw0K", "image/svg+xml": "<svg/>", "text/plain": "a picture"}
print("drawn")
display(picture, raw=True, metadata={"image/png": {"width": 1}})
"""
CELLS = [DISPLAY, "1 + 1"]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one lesson with its outputs."""
    root = tmp_path_factory.mktemp("course")
    (root / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "conftest.py", root / "notebooks")
    (root / "pytest.ini").write_text("[pytest]\n", "utf-8")
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": source.strip().splitlines(keepends=True),
        }
        for number, source in enumerate(CELLS)
    ]
    lesson = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (root / "notebooks" / "01.ipynb").write_text(json.dumps(lesson), "utf-8")
    said = io.StringIO()
    assert notebooks.refresh(Path(sys.executable), root, os.environ, Progress(said)), said
    return root


def compare(course: Path, lesson: Any, *options: str) -> tuple[int, str]:
    """The exit status of pytest on a lesson, and what it says."""
    (course / "notebooks" / "01.ipynb").write_text(json.dumps(lesson), "utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", *options]
    done = subprocess.run(
        [*command, "notebooks/"], cwd=course, check=False, capture_output=True, encoding="utf-8"
    )
    return done.returncode, done.stdout


@pytest.fixture
def lesson(course: Path) -> Any:
    path = course / "notebooks" / "01.ipynb"
    if not (kept := course / "kept.json").exists():
        shutil.copy(path, kept)
    return json.loads(kept.read_text("utf-8"))


def output(lesson: Any) -> Any:
    return lesson["cells"][0]["outputs"][1]


def another_picture(lesson: Any) -> None:
    output(lesson)["data"]["image/png"] = "iVBORw0L"


def another_size(lesson: Any) -> None:
    output(lesson)["metadata"]["image/png"]["width"] = 2


def another_order(lesson: Any) -> None:
    lesson["cells"][0]["outputs"].reverse()


def another_kind(lesson: Any) -> None:
    output(lesson)["output_type"] = "execute_result"
    output(lesson)["execution_count"] = 1


@pytest.mark.parametrize("change", [another_picture, another_size, another_order, another_kind])
def test_whatever_differs_is_found(
    change: Callable[[Any], None], course: Path, lesson: Any
) -> None:
    """nbval by itself compares none of these."""
    change(lesson)
    code, said = compare(course, lesson)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "1 failed, 3 passed" in said  # each cell runs twice, and is compared once


def test_elsewhere_differences_are_listed_and_errors_fail(course: Path, lesson: Any) -> None:
    assert compare(course, lesson)[0] == pytest.ExitCode.OK
    other = copy.deepcopy(lesson)
    another_picture(other)
    code, said = compare(course, other, "--list-differences", "-rx", "--xfail-tb")
    assert code == pytest.ExitCode.OK
    assert "3 passed, 1 xfailed" in said
    assert "XFAIL notebooks/01.ipynb::Cell 0 - Cell outputs differ" in said
    assert "mismatch 'image/png'" in said
    lesson["cells"][0]["source"] = ["1 / 0"]
    code, said = compare(course, lesson, "--list-differences")
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "ZeroDivisionError" in said


def test_a_cell_that_fails_when_it_is_run_again_is_found(course: Path, lesson: Any) -> None:
    lesson["cells"][0] |= {"source": ["assert 'before' not in globals()\n", "before = 1"]}
    lesson["cells"][0]["outputs"] = []
    code, said = compare(course, lesson)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "FAILED notebooks/01.ipynb::Cell 0 again" in said
    assert "1 failed, 3 passed" in said
