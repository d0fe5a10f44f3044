"""Programs that take more than they may: each is ended, with what it started."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest

from orderlab.lesson.judging.limits import ExceededError, Limits, run


def play(program: str, folder: Path, limits: Limits) -> int:
    return run(
        [sys.executable, "-c", program],
        folder,
        limits,
        cwd=folder,
        environ=os.environ,
        out=folder / "out",
        errors=folder / "errors",
    )


def test_a_program_that_keeps_within_them(tmp_path: Path) -> None:
    assert play("print('done'); raise SystemExit(3)", tmp_path, Limits()) == 3
    assert (tmp_path / "out").read_text(encoding="utf-8").strip() == "done"


@pytest.mark.parametrize(
    ("program", "limits", "why"),
    [
        ("while True: pass", Limits(seconds=1), "longer than 1 s"),
        (
            "x = []\nwhile True: x.append(bytearray(10**7))",
            Limits(memory=300_000_000),
            "300 MB of memory",
        ),
        (
            (
                "import time\nf = open('big', 'wb')\n"
                "while True: f.write(bytes(10**6)); f.flush(); time.sleep(0.01)"
            ),
            Limits(disk=20_000_000),
            "20 MB were written",
        ),
        (
            (
                "import subprocess, sys, time\nwhile True:\n"
                "  subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
                "  time.sleep(0.05)"
            ),
            Limits(processes=8),
            "8 processes",
        ),
    ],
    ids=["endless", "memory", "disk", "processes"],
)
def test_a_limit(program: str, limits: Limits, why: str, tmp_path: Path) -> None:
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    with pytest.raises(ExceededError, match=why):
        play(program, tmp_path, limits)
    left = {process.pid for process in psutil.Process().children(recursive=True)} - before
    assert not left
