"""A local AWS that runs alone, as in a terminal of its own, and an application to deploy to it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from localaws import terminal

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = ("template.yaml", "lambdas", "state-machines", "data")
NOWHERE = "http://127.0.0.1:9"  # the discard port: refused at once


@pytest.fixture(scope="module")
def local_aws() -> Iterator[dict[str, str]]:
    """The variables with which a program finds `python -m localaws serve`, and nothing else.

    Each file of tests has one of its own, empty at first.
    """
    server = subprocess.Popen(
        [sys.executable, "-m", "localaws", "serve", "--port", "0"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert server.stdout is not None
    with server:
        try:
            line = server.stdout.readline()
            found = re.match(r"Local AWS at http://127\.0\.0\.1:(\d+)", line)
            assert found, f"no local AWS: {line!r}"
            environ = terminal.environment(os.environ, int(found[1]))
            # What would leave this machine finds nobody there.
            yield environ | {"HTTPS_PROXY": NOWHERE, "PIP_INDEX_URL": NOWHERE}
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def client(local_aws: dict[str, str]) -> Callable[[str], Any]:
    """boto3's client of a service of that local AWS."""
    session = boto3.Session(
        local_aws["AWS_ACCESS_KEY_ID"],
        local_aws["AWS_SECRET_ACCESS_KEY"],
        region_name=local_aws["AWS_DEFAULT_REGION"],
    )

    def of(service: str) -> Any:
        return session.client(service, endpoint_url=local_aws["AWS_ENDPOINT_URL"])

    return of


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh copy of the application, as a learner's `work` holds it."""
    folder = tmp_path_factory.mktemp("application")
    for name in APPLICATION:
        if (ROOT / name).is_dir():
            leave = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=leave)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder
