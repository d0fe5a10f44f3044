"""A learner's kernel is not a fresh one: cells run again after Run All, lessons one after another.

`pytest --nbval` runs each lesson alone, once, in a kernel of its own, its checks included. Here a
kernel lives longer. Checks are left out: each starts processes and a local AWS of its own, takes
nearly all the time, and does not touch the kernel's; the tests of exercises repeat them often.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.notebooks import lessons
from tests.notebooks.lessons import ROOT, Cell

PATIENCE = 300  # seconds for one cell, on a machine that is busy
# What runs in one kernel, one after the other, from the last to the first.
BACKWARDS = (("12", "09", "07"), ("11", "06", "05"), ("08", "04"), ("10", "03", "02", "01"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A learner's copy of the application; where its notebooks are is where cells run."""
    for name in ("lambdas", "state-machines", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy2(ROOT / "template.yaml", tmp_path)
    (tmp_path / "notebooks").mkdir()
    return tmp_path


def run(copy: Path, cells: Sequence[Cell]) -> str:
    """Run cells in one kernel, one after the other; what went wrong, empty if nothing did."""
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": f"# {cell.id}\n{cell.source}",
            }
            for number, cell in enumerate(cells)
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = copy / "notebooks" / "cells.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    how = ("--execute", "--to=notebook", "--stdout", f"--ExecutePreprocessor.timeout={PATIENCE}")
    done = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--log-level=ERROR", *how, path.name],
        check=False,
        cwd=path.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode == 0:
        return ""
    _, _, error = done.stderr.partition("CellExecutionError: ")
    return error or done.stderr or "it failed"


def code(number: str) -> list[Cell]:
    lesson = lessons.by_number()[number]
    return [cell for cell in lesson.code if not cell.source.startswith("lesson.check(")]


def test_every_lesson_is_in_one_of_them() -> None:
    assert sorted(number for numbers in BACKWARDS for number in numbers) == sorted(
        lessons.by_number()
    )


@pytest.mark.parametrize("numbers", BACKWARDS, ids="-".join)
def test_lessons_run_twice_and_in_any_order(numbers: Sequence[str], copy: Path) -> None:
    """Each lesson is run to its end, and cell by cell again, before the one that stands earlier."""
    assert run(copy, [cell for number in numbers for cell in code(number) * 2]) == ""
