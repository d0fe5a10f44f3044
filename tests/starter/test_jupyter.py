"""JupyterLab: its port, its browser, its end."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from localaws import terminal
from starter import jupyter, workcopy
from starter.messages import Problem, Progress


@pytest.fixture
def some_ports(monkeypatch: pytest.MonkeyPatch) -> range:
    """Two ports in a row that are free now, in the place of those that people have."""
    for _ in range(50):
        with contextlib.ExitStack() as stack:
            first = stack.enter_context(socket.socket())
            first.bind((jupyter.HOST, 0))
            port = first.getsockname()[1]
            second = stack.enter_context(socket.socket())
            try:
                second.bind((jupyter.HOST, port + 1))
            except (OSError, OverflowError):
                continue
        ports = range(port, port + 2)
        monkeypatch.setattr(jupyter, "PORTS", ports)
        return ports
    pytest.fail("no two free ports in a row")


def test_a_taken_port_is_passed_over_and_all_taken_is_said(some_ports: range) -> None:
    assert jupyter.free_port() == some_ports[0]
    with socket.create_server((jupyter.HOST, some_ports[0])):
        assert jupyter.free_port() == some_ports[1]
        with (
            socket.create_server((jupyter.HOST, some_ports[1])),
            pytest.raises(Problem, match=f"ports {some_ports[0]} to {some_ports[1]} are all taken"),
        ):
            jupyter.free_port()
    assert jupyter.free_port() == some_ports[0]


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "::1 1 ::1 22"}, False),
        ("linux", {"DISPLAY": ":0", "CODESPACES": "true"}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("darwin", {}, True),
        ("darwin", {"SSH_TTY": "/dev/ttys001"}, False),
        ("win32", {}, True),
    ],
)
def test_display(platform: str, environ: dict[str, str], *, expected: bool) -> None:
    assert jupyter.has_display(environ, platform) is expected


@pytest.fixture
def lab(course: Path, some_ports: range, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course that is ready to be opened, with the JupyterLab that runs these tests."""
    workcopy.refresh(course)
    (course / ".venv").mkdir()
    monkeypatch.setattr(jupyter, "has_display", lambda *_: False)
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(course / name))  # as on a machine that is new
    return course


def get(address: str, path: str) -> tuple[int, str]:
    """The status and body of a request to JupyterLab's host with the address's token."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", f"{path}?{parts.query}")
        with connection.getresponse() as response:
            return response.status, response.read().decode("utf-8")


class Interrupted(io.StringIO):
    """Looks at the address when it is said, then presses Ctrl-C."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[int, str]] = []

    def write(self, text: str) -> int:
        if "JupyterLab is at http" in text:
            address = text.rsplit(maxsplit=1)[-1]
            settings = "/lab/api/settings/@jupyterlab/apputils-extension:notification"
            self.seen = [
                get(address, urlsplit(address).path),
                get(address, f"/api/contents/{jupyter.LESSON}"),
                get(address.partition("?")[0], f"/api/contents/{jupyter.LESSON}"),
                get(address, settings),
            ]
        if "Ctrl-C" in text:
            raise KeyboardInterrupt
        return super().write(text)


def test_lesson_is_served_to_who_has_the_token_until_ctrl_c(
    lab: Path, some_ports: range, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = []
    popen = subprocess.Popen

    def start(*args: object, **kwargs: object) -> object:
        servers.append(popen(*args, **kwargs))  # type: ignore[call-overload]
        return servers[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    said = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        jupyter.run(Path(sys.executable), lab, Progress(said))
    assert [status for status, _ in said.seen] == [200, 200, 403, 200]
    defaults = json.loads(said.seen[3][1])["schema"]["properties"]
    assert defaults["fetchNews"]["default"] == "false", "no question about news"
    assert defaults["checkForUpdates"]["default"] is False
    assert [server.poll() is None for server in servers] == [False], "nothing is left running"
    assert jupyter.free_port() == some_ports[0]
    assert "token" not in " ".join(map(str, servers[0].args)), "other users can read arguments"


def test_two_jupyterlabs_have_two_local_awss(tmp_path: Path, some_ports: range) -> None:
    """Their terminals and kernels take these variables from them."""
    first, second = (jupyter._variables(tmp_path, port) for port in some_ports[:2])
    assert first["AWS_ENDPOINT_URL"] == terminal.address(int(first[terminal.PORT_VARIABLE]))
    assert first["AWS_ENDPOINT_URL"] != second["AWS_ENDPOINT_URL"]


def test_who_asks_for_another_aws_keeps_their_own_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"LOCALAWS_TARGET": "aws", "AWS_PROFILE": "learning", "AWS_CONFIG_FILE": "mine"}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    given = jupyter._variables(tmp_path, 8888)
    assert {name: given[name] for name in own} == own
    assert "AWS_ENDPOINT_URL" not in given


def test_browser_opens_the_lesson_and_shutdown_from_within_ends(
    lab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def shut_down(address: str) -> bool:
        opened.append(address)
        parts = urlsplit(address)
        assert parts.port is not None
        token = parts.query.removeprefix("token=")
        threading.Thread(
            target=jupyter._request, args=("POST", "/api/shutdown", parts.port, token)
        ).start()
        return True

    monkeypatch.setattr(jupyter, "has_display", lambda *_: True)
    monkeypatch.setattr("webbrowser.open", shut_down)
    jupyter.run(Path(sys.executable), lab, Progress(io.StringIO()))
    assert [urlsplit(address).path for address in opened] == [f"/lab/tree/{jupyter.LESSON}"]


def test_jupyterlab_that_does_not_start_says_where_it_said_why(
    lab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        jupyter, "_command", lambda *_: [sys.executable, "-c", "raise SystemExit('no JupyterLab')"]
    )
    with pytest.raises(Problem, match=r"jupyter\.log says why"):
        jupyter.run(Path(sys.executable), lab, Progress(io.StringIO()))
    assert "no JupyterLab" in (lab / ".venv" / "jupyter.log").read_text("utf-8")
