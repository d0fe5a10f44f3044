"""Run a handler in AWS's own Python runtime and in ours, without Lambda around either."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

REQUEST_ID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:handler"
VARIABLES = {
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_NAME": "handler",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/handler",
    "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
    "_X_AMZN_TRACE_ID": "Root=1",
}


@dataclass
class Ran:
    """What became of a handler.

    Attributes:
        payloads: what was posted for each event, as it was written.
        init_error: what was posted instead, where the handler could not be loaded.
        exit_code: of a process that has ended by itself.
        records: what the runtime itself has logged: error objects, and what went through `logging`.
    """

    payloads: list[str] = field(default_factory=list)
    init_error: dict[str, Any] | None = None
    exit_code: int | None = None
    records: list[str] = field(default_factory=list)


class RuntimeApi(BaseHTTPRequestHandler):
    """docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"""

    events: list[Any]
    ran: Ran
    idle: threading.Event

    def do_GET(self) -> None:
        if not self.events:
            self.idle.set()
            time.sleep(60)
            return
        body = json.dumps(self.events.pop(0)).encode()
        self.send_response(200)
        for name, value in {
            "Lambda-Runtime-Aws-Request-Id": REQUEST_ID,
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 60_000),
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
            "Lambda-Runtime-Trace-Id": "Root=1",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self._body()
        if self.path.endswith("/init/error"):
            self.ran.init_error = json.loads(body.decode("latin-1"))  # so it sends this one
        else:
            self.ran.payloads.append(body.decode())
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"]))
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def in_awslambdaric(folder: Path, handler: str, events: list[Any], **variables: str) -> Ran:
    ran, idle = Ran(), threading.Event()
    answers = type("Api", (RuntimeApi,), {"events": list(events), "ran": ran, "idle": idle})
    server = ThreadingHTTPServer(("127.0.0.1", 0), answers)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "awslambdaric", handler],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
            "_LAMBDA_TELEMETRY_LOG_FD": str(writing),
            **VARIABLES,
            **variables,
        },
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    while process.poll() is None and not idle.wait(0.01):
        pass
    ran.exit_code = process.poll()
    process.kill()
    process.wait()
    server.shutdown()
    server.server_close()
    with os.fdopen(reading, "rb") as stream:
        ran.records = [_as_on_lambda(text, folder) for text in _framed(stream.read())]
    ran.payloads = [_as_on_lambda(text, folder) for text in ran.payloads]
    if ran.init_error is not None:
        ran.init_error = json.loads(_as_on_lambda(json.dumps(ran.init_error), folder))
    return ran


def _framed(content: bytes) -> list[str]:
    """Four bytes of type, four of length, eight of time, and the message."""
    found = []
    while content:
        length = int.from_bytes(content[4:8], "big")
        found.append(content[16 : 16 + length].decode().removesuffix("\n"))
        content = content[16 + length :]
    return found


def _as_on_lambda(text: str, folder: Path) -> str:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    text = text.replace(str(folder), "/var/task")
    return text.replace(sysconfig.get_path("stdlib"), f"/var/lang/lib/python{version}")


class PlainMeter:
    """A meter of code that calls nothing, and whose time is the machine's."""

    simulated = False
    wall_limit = 60.0

    def time(self) -> float:
        return time.time()


def in_localaws(folder: Path, handler: str, events: list[Any], **variables: str) -> Ran:
    from localaws.functions.packaging import imports_of
    from localaws.functions.sandbox import Code, Sandbox

    ran, sandbox, meter = Ran(), Sandbox(), PlainMeter()
    temporary = folder.parent / "tmp"
    temporary.mkdir(exist_ok=True)
    code = Code(folder, handler, VARIABLES | variables, imports_of(folder), 1 << 30)
    try:
        outcome = sandbox.load(code, "stream", temporary, meter)  # type: ignore[arg-type]
        printed = list(outcome.printed)
        ran.init_error = outcome.error
        for event in [] if outcome.failed else events:
            context = {
                "aws_request_id": REQUEST_ID,
                "invoked_function_arn": ARN,
                "client_context": None,
                "remaining": 60_000,
                "trace_id": "Root=1",
            }
            outcome = sandbox.invoke(
                json.dumps(event),
                context,
                temporary,
                meter,  # type: ignore[arg-type]
            )
            printed += outcome.printed
            if outcome.ended:
                break
            ran.payloads.append(str(outcome.payload))
        ran.exit_code = outcome.exit_code if outcome.ended else 1 if ran.init_error else None
    finally:
        sandbox.kill()
    ran.records = [piece.text for piece in printed if piece.whole]
    return ran


@pytest.fixture
def run_both(tmp_path: Path) -> Any:
    """Run a module in both; returns what became of it in AWS's runtime, and in ours.

    The time in what is logged is replaced by a word.
    """

    def run(
        code: str, events: list[Any], handler: str = "app.lambda_handler", **variables: str
    ) -> tuple[Ran, Ran]:
        folder = tmp_path / "code"
        folder.mkdir()
        (folder / "app.py").write_text(textwrap.dedent(code), encoding="utf-8")
        with ThreadPoolExecutor(2) as pool:
            running = [
                pool.submit(one, folder, handler, events, **variables)
                for one in (in_awslambdaric, in_localaws)
            ]
        theirs, ours = (one.result() for one in running)
        for ran in (theirs, ours):
            ran.records = [re.sub(r"\d{4}-[\d:T.-]+Z", "TIME", text) for text in ran.records]
        return theirs, ours

    return run
