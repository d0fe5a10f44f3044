"""The environment `.venv`: made from the lock, and made anew when it is not what the lock says."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from starter import installer
from starter.messages import COMMAND, DISK_FULL, Problem, Progress

NAME = ".venv"
SPACE = 1_200_000_000  # bytes: 0.7 GB of packages, and what pip keeps of its downloads


def ensure(root: Path, progress: Progress) -> Path:
    """The environment's python; makes the environment first if it is missing or not complete.

    Raises:
        Problem: it cannot be made here and now.
    """
    environment = root / NAME
    if not is_complete(environment, root / "requirements.lock"):
        with _alone(root):
            _make(root, environment, progress)
    return python_of(environment)


def python_of(environment: Path) -> Path:
    """The path of the environment's python."""
    if os.name == "nt":
        return environment / "Scripts" / "python.exe"
    return environment / "bin" / "python"


def variables(root: Path) -> dict[str, str]:
    """The variables that programs of the environment run with."""
    environ = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX"):
        environ.pop(name, None)
    programs = python_of(root / NAME).parent
    environ |= {
        "PATH": f"{programs}{os.pathsep}{environ.get('PATH', '')}",
        "VIRTUAL_ENV": str(root / NAME),
        "PIP_USER": "0",  # a person's own pip configuration may say otherwise
        "JUPYTER_PREFER_ENV_PATH": "1",  # this environment's kernel before one in the home folder
    }
    return environ


def is_complete(environment: Path, lock: Path) -> bool:
    """Whether all of the lock was installed, and its python still runs and is the one of then."""
    marker = _marker(environment)
    if not marker.is_file():
        return False
    wanted, _, version = marker.read_text("utf-8").partition(" ")
    return wanted == _digest(lock) and version == _version(python_of(environment))


def _make(root: Path, environment: Path, progress: Progress) -> None:
    pip = _pip(environment)
    if shutil.disk_usage(root).free < SPACE:
        raise Problem(DISK_FULL)
    progress.say("Making the environment in .venv: once, a minute or two with a good network.")
    # From scratch each time: what an interrupted pip leaves behind cannot be told from what is
    # whole. Nothing is downloaded twice, since pip keeps its downloads.
    _remove(environment)
    _create(environment, with_pip=pip[0] != sys.executable)
    lock, site = root / "requirements.lock", _site(environment)
    installer.install(pip, variables(root), lock, site, progress)
    # Relative, so that the folder can be moved.
    (site / "course.pth").write_text(os.path.relpath(root, site) + "\n", "utf-8")
    # Last of all, and whole or not there at all.
    ready = environment / "complete.new"
    ready.write_text(f"{_digest(lock)} {_version(python_of(environment))}", "utf-8")
    ready.replace(_marker(environment))
    progress.say("The environment is ready.")


def _pip(environment: Path) -> list[str]:
    """What runs pip: the environment's own, or on a Python without ensurepip the system's."""
    if importlib.util.find_spec("venv"):
        if importlib.util.find_spec("ensurepip"):
            return [str(python_of(environment)), "-m", "pip"]
        if importlib.util.find_spec("pip"):
            return [sys.executable, "-m", "pip", "--python", str(python_of(environment))]
    raise Problem(
        "This Python cannot make environments, as its venv and ensurepip modules are missing: on "
        "Debian and Ubuntu run 'sudo apt install python3-venv', elsewhere install Python from "
        f"python.org, then run {COMMAND} again."
    )


def _create(environment: Path, *, with_pip: bool) -> None:
    command = [sys.executable, "-m", "venv", str(environment)]
    done = subprocess.run(
        command if with_pip else [*command, "--without-pip"],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        raise Problem(installer.explain(done.stdout.splitlines(), done.returncode))


def _remove(environment: Path) -> None:
    try:
        shutil.rmtree(environment)
    except FileNotFoundError:
        return
    except PermissionError as error:
        # Windows keeps the files of running programs.
        raise Problem(
            "The old environment in .venv is in use: close JupyterLab and leave the environment "
            f"(deactivate), then run {COMMAND} again."
        ) from error


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the lock that says that somebody is installing; the system frees it with the process.

    On Linux and macOS pip inherits it, so that a pip that outlives a killed lab.py still counts.
    """
    with (root / ".venv.lock").open("w", encoding="utf-8") as file:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                os.set_inheritable(file.fileno(), True)
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError) as error:
            raise Problem(
                f"Another {COMMAND} is still installing the environment: wait until it has ended, "
                "then run this again."
            ) from error
        yield


def _marker(environment: Path) -> Path:
    return environment / "complete"


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _version(python: Path) -> str:
    """The minor version of a python, as in "3.13"; "" when it does not run."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run(
            [str(python), "-I", "-c", code], check=False, capture_output=True, encoding="utf-8"
        )
    except OSError:
        return ""  # its file is gone, or it was made on another system
    return done.stdout.strip()


def _site(environment: Path) -> Path:
    """The folder that the environment's packages are in."""
    base = str(environment)
    return Path(sysconfig.get_path("purelib", "venv", {"base": base, "platbase": base}))
