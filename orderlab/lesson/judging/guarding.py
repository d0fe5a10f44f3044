"""What a judge is kept from: a function that a learner hands in runs in its process.

Handlers run in processes of their own, which localaws guards. Neither guard holds code that goes
past Python to the system.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import psutil

from localaws.functions.runtime.files import CHANGES, DEVICES, changed
from localaws.functions.runtime.guards import is_elsewhere, named
from localaws.functions.sandbox import RUNTIME

GATEWAY = [sys.executable, "-m", "orderlab.gateway"]  # which lesson 14's checks charge at
PROGRAMS = ("os.system", "os.exec", "os.posix_spawn", "os.startfile", "os.fork", "pty.spawn")


class ForbiddenError(PermissionError):
    """A check may not do this; the message says what."""


def guard(folder: Path) -> None:
    """Hold this process to one folder and to this machine, for as long as it lives."""

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" or event in CHANGES:
            for path in changed(event, arguments):
                _refuse_file(path, folder)
        elif event in ("socket.connect", "socket.getaddrinfo"):
            _refuse_host(arguments[1] if event == "socket.connect" else arguments)
        elif event in PROGRAMS:
            raise ForbiddenError("A check starts no other program.")
        elif event == "subprocess.Popen":
            _refuse_program(arguments[1])
        elif event in ("os.kill", "os.killpg"):
            _refuse_signal(arguments[0], is_group=event == "os.killpg")

    sys.addaudithook(audit)


def _refuse_file(path: str, folder: Path) -> None:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  it asks nothing of the disk
    if not (absolute.is_relative_to(folder) or str(absolute).startswith((*DEVICES, os.devnull))):
        raise ForbiddenError(f"A check changes no file but its own: not {path}.")


def _refuse_host(address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else None
    if is_elsewhere(host):
        raise ForbiddenError(f"A check does not call {named(host)}: nothing leaves this machine.")


def _refuse_program(command: Any) -> None:
    is_function = isinstance(command, list) and str(RUNTIME / "__main__.py") in command
    if not (is_function or (isinstance(command, list) and command[:3] == GATEWAY)):
        raise ForbiddenError("A check starts no other program.")


def _refuse_signal(pid: int, *, is_group: bool) -> None:
    """Nobody's process but those that this one has started, as functions' are.

    One that has just ended is nobody's any more: the system itself says that there is none.
    """
    if pid in {child.pid for child in psutil.Process().children(recursive=True)}:
        return
    if is_group or pid <= 0 or _exists(pid):
        raise ForbiddenError("A check ends nobody else's process.")


def _exists(pid: int) -> bool:
    """As `psutil.pid_exists`, which would send a signal to find out."""
    try:
        psutil.Process(pid)
    except psutil.NoSuchProcess:
        return False
    return True
