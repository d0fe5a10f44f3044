"""What a program can see of a good lesson: outputs, small cells, and sound English."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from starter import notebooks

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LONGEST_CELL = 10  # lines that are not blank
HASTY = re.compile(r"\b(simply|just|obviously|easily|of course)\b", re.IGNORECASE)
# What keeps nbval from comparing a cell: tags, in words or with hyphens, and comments.
EXCUSES = re.compile(r"(nbval|pytest.validate|raises.exception)", re.IGNORECASE)
MACHINE_PATHS = re.compile(r"(/root/|/home/|/Users/|/tmp/|C:\\\\|site-packages)")


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request: pytest.FixtureRequest) -> dict[str, Any]:
    text: str = request.param.read_text(encoding="utf-8")
    return {"path": request.param, "text": text, **json.loads(text)}


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def cells(lesson: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [c for c in lesson["cells"] if c["cell_type"] == kind and source(c).strip()]


def test_the_lessons_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:2]) for path in LESSONS]
    assert numbers == list(range(1, len(LESSONS) + 1))


def test_it_opens_with_its_number(lesson: dict[str, Any]) -> None:
    assert source(lesson["cells"][0]).startswith(f"# {int(lesson['path'].name[:2])}. ")


def test_its_code_cells_are_small(lesson: dict[str, Any]) -> None:
    lines = {
        c["id"]: [x for x in source(c).splitlines() if x.strip()] for c in cells(lesson, "code")
    }
    assert {name: len(code) for name, code in lines.items() if len(code) > LONGEST_CELL} == {}


def test_it_was_run_from_top_to_bottom_without_an_error(lesson: dict[str, Any]) -> None:
    code = cells(lesson, "code")
    assert [c["execution_count"] for c in code] == list(range(1, len(code) + 1))
    outputs = [output for c in code for output in c["outputs"]]
    assert outputs
    assert [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"] == []


def test_no_cell_is_kept_from_the_check(lesson: dict[str, Any]) -> None:
    """Nor is one that was never run, which nbval passes over (see the test above)."""
    code = [c for c in lesson["cells"] if c["cell_type"] == "code"]
    told = [(c["metadata"].get("tags", []), source(c)) for c in code]
    assert EXCUSES.findall(str(told)) == []


def test_it_is_written_as_refresh_writes_it(lesson: dict[str, Any]) -> None:
    """Else the next refresh would change it although nothing in it has changed."""
    assert notebooks.stable(json.loads(lesson["text"])) == lesson["path"].read_bytes()


def test_nothing_is_smoothed_over() -> None:
    """No file of patterns that nbval would replace on both sides before it compares."""
    for name in ("pyproject.toml", "starter/checks.py", "notebooks/conftest.py"):
        assert "sanitize" not in (ROOT / name).read_text(encoding="utf-8")


def test_it_holds_no_path_of_one_machine(lesson: dict[str, Any]) -> None:
    assert MACHINE_PATHS.findall(lesson["text"]) == []


def test_its_words_are_calm(lesson: dict[str, Any]) -> None:
    hasty = [match[0] for c in cells(lesson, "markdown") for match in HASTY.finditer(source(c))]
    assert hasty == []


def test_its_words_are_spelt(lesson: dict[str, Any], tmp_path: Path) -> None:
    """Sources alone: an output is cut where it is long, in the middle of a word."""
    path = tmp_path / "lesson.txt"
    path.write_text("\n\n".join(source(c) for c in lesson["cells"]), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "codespell_lib",
        "--toml",
        str(ROOT / "pyproject.toml"),
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_dollar_begins_a_formula(lesson: dict[str, Any]) -> None:
    """JupyterLab sets what stands between two dollars as a formula, in a text and in a table."""
    texts = [
        (c["id"], re.sub(r"```.*?```|`[^`]*`", "", source(c), flags=re.DOTALL))
        for c in cells(lesson, "markdown")
    ]
    texts += [
        (c["id"], "".join(output["data"]["text/html"]))
        for c in cells(lesson, "code")
        for output in c["outputs"]
        if "text/html" in output.get("data", {})
    ]
    read = [(name, text) for name, text in texts if "mathjax_ignore" not in text]
    assert [name for name, text in read if text.count("$") > 1] == []
