"""Codespaces and Binder: their files name what exists, and Binder opens on the learner's copy."""

from __future__ import annotations

import json
import os
import re
import runpy
import secrets
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from starter import environment, hosted, jupyter, main, workcopy

ROOT = Path(__file__).parents[2]
LAB = runpy.run_path(str(ROOT / "lab.py"))
DEVCONTAINER = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))


def in_range(version: str) -> bool:
    """Whether lab.py takes this Python, as "3.13"."""
    major, minor = version.split(".")
    return bool(LAB["OLDEST"] <= (int(major), int(minor)) <= LAB["NEWEST"])


# ---- Codespaces and VS Code -------------------------------------------------------------------


def test_the_containers_python_is_one_that_the_course_takes() -> None:
    found = re.fullmatch(
        r"mcr\.microsoft\.com/devcontainers/python:(3\.\d+)", DEVCONTAINER["image"]
    )
    assert found
    assert in_range(found[1])


@pytest.mark.parametrize("when", ["updateContentCommand", "postAttachCommand"])
def test_the_containers_commands_are_lab_pys(when: str) -> None:
    program, script, *arguments = shlex.split(DEVCONTAINER[when])
    assert program == "python3"
    assert (ROOT / script).is_file()
    main._parser().parse_args(arguments)  # exits where there is no such command


def test_the_container_forwards_the_port_that_jupyterlab_takes() -> None:
    assert DEVCONTAINER["forwardPorts"] == [jupyter.PORTS[0]]
    assert list(DEVCONTAINER["portsAttributes"]) == [str(jupyter.PORTS[0])]


def test_vs_code_finds_the_environments_python() -> None:
    settings = DEVCONTAINER["customizations"]["vscode"]["settings"]
    folder = Path("${containerWorkspaceFolder}")
    expected = (folder / environment.NAME / "bin" / "python").as_posix()
    assert settings["python.defaultInterpreterPath"] == expected


# ---- Binder -----------------------------------------------------------------------------------


def test_binder_has_one_list_of_packages() -> None:
    """A folder of Binder's own would hide environment.yml, which test_lock.py holds to the lock."""
    assert (ROOT / "environment.yml").is_file()
    assert [name for name in ("binder", ".binder") if (ROOT / name).exists()] == []


def test_binders_python_is_one_that_the_course_takes() -> None:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    [version] = [name.removeprefix("python=") for name in listed if str(name).startswith("python=")]
    assert in_range(version)


def test_binder_runs_what_is_there() -> None:
    lines = (ROOT / "postBuild").read_text("utf-8").splitlines()
    assert lines[0] == "#!/bin/bash"
    [command] = [line for line in lines if line.startswith("python")]
    assert command == f"python -m {hosted.__name__}"


@pytest.fixture
def address(course: Path, tmp_path: Path) -> Iterator[str]:
    """A JupyterLab that was started as Binder starts one, on a course that was prepared for it."""
    home = tmp_path / "home"
    hosted.prepare(course, home)
    port, token = jupyter.free_port(), secrets.token_hex(8)
    how = ["--no-browser", "--allow-root", f"--port={port}", "--log-level=ERROR"]
    configured = {"JUPYTER_CONFIG_DIR": str(home / hosted.CONFIG.parent), "JUPYTER_TOKEN": token}
    log = tmp_path / "jupyter.log"
    with log.open("w", encoding="utf-8") as said:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *how],
            cwd=course,
            env={**os.environ, "HOME": str(home), **configured},
            stdout=said,
            stderr=said,
        )
    try:
        jupyter._wait_until_ready(server, port, token, log)
        yield f"http://{jupyter.HOST}:{port}/%s?token={token}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def test_binders_jupyterlab_opens_on_the_copy(address: str, course: Path) -> None:
    lesson: Any = json.loads(read(address % f"api/contents/{jupyter.LESSON}"))
    assert lesson["type"] == "notebook"
    assert (course / workcopy.NAME / jupyter.LESSON).is_file()
    assert b"jupyter" in read(address % f"lab/tree/{jupyter.LESSON}").lower()


def read(url: str) -> bytes:
    """What an address answers."""
    with urllib.request.urlopen(url, timeout=jupyter.PATIENCE) as answer:
        return bytes(answer.read())
