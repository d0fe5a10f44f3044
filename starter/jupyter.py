"""JupyterLab on the learner's copy: start it, say where it is, end it with all its kernels."""

from __future__ import annotations

import contextlib
import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from localaws import elsewhere, terminal
from starter import environment
from starter.messages import COMMAND, Problem, Progress

LESSON = "notebooks/01_first_order.ipynb"
HOST = "127.0.0.1"
PORTS = range(8888, 8908)
PATIENCE = 120  # seconds: a first start reads and compiles all of JupyterLab, on a cold disk

# JupyterLab's defaults ask other hosts for news and for newer versions, and people whether it may.
SETTINGS = Path(__file__).with_name("settings")


def run(python: Path, root: Path, progress: Progress) -> None:
    """Run JupyterLab on the copy until it is shut down from within or interrupted.

    Raises:
        Problem: it did not start.
    """
    port, token = free_port(), secrets.token_hex(24)
    log = root / environment.NAME / "jupyter.log"
    with log.open("w", encoding="utf-8") as said:
        server = subprocess.Popen(
            _command(python, root, port),
            cwd=root / "work",
            env=_variables(root, port) | {"JUPYTER_TOKEN": token},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        progress.update("Starting JupyterLab ...")
        _wait_until_ready(server, port, token, log)
        address = f"http://{HOST}:{port}/lab/tree/{LESSON}?token={token}"
        progress.say(f"JupyterLab is at {address}")
        progress.say("Ctrl-C here ends it; your work stays in the folder work.")
        if has_display(os.environ, sys.platform):
            webbrowser.open(address)
        while server.poll() is None:  # `wait` alone would not hear Ctrl-C on Windows
            time.sleep(0.2)
    finally:
        _end(server, port, token, progress)


def free_port() -> int:
    """The first port of `PORTS` that nobody listens on; the first, so that it is mostly the same.

    Raises:
        Problem: all of them are taken.
    """
    for port in PORTS:
        with socket.socket() as probe:
            if sys.platform == "win32":  # there, others can bind what is bound
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:  # not taken by a connection of a moment ago
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((HOST, port))
                return port
    raise Problem(
        f"The ports {PORTS[0]} to {PORTS[-1]} are all taken: end a JupyterLab that you no longer "
        f"need, then run {COMMAND} again."
    )


def has_display(environ: Mapping[str, str], platform: str) -> bool:
    """Whether a browser opened by this process would be seen by the person who started it."""
    if any(name in environ for name in ("SSH_CONNECTION", "SSH_TTY", "CODESPACES")):
        return False
    if platform in ("win32", "darwin"):
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _command(python: Path, root: Path, port: int) -> list[str]:
    work = root / "work"
    return [
        *(str(python), "-m", "jupyterlab", "--no-browser", "--log-level=WARN"),
        *(f"--ServerApp.ip={HOST}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        "--allow-root",  # in a container one is root, and it listens on this machine alone
        "--ServerApp.answer_yes=True",  # Ctrl-C asks nothing
        f"--ServerApp.root_dir={work}",
        # The tabs that were open are remembered here, apart from one's other uses of JupyterLab.
        f"--LabApp.workspaces_dir={work / '.jupyter' / 'workspaces'}",
        f"--LabApp.app_settings_dir={SETTINGS}",
        "--LabApp.extension_manager=readonly",  # the other one asks the package index
    ]


def _variables(root: Path, port: int) -> dict[str, str]:
    """The variables of JupyterLab, and so of its terminals and kernels.

    Terminals find the local AWS of the notebook that has started one last. Its port goes with
    JupyterLab's own, so that two of them do not meet. Who asks for another AWS keeps their own.
    """
    if os.environ.get(elsewhere.TARGET):
        return environment.variables(root)
    return terminal.environment(environment.variables(root), terminal.PORT + port - PORTS[0])


def _wait_until_ready(server: subprocess.Popen[bytes], port: int, token: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            raise Problem(
                f"JupyterLab ended at once, and {log} says why: mend that and run {COMMAND} "
                f"again, or remove the folder .venv first to have it made anew."
            )
        with contextlib.suppress(OSError, http.client.HTTPException):  # not listening yet
            if _request("GET", "/api/status", port, token) == 200:
                return
        time.sleep(0.1)
    raise Problem(
        f"JupyterLab did not answer within {PATIENCE} seconds, and {log} says what it was doing: "
        f"run {COMMAND} again when the machine has less to do."
    )


def _request(method: str, path: str, port: int, token: str) -> int:
    """The status of a request to JupyterLab, past any proxy."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    with contextlib.closing(connection):
        connection.request(method, path, headers={"Authorization": f"token {token}"})
        return connection.getresponse().status


def _end(server: subprocess.Popen[bytes], port: int, token: str, progress: Progress) -> None:
    if server.poll() is None:
        progress.update("Ending JupyterLab ...")
        # Ctrl-C in a terminal has reached it as well; a stop sent to this process alone has not.
        with contextlib.suppress(OSError, http.client.HTTPException):  # it is ending already
            _request("POST", "/api/shutdown", port, token)
    for harder in (server.terminate, server.kill):
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            harder()
    server.wait()
    progress.close()
