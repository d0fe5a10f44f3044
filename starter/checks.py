"""`lab.py test`: every check of the course, one after the other, each to its end."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from starter.messages import Progress

# The committed outputs are those of Linux. Elsewhere the same cells run, and outputs that differ
# are listed; a cell that raises an error fails everywhere.
ON_ALL_CORES = ("-n", "logical")
NOTEBOOKS = ("--nbval", "--nbval-cell-timeout=120")
LISTED = ("--list-differences", "-rx", "--xfail-tb")
CHECKS: Mapping[str, Sequence[str]] = {
    "ruff check": ("ruff", "check"),
    "ruff format": ("ruff", "format", "--check"),
    "mypy": ("mypy",),
    "codespell": ("codespell_lib",),
    "cfn-lint": ("cfnlint.runner.cli", "template.yaml"),
    "tests": ("pytest", *ON_ALL_CORES, "tests/", "--ignore=tests/workflow"),
    "tests, real clock": ("pytest", *ON_ALL_CORES, "--clock=real", "tests/localaws"),
    # One process: its last test asks what those before it have reached.
    "workflow": ("pytest", "tests/workflow"),
    "workflow, real clock": ("pytest", "--clock=real", "tests/workflow"),
    # A lesson's own warnings stay in its kernel; those of this process are nbval's and Jupyter's.
    "notebooks": (
        *("pytest", *NOTEBOOKS, *(() if sys.platform == "linux" else LISTED)),
        *("-W", "default", "notebooks/"),
    ),
}


def run(
    python: Path,
    root: Path,
    environ: Mapping[str, str],
    progress: Progress,
    checks: Mapping[str, Sequence[str]] = CHECKS,
) -> bool:
    """Run the checks, each a module of the environment with arguments; True if all passed."""
    failed = []
    for number, (name, arguments) in enumerate(checks.items(), start=1):
        progress.say(f"[{number}/{len(checks)}] {name}: python -m {' '.join(arguments)}")
        start = time.monotonic()
        done = subprocess.run(
            [str(python), "-m", *arguments], check=False, cwd=root, env=dict(environ)
        )
        seconds = time.monotonic() - start
        progress.say(f"      {'FAILED' if done.returncode else 'passed'} in {seconds:.0f} s")
        if done.returncode:
            failed.append(name)
    if failed:
        progress.say(f"Failed: {', '.join(failed)}. Passed: {len(checks) - len(failed)}.")
    else:
        progress.say(f"All {len(checks)} checks passed.")
    return not failed
