"""`lab.py refresh`: outputs are made anew, and the same outputs are the same bytes."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from starter import notebooks
from starter.messages import Progress

from .conftest import notebook, write

PRINT = "import sys\nfor word in 'ab':\n    print(word)\n    sys.stdout.flush()\nsys.argv and 7"
RAISE = "1 / 0"


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    """A course of a lesson that fails, and one that runs."""
    root = tmp_path / "course"
    write(root / "notebooks" / "01_fails.ipynb", notebook("fine = 1", RAISE))
    write(root / "notebooks" / "02_runs.ipynb", notebook(PRINT, "print(2)", outputs=False))
    return root


def refresh(root: Path) -> tuple[bool, str]:
    said = io.StringIO()
    passed = notebooks.refresh(Path(sys.executable), root, os.environ, Progress(said))
    return passed, said.getvalue()


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_outputs_are_new_and_a_notebook_that_fails_is_left_as_it_was(lessons: Path) -> None:
    fails, runs = sorted((lessons / "notebooks").iterdir())
    before = fails.read_bytes()
    passed, said = refresh(lessons)
    assert not passed
    assert fails.read_bytes() == before
    assert "[1/2] 01_fails.ipynb: FAILED" in said
    assert "ZeroDivisionError" in said
    assert "nbconvertapp.py" not in said, "the way through Jupyter says nothing"
    assert said.endswith("Failed, and left as they were: 01_fails.ipynb.\n")
    assert "[2/2] 02_runs.ipynb: new outputs" in said
    first, second = read(runs)["cells"]
    stream = {"name": "stdout", "output_type": "stream"}
    assert first["outputs"][0] == stream | {"text": ["a\n", "b\n"]}
    assert first["outputs"][1]["data"] == {"text/plain": ["7"]}
    assert second["outputs"] == [stream | {"text": ["2\n"]}]
    assert [first["metadata"], second["metadata"]] == [{}, {}]
    assert [first["execution_count"], second["execution_count"]] == [1, 2]
    assert read(runs)["metadata"] == notebooks.METADATA


def test_second_run_changes_no_byte(lessons: Path) -> None:
    fails, runs = sorted((lessons / "notebooks").iterdir())
    fails.unlink()
    assert refresh(lessons)[0]
    before = (runs.read_bytes(), runs.stat().st_mtime_ns)
    passed, said = refresh(lessons)
    assert passed
    assert "[1/1] 02_runs.ipynb: unchanged" in said
    assert (runs.read_bytes(), runs.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    ("code", "passed", "said"),
    [
        ("pathlib.Path(sys.argv[1], 'gallery.md').touch()", True, "docs/gallery.md: made anew in"),
        ("raise SystemExit('no view')", False, "docs/gallery.md: FAILED, and left as it was, in"),
    ],
)
def test_docs_are_drawn_after_the_notebooks(
    tmp_path: Path, code: str, passed: bool, said: str
) -> None:
    (tmp_path / "docs").mkdir()
    write(tmp_path / "orderlab" / "__init__.py", "")
    write(tmp_path / "orderlab" / "gallery.py", f"import pathlib, sys\n{code}\n")
    write(tmp_path / "orderlab" / "architecture.py", "")
    stream = io.StringIO()
    python, progress = Path(sys.executable), Progress(stream)
    assert notebooks.refresh_docs(python, tmp_path, os.environ, progress) is passed
    assert said in stream.getvalue()
    assert "docs/architecture: made anew in" in stream.getvalue()  # one does not stop the other
    assert ("no view" in stream.getvalue()) is not passed
    assert (tmp_path / "docs" / "gallery.md").exists() is passed


def test_pieces_of_a_stream_are_put_together_where_nothing_is_between_them() -> None:
    def printed(name: str, text: str) -> dict[str, Any]:
        return {"output_type": "stream", "name": name, "text": text.splitlines(keepends=True)}

    picture = {"output_type": "display_data", "data": {}, "metadata": {}}
    pieces = [
        *(printed("stdout", "a\nb"), printed("stdout", "c\nd\n"), printed("stderr", "e\n")),
        *(picture, picture, printed("stdout", "f\n"), printed("stdout", "g\n")),
    ]
    cell = notebook("")["cells"][0] | {"outputs": pieces}
    [stable] = json.loads(notebooks.stable(notebook("") | {"cells": [cell]}))["cells"]
    assert stable["outputs"] == [
        *(printed("stdout", "a\nbc\nd\n"), printed("stderr", "e\n"), picture, picture),
        printed("stdout", "f\ng\n"),
    ]
