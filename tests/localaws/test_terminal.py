"""`python -m localaws serve`, `env`, `url`, `logs` for a terminal; and who has the port."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from localaws import __main__ as program
from localaws import terminal

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = """\
import sys
import ipykernel
import localaws, boto3
localaws.start()
boto3.client("logs").create_log_group(logGroupName=sys.argv[1])
print(localaws.endpoint_url, flush=True)
sys.stdin.readline()
print(localaws.endpoint_url, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def port() -> int:
    """A free one."""
    with socket.create_server((terminal.HOST, 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def run(port: int) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start Python with arguments, where terminals look for the local AWS at `port`."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, terminal.PORT_VARIABLE: str(port)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().rstrip("\n")


def client(service: str, url: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=terminal.REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


def groups(url: str) -> list[str]:
    found = client("logs", url).describe_log_groups()["logGroups"]
    return [group["logGroupName"] for group in found]


# ---- serve, env, logs ---------------------------------------------------------------------------


def test_a_terminal_finds_who_serves(run: Any, port: int) -> None:
    serving = run("-m", "localaws", "serve")
    url = terminal.address(port)
    assert line(serving).startswith(f"Local AWS at {url} (real clock).")
    told, _ = run("-m", "localaws", "env", "--shell", "sh").communicate()
    assert dict(re.findall(r"export (\w+)=(.*)", told))["AWS_ENDPOINT_URL"] == shlex.quote(url)

    logs = client("logs", url)
    logs.create_log_group(logGroupName="shop")
    logs.create_log_stream(logGroupName="shop", logStreamName="today")
    following = run("-m", "localaws", "logs", "shop", "--follow")
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range(1, 4):
        at = int(today.timestamp() * 1000) + number
        event = {"timestamp": at, "message": f"order {number}\n"}
        logs.put_log_events(logGroupName="shop", logStreamName="today", logEvents=[event])
        assert line(following) == f"{today.date()}T00:00:00.00{number}+00:00 today order {number}"

    said, _ = run("-m", "localaws", "logs", "/shop").communicate()
    assert said == "There is no log group /shop. These are there: shop.\n"
    again, _ = run("-m", "localaws", "serve").communicate()
    assert again.strip() == f"A local AWS runs at port {port}: name another with --port."


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can send Ctrl-C to one process there")
def test_ctrl_c_ends_it_without_a_word(run: Any) -> None:
    serving = run("-m", "localaws", "serve")
    line(serving), line(serving)
    serving.send_signal(signal.SIGINT)
    said, _ = serving.communicate(timeout=60)
    assert (said, serving.returncode) == ("", 130)


def test_nobody_serves(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    """`eval` gets nothing, and the reader a sentence."""
    assert program.main(["env", "--port", str(port)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith(f"start one with: python -m localaws serve --port {port}\n")


def test_the_port_of_another_program(run: Any, port: int) -> None:
    with socket.create_server((terminal.HOST, port)):
        said, _ = run("-m", "localaws", "serve").communicate()
    assert said.startswith(f"Port {port} cannot be had: name another with --port.")


# ---- What a shell is told -----------------------------------------------------------------------


def test_powershell_is_told_in_its_own_words() -> None:
    told = list(terminal.lines(4566, "powershell"))
    assert "$Env:AWS_ENDPOINT_URL = 'http://127.0.0.1:4566'" in told
    assert "$Env:AWS_PROFILE = $null" in told


@pytest.mark.skipif(sys.platform == "win32", reason="there is no sh")
def test_a_persons_own_profile_is_unset(tmp_path: Path) -> None:
    script = "\n".join([*terminal.lines(4566, "sh"), 'echo "${AWS_PROFILE-unset} $AWS_PAGER."'])
    mine = {**os.environ, "AWS_PROFILE": "company"}
    said = subprocess.check_output(["sh", "-eu", "-c", script], env=mine, text=True)
    assert said == "unset .\n"


@pytest.mark.parametrize("url", ["https://example.com/orders", "orders"])
def test_what_is_no_apis_address(url: str) -> None:
    with pytest.raises(ValueError, match="no address of an API"):
        terminal.api_url("http://127.0.0.1:4566", url)


# ---- Who has the port ---------------------------------------------------------------------------


def test_the_notebook_that_starts_last_has_the_port(run: Any, port: int) -> None:
    first = run("-c", NOTEBOOK, "first")
    assert line(first) == terminal.address(port)
    assert groups(terminal.address(port)) == ["first"]
    second = run("-c", NOTEBOOK, "second")
    assert line(second) == terminal.address(port)
    assert groups(terminal.address(port)) == ["second"]
    first.stdin.write("\n")
    first.stdin.flush()
    elsewhere = line(first)
    assert elsewhere != terminal.address(port)
    assert groups(elsewhere) == ["first"]


def test_what_a_notebook_starts_leaves_the_port_to_it(run: Any, port: int) -> None:
    """A check is such a process, and so is `lab.py order` in a terminal of JupyterLab."""
    assert line(run("-c", NOTEBOOK, "notebook")) == terminal.address(port)
    script = NOTEBOOK.replace("import ipykernel\n", "")
    assert line(run("-c", script, "script")) != terminal.address(port)
    assert groups(terminal.address(port)) == ["notebook"]


@pytest.mark.parametrize("header", [{"Origin": "https://example.com"}, {"Sec-Fetch-Site": "none"}])
def test_no_web_page_uses_the_local_aws(cloud: Any, header: dict[str, str]) -> None:
    """Any page that a browser shows could ask this machine, for a function that does harm."""
    question = f"{cloud.endpoint_url}/?Action=ListQueues"
    assert requests.get(question, headers=header, timeout=60).status_code == 403
