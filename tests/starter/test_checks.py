"""`lab.py test`: all checks run, and what failed or could not run is told at the end."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from starter import checks
from starter.extras import SKIPPED
from starter.messages import Progress

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("code", "ci", "outcome", "told"),
    [
        (0, "", "passed", "All 3 checks passed."),
        (1, "", "FAILED", "Failed: two. Passed: 2."),
        (SKIPPED, "", "skipped", "Skipped: two. Passed: 2."),
        (SKIPPED, "true", "FAILED", "Failed: two. Passed: 2."),
    ],
)
def test_all_run_and_what_did_not_pass_is_named(
    tmp_path: Path, code: int, ci: str, outcome: str, told: str
) -> None:
    (tmp_path / "check.py").write_text(
        "import pathlib, sys\npathlib.Path(sys.argv[1]).touch()\nsys.exit(int(sys.argv[2]))\n",
        "utf-8",
    )
    said = io.StringIO()
    passed = checks.run(
        Path(sys.executable),
        tmp_path,
        {**os.environ, "CI": ci},
        Progress(said),
        {
            "one": ("check", "a", "0"),
            "two": ("check", "b", str(code)),
            "three": ("check", "c", "0"),
        },
    )
    assert passed is (outcome != "FAILED")
    assert all((tmp_path / name).exists() for name in "abc")
    lines = said.getvalue().splitlines()
    assert lines[2] == f"[2/3] two: python -m check b {code}"
    assert lines[3].startswith(f"      {outcome} in ")
    assert lines[-1] == told


def test_some_run_beside_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each waits for the other, so one after the other they would never end."""
    (tmp_path / "check.py").write_text(
        "import pathlib, sys, time\n"
        "print('here is', sys.argv[1])\n"
        "pathlib.Path(sys.argv[1]).touch()\n"
        "while not pathlib.Path(sys.argv[2]).exists(): time.sleep(0.01)\n"
        "sys.exit(int(sys.argv[3]))\n",
        "utf-8",
    )
    monkeypatch.setattr(checks, "BESIDE", ("two", "three"))
    said = io.StringIO()
    assert not checks.run(
        Path(sys.executable),
        tmp_path,
        os.environ,
        Progress(said),
        {
            "one": ("check", "a", "a", "0"),
            "two": ("check", "b", "c", "1"),
            "three": ("check", "c", "b", "0"),
        },
    )
    assert "Failed: two. Passed: 2." in said.getvalue()
    assert capfd.readouterr().out.split("here is ")[1:] == ["a\n", "b\n", "c\n"]


def test_every_tool_of_the_project_is_run() -> None:
    tools = {arguments[0].partition(".")[0] for arguments in checks.CHECKS.values()}
    assert tools == {"ruff", "mypy", "codespell_lib", "cfnlint", "pytest", "starter"}
    assert "--nbval" in checks.CHECKS["notebooks"]
    listed = "--list-differences" in checks.CHECKS["notebooks"]
    assert listed is (sys.platform != "linux"), "only the outputs of Linux are committed"


def test_every_folder_of_tests_is_run_by_one_check() -> None:
    """By that of all tests, or by one of its own."""
    for folder in checks.CHECKS_OF_THEIR_OWN:
        assert (ROOT / folder).is_dir()
        assert f"--ignore={folder}" in checks.CHECKS["tests"]
        assert [name for name, check in checks.CHECKS.items() if check[-1] == folder], folder
