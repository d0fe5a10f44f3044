"""`lab.py test`: all checks run, and a failure is told at the end."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from starter import checks
from starter.messages import Progress


@pytest.mark.parametrize("code", [0, 1])
def test_all_run_and_failures_are_named(tmp_path: Path, code: int) -> None:
    (tmp_path / "check.py").write_text(
        "import pathlib, sys\npathlib.Path(sys.argv[1]).touch()\nsys.exit(int(sys.argv[2]))\n",
        "utf-8",
    )
    said = io.StringIO()
    passed = checks.run(
        Path(sys.executable),
        tmp_path,
        os.environ,
        Progress(said),
        {
            "one": ("check", "a", "0"),
            "two": ("check", "b", str(code)),
            "three": ("check", "c", "0"),
        },
    )
    assert passed is (code == 0)
    assert all((tmp_path / name).exists() for name in "abc")
    lines = said.getvalue().splitlines()
    assert lines[2] == f"[2/3] two: python -m check b {code}"
    assert lines[-1] == ("Failed: two. Passed: 2." if code else "All 3 checks passed.")


def test_every_tool_of_the_project_is_run() -> None:
    tools = {arguments[0].partition(".")[0] for arguments in checks.CHECKS.values()}
    assert tools == {"ruff", "mypy", "codespell_lib", "cfnlint", "pytest"}
    assert "--nbval" in checks.CHECKS["notebooks"]
    listed = "--list-differences" in checks.CHECKS["notebooks"]
    assert listed is (sys.platform != "linux"), "only the outputs of Linux are committed"
