"""The environment: complete or made anew, and what people's machines lack."""

from __future__ import annotations

import importlib.util
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from starter import environment, installer
from starter.messages import DISK_FULL, Problem, Progress

Ensure = Callable[[], Path]


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes each run of pip, which installs nothing here; the environments are real."""
    runs: list[str] = []

    def install(command: list[str], *_: object) -> None:
        runs.append(" ".join(command[1:]))

    monkeypatch.setattr(installer, "install", install)
    # ensurepip takes seconds, and this pip is not the one that is tested here.
    create = environment._create
    monkeypatch.setattr(environment, "_create", lambda path, **_: create(path, with_pip=False))
    return runs


@pytest.fixture
def ensure(course: Path, installs: list[str]) -> Ensure:
    return lambda: environment.ensure(course, Progress(io.StringIO()))


def test_first_start_installs_and_the_second_does_not(ensure: Ensure, installs: list[str]) -> None:
    python = ensure()
    assert ensure() == python
    assert installs == ["-m pip"]


def test_environment_finds_the_course_from_anywhere_and_when_moved(
    ensure: Ensure, course: Path, tmp_path: Path
) -> None:
    (course / "localaws").mkdir()
    (course / "localaws" / "__init__.py").touch()
    ensure()
    moved = course.rename(tmp_path / "elsewhere")
    python = environment.python_of(moved / environment.NAME)
    code = "import localaws; print(localaws.__file__)"
    found = subprocess.run(
        [python, "-c", code],
        check=True,
        cwd=tmp_path,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
    ).stdout
    assert Path(found.strip()).samefile(moved / "localaws" / "__init__.py")


def test_interrupted_install_is_made_anew(
    ensure: Ensure, installs: list[str], course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        (course / environment.NAME / "half of a package").touch()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(installer, "install", interrupt)
        with pytest.raises(KeyboardInterrupt):
            ensure()
    ensure()
    assert installs == ["-m pip"]
    assert not (course / environment.NAME / "half of a package").exists()


def test_changed_lock_is_installed(ensure: Ensure, installs: list[str], course: Path) -> None:
    ensure()
    with (course / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("boto3==1.44.8 \\\n    --hash=sha256:" + "1" * 64 + "\n")
    ensure()
    ensure()
    assert len(installs) == 2


def test_python_that_is_gone_or_another_is_noticed(
    ensure: Ensure, installs: list[str], course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = ensure()
    python.unlink()
    ensure()
    assert len(installs) == 2
    marker = course / environment.NAME / "complete"
    marker.write_text(marker.read_text("utf-8").rpartition(".")[0] + ".9", "utf-8")
    ensure()
    assert len(installs) == 3


def lacking(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """A Python without these of the three modules that an environment can need."""
    there = {"venv", "ensurepip", "pip"} - set(names)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name in there or None)


@pytest.mark.parametrize("names", [("venv",), ("ensurepip", "pip")])
def test_python_without_venv_is_told_what_to_install(
    names: tuple[str, ...], ensure: Ensure, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking(monkeypatch, *names)
    with pytest.raises(Problem, match="sudo apt install python3-venv"):
        ensure()
    assert not (course / environment.NAME).exists()


def test_python_with_pip_but_without_ensurepip_is_enough(
    ensure: Ensure, installs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking(monkeypatch, "ensurepip")
    python = ensure()
    assert installs == [f"-m pip --python {python}"]


def test_too_little_space_is_said_before_the_download(
    ensure: Ensure, installs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(Path.cwd())
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10_000_000))
    with pytest.raises(Problem) as caught:
        ensure()
    assert str(caught.value) == DISK_FULL
    assert installs == []


def test_second_installer_waits_for_the_first(ensure: Ensure, course: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from starter import environment\n"
        "with environment._alone(Path(sys.argv[1])): print('alone', flush=True); input()\n"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", program, str(course)],
        env={**os.environ, "PYTHONPATH": str(Path(environment.__file__).parents[1])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with first:
        assert first.stdout is not None
        assert first.stdout.readline().strip() == b"alone"
        with pytest.raises(Problem, match="still installing"):
            ensure()
        first.kill()  # a lock that outlived its process would lock everybody out
    ensure()


def _wait_until_free(lock: Path) -> None:
    if sys.platform != "win32":
        import fcntl

        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)


@pytest.mark.skipif(os.name == "nt", reason="there, closing the window ends pip as well")
def test_pip_that_outlives_a_killed_lab_is_not_disturbed(ensure: Ensure, course: Path) -> None:
    pip = (
        "import pathlib, time; print('Collecting one==1.0', flush=True)\n"
        "while not pathlib.Path('end').exists(): time.sleep(0.01)"
    )
    program = (
        "import os, sys; from pathlib import Path; from starter import environment, installer\n"
        "with environment._alone(Path.cwd()):\n"
        f"    for line in installer._lines([sys.executable, '-c', {pip!r}], os.environ, list):\n"
        "        print(line, flush=True)\n"
    )
    lab = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=course,
        env={**os.environ, "PYTHONPATH": str(Path(environment.__file__).parents[1])},
        stdout=subprocess.PIPE,
    )
    with lab:
        assert lab.stdout is not None
        assert lab.stdout.readline().startswith(b"Collecting")
        lab.kill()
    with pytest.raises(Problem, match="still installing"):
        ensure()
    (course / "end").touch()
    _wait_until_free(course / ".venv.lock")
    ensure()


def test_environment_in_use_is_said(
    ensure: Ensure, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure()
    (course / environment.NAME / "complete").unlink()

    def refuse(path: Path) -> None:
        raise PermissionError(13, "used by another process", str(path))

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(Problem, match="close JupyterLab"):
        ensure()


def test_variables_lead_into_the_environment_and_out_of_others(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    environ = environment.variables(course)
    assert environ.keys().isdisjoint({"PYTHONPATH", "PYTHONHOME", "PIP_TARGET"})
    assert environ["PIP_USER"] == "0"
    programs = str(environment.python_of(course / ".venv").parent)
    assert environ["PATH"].split(os.pathsep)[0] == programs
