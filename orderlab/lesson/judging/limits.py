"""Run a program, with what it starts, and end them where they take more than they may.

What this cannot stop: a process that leaves the tree of those it descends from, and reading files
that the person who started it may read.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_ROUND = 0.1  # seconds between two looks


@dataclass(frozen=True)
class Limits:
    """What one run may take: wall seconds, bytes of memory and of files, and processes."""

    seconds: float = 120
    memory: int = 2_000_000_000
    disk: int = 200_000_000
    processes: int = 60


class ExceededError(Exception):
    """A limit was reached; the message says which, for whoever wrote the program."""


def run(
    command: Sequence[str],
    folder: Path,
    limits: Limits,
    *,
    cwd: Path,
    environ: Mapping[str, str],
    out: Path,
    errors: Path,
) -> int:
    """Run a program to its end; nothing of it runs on afterwards.

    Args:
        folder: what it may write to; files elsewhere are not counted.
        out: the file for its standard output; so is `errors` for standard error.

    Returns:
        Its exit status.

    Raises:
        ExceededError: it took more than it may, and was ended.
    """
    with out.open("wb") as said, errors.open("wb") as complained:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=complained,
            start_new_session=True,
        )
        try:
            _watch(process, folder, limits)
        finally:
            _end(process)
    return process.returncode


def _watch(process: subprocess.Popen[bytes], folder: Path, limits: Limits) -> None:
    deadline = time.monotonic() + limits.seconds
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ROUND)
            return
        _look(_tree(process.pid), folder, limits)
        if time.monotonic() > deadline:
            raise ExceededError(
                f"The check took longer than {limits.seconds:.0f} s and was ended: does something "
                "wait, or repeat itself, for ever?"
            )


def _look(tree: list[psutil.Process], folder: Path, limits: Limits) -> None:
    if len(tree) > limits.processes:
        raise ExceededError(
            f"More than {limits.processes} processes ran at once, and all were ended."
        )
    if sum(map(_memory, tree)) > limits.memory:
        raise ExceededError(f"More than {_size(limits.memory)} of memory were used.")
    if sum(_sizes(folder)) > limits.disk:
        raise ExceededError(f"More than {_size(limits.disk)} were written.")


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _sizes(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*"):
        with suppress(OSError):  # gone between two looks
            yield path.lstat().st_size


def _size(count: int) -> str:
    return f"{count / 1e9:.0f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and what it started; first stop all, so that none starts another."""
    tree = _tree(process.pid)
    for act in (psutil.Process.suspend, psutil.Process.kill):
        for one in tree:
            with suppress(psutil.Error):
                act(one)
    psutil.wait_procs(tree, timeout=5)
    process.wait()
