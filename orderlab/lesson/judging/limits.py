"""Watch a process, with what it starts, and end them where they take more than they may.

What this cannot stop: a process of the same user that ends others by their numbers, reads what
that user may read, or goes past Python to the system; on macOS and Windows also one that leaves
the tree of those it descends from.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil

from orderlab.lesson.judging import starting

_ROUND = 0.1  # seconds between two looks
_ROUNDS_TO_END = 50


@dataclass(frozen=True)
class Limits:
    """What one run may take: wall seconds, bytes of memory and of files, and processes."""

    seconds: float = 240  # a busy laptop takes a minute for what is done in ten seconds
    memory: int = 2_000_000_000
    disk: int = 200_000_000
    processes: int = 60


class ExceededError(Exception):
    """A limit was reached; the message says which, for whoever wrote the program."""


def watch(process: BaseProcess, folder: Path, limits: Limits) -> None:
    """Wait for a process's end; nothing of it runs on afterwards.

    Args:
        process: leads a session of its own.
        folder: what it may write to; files elsewhere are not counted.

    Raises:
        ExceededError: it took more than it may, and was ended.
    """
    groups: set[int] = set()  # that it has made: a group can be ended at one stroke
    try:
        _wait(process, folder, limits, groups)
    finally:
        _end(process, groups)


def _wait(process: BaseProcess, folder: Path, limits: Limits, groups: set[int]) -> None:
    deadline = time.monotonic() + limits.seconds
    while True:
        process.join(_ROUND)
        if process.exitcode is not None:
            return
        tree = _tree(process.pid)
        groups.update(_groups(tree))
        _look(tree, folder, limits)
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


def _tree(pid: int | None) -> list[psutil.Process]:
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
    for parent, _, names in os.walk(folder):  # which leaves out what is gone meanwhile
        for name in names:
            with suppress(OSError):
                yield Path(parent, name).lstat().st_size


def _size(count: int) -> str:
    return f"{count / 1e9:.0f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _groups(tree: list[psutil.Process]) -> Iterator[int]:
    """The process groups of a tree, but for our own; none on Windows, which has no such thing."""
    if sys.platform == "win32":
        return
    for one in tree:
        with suppress(ProcessLookupError, PermissionError):
            group = os.getpgid(one.pid)
            if group != os.getpgrp():  # it has not made its own yet
                yield group


def _end(process: BaseProcess, groups: set[int]) -> None:
    """Kill a process and what it has started, and look again until there is nothing left.

    By groups first: one that forks as fast as it can is always ahead of whoever counts. The first
    process is stopped, and goes last, since it is who orphans are found by.
    """
    with suppress(psutil.Error):
        psutil.Process(process.pid).suspend()
    for _ in range(_ROUNDS_TO_END):
        tree = [one for one in _tree(process.pid) if _runs(one)]
        groups.update(_groups(tree))
        for group in groups - {process.pid}:
            _kill_group(group)
        others = [one for one in tree if one.pid != process.pid]
        for one in others:
            with suppress(psutil.Error):
                one.kill()
        if not others:
            break
        psutil.wait_procs(others, timeout=_ROUND)
    _kill_group(process.pid)
    process.kill()
    process.join()
    starting.close(process)


def _kill_group(group: int | None) -> None:
    if sys.platform != "win32" and group is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
