"""Programs that take more than they may: each is ended, with what it started."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from orderlab.lesson.judging import starting
from orderlab.lesson.judging.limits import ExceededError, Limits, watch

ROOT = Path(__file__).resolve().parents[2]
CONFINED = "import os\nfrom orderlab.lesson.judging.starting import confine\nconfine({disk})\n"


def play(program: str, folder: Path, limits: Limits) -> None:
    """Run a program as a judge is run, in a folder."""
    begin = CONFINED.format(disk=2 * limits.disk) + f"os.chdir({str(folder)!r})\n"
    process = starting.context.Process(target=exec, args=(begin + program, {}), daemon=True)
    process.start()
    watch(process, folder, limits)


def test_a_program_that_keeps_within_them(tmp_path: Path) -> None:
    play("open('out', 'w').write('done')", tmp_path, Limits())
    assert (tmp_path / "out").read_text(encoding="utf-8") == "done"


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
    with pytest.raises(ExceededError, match=why):
        play(program, tmp_path, limits)
    assert running_in(tmp_path) == []


def test_folders_that_come_and_go(tmp_path: Path) -> None:
    """They are counted by who looks on, and may be gone in the middle of it."""
    program = (
        "import pathlib, shutil, time\n"
        "end = time.monotonic() + 2\n"
        "while time.monotonic() < end:\n"
        "  for n in range(50): pathlib.Path('a', str(n), 'b').mkdir(parents=True)\n"
        "  shutil.rmtree('a')"
    )
    play(program, tmp_path, Limits())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
def test_a_fork_bomb_is_ended_whole(tmp_path: Path) -> None:
    """Children whose parents have ended would be init's, and out of sight."""
    bomb = (
        "import time\n"
        "if os.fork() == 0:\n"
        "  for _ in range(9):  # 512 at most, should it go off\n"
        "    if os.fork() and os.fork(): os._exit(0)\n"
        "    time.sleep(0.02)\n"
        "time.sleep(60)"
    )
    with pytest.raises(ExceededError, match="20 processes"):
        play(bomb, tmp_path, Limits(processes=20, memory=10**11))
    assert running_in(tmp_path) == []


JUDGE = """\
from pathlib import Path
from orderlab.lesson.index import find
from orderlab.lesson.judging import running

if __name__ == "__main__":
    running.judge(find("08.1"), Path.cwd())
"""


def test_a_check_ends_with_who_has_asked_for_it(
    copy: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A kernel that is killed leaves no handler behind that repeats itself for ever."""
    handler = copy / "lambdas" / "validate_order_handler" / "app.py"
    handler.write_text("while True:\n    pass\n", encoding="utf-8")
    script = tmp_path_factory.mktemp("script") / "judge_it.py"
    script.write_text(JUDGE, encoding="utf-8")
    asking = subprocess.Popen(
        [sys.executable, str(script)], cwd=copy, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    while not any("runtime" in " ".join(one.cmdline()) for one in started_by(asking.pid)):
        assert asking.poll() is None
    everyone = started_by(asking.pid)
    asking.kill()
    asking.wait()
    _, left = psutil.wait_procs(everyone, timeout=60)
    assert left == []


def started_by(pid: int) -> list[psutil.Process]:
    found = []
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.Error):
            process.cmdline()
            found.append(process)
    return found


def running_in(folder: Path) -> list[psutil.Process]:
    """What runs on, by its working directory."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(folder):
                found.append(process)
    return found
