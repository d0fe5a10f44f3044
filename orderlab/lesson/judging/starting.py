"""The process that judges: started from one that has loaded everything already, where there is one.

Loading moto takes longer than all that is then judged. On Linux and macOS a server loads it once
and forks a process for each check; on Windows each loads it anew.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil

# Where processes are forked from one that has loaded what they need.
FORKED = "forkserver" in multiprocessing.get_all_start_methods()
context = multiprocessing.get_context("forkserver" if FORKED else "spawn")
# multiprocessing looks at all processes when it starts one: none may be closed meanwhile.
_together = threading.Lock()
if FORKED:
    context.set_forkserver_preload(["orderlab.lesson.judging.loaded"])


def prepare() -> None:
    """Let the server load what judges need meanwhile: a check that comes later starts at once."""
    if FORKED:
        from multiprocessing import forkserver

        forkserver.ensure_running()


def start(
    exercise_ids: Sequence[str],
    folder: Path,
    scenarios: Path | None,
    files: tuple[Path, Path],
    disk: int,
) -> BaseProcess:
    """Start a judge; what it says goes to two files: verdicts and complaints.

    Args:
        folder: the copy of the application to judge; the judge's working directory.
        scenarios: a folder of further scenarios.
        disk: how many bytes one file may have.
    """
    arguments = (tuple(exercise_ids), folder, scenarios, files, disk)
    process: BaseProcess = context.Process(target=_run, args=arguments, daemon=True)  # type: ignore[attr-defined]
    with _together:
        process.start()
    return process


def close(process: BaseProcess) -> None:
    """Forget a process that has ended."""
    with _together:
        process.close()


def _run(
    exercise_ids: Sequence[str],
    folder: Path,
    scenarios: Path | None,
    files: tuple[Path, Path],
    disk: int,
) -> None:
    verdicts, complaints = files
    for path, number in ((complaints, 1), (complaints, 2)):
        with path.open("ab") as file:
            os.dup2(file.fileno(), number)
    confine(disk)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    os.chdir(folder)
    # What the handlers call /tmp is counted with the rest.
    tempfile.tempdir = os.environ["TMPDIR"] = str(verdicts.parent)
    # macOS would ask its system for proxies, which a forked process must not; and none is wanted.
    os.environ["no_proxy"] = "*"

    from orderlab.lesson.judging import guarding, judge

    guarding.guard(verdicts.parent)
    with verdicts.open("w", encoding="utf-8") as out:
        for verdict in judge.judge(exercise_ids, folder, scenarios):
            out.write(verdict.to_json() + "\n")
            out.flush()


def _end_with_parent() -> None:
    """Nobody is left to hold a judge to its limits, and to read what it writes: it ends, too."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            child.kill()
    os._exit(1)


def confine(disk: int) -> None:
    """What a process can be held to by itself; `limits` looks after the rest from outside."""
    if sys.platform == "win32":
        return
    import resource

    os.setsid()  # Ctrl-C in the notebook is for the notebook
    resource.setrlimit(resource.RLIMIT_FSIZE, (disk, disk))
    if sys.platform == "linux":
        _adopt_orphans()


def _adopt_orphans() -> None:
    """A process whose parent ends becomes our child, and not init's: so none gets out of sight.

    Source: man7.org/linux/man-pages/man2/pr_set_child_subreaper.2const.html
    """
    import ctypes

    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)
