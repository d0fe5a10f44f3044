"""MiniStack, another local AWS: a server of its own, as its users run it.

In an environment that uv makes for it, since it pins other versions than the course. Its functions
run in warm Python processes (no Docker); what waits is scaled to nothing.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3

from starter.extras import packages

SETTINGS = {
    "SFN_WAIT_SCALE": "0",
    "LAMBDA_EXECUTOR": "local",
    "LOG_LEVEL": "ERROR",
    "BIND_HOST": "127.0.0.1",
}
MINISTACK = packages("ministack")
NEEDS = (*MINISTACK, "boto3", "aws-lambda-powertools")  # the last two: the handlers
UV = (sys.executable, "-m", "uv", "run", "--isolated", "--no-project", "--system-certs")
START_LIMIT = 120  # seconds, with the download


@contextlib.contextmanager
def ministack() -> Iterator[Callable[[str], Any]]:
    """A running MiniStack; yields what makes a boto3 client of it."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
        free.close()
        wanted = [argument for need in NEEDS for argument in ("--with", need)]
        server = subprocess.Popen(
            [*UV, *wanted, "ministack"],
            cwd=folder,
            env={**os.environ, **SETTINGS, "GATEWAY_PORT": port, "TMPDIR": folder},
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait_for(port, server)
            session = boto3.Session("test", "test", region_name="us-east-1")
            yield lambda service: session.client(service, endpoint_url=f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()


def _wait_for(port: str, server: subprocess.Popen[bytes]) -> None:
    begun = time.monotonic()
    while True:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(port))).close()
            return
        assert server.poll() is None, "MiniStack has ended"
        assert time.monotonic() < begun + START_LIMIT, "MiniStack does not start"
        time.sleep(0.1)
