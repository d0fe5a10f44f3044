"""What a check needs and a learner does not: an extra of pyproject.toml, fetched by uv when wanted.

    python -m starter.extras browser pytest tests/browser

runs a module in this environment with the extra's packages laid over it. Once they are in uv's
cache, no network is needed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The exit status of a check that cannot run on this machine; Automake's tests say it so, too.
SKIPPED = 77
# The python of the environment, for what needs it as it is, without the extra.
PYTHON = "COURSE_PYTHON"


class Unavailable(Exception):
    """An extra that is neither in uv's cache nor to be had; the message says why."""


def packages(extra: str) -> list[str]:
    """An extra's packages, pinned."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return list(project["optional-dependencies"][extra])


def command(extra: str, *, apart: bool = False) -> list[str]:
    """What to put before a program, so that it runs with the extra's packages.

    Args:
        extra: its name in pyproject.toml.
        apart: without the packages of this environment, where the extra wants other versions.

    Raises:
        Unavailable: its packages cannot be had.
    """
    asked = [argument for package in packages(extra) for argument in ("--with", package)]
    uv = [sys.executable, "-m", "uv", "run", "--no-project", "--system-certs"]
    uv += ["--python", sys.executable, *(["--isolated"] if apart else []), *asked]
    cached = [*uv, "--offline", "--"]
    for how in (cached, [*uv, "--"]):
        done = subprocess.run(
            [*how, "python", "-c", ""],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
        if done.returncode == 0:
            return cached
    raise Unavailable(f"{', '.join(packages(extra))} cannot be had:\n{done.stderr.strip()}")


def main(arguments: Sequence[str]) -> int:
    """Run a module with an extra; its exit status."""
    extra, *module = arguments
    try:
        begin = command(extra)
    except Unavailable as unavailable:
        print(unavailable)
        return SKIPPED
    environ = {**os.environ, PYTHON: sys.executable}
    return subprocess.run([*begin, "python", "-m", *module], check=False, env=environ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
