"""`lab.py test`: every check of the course, one after the other, each to its end."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from starter import notebooks
from starter.extras import SKIPPED
from starter.messages import Progress

ON_ALL_CORES = ("-n", "logical")  # tests/conftest.py says what stays together
# A notebook has a kernel of its own, which runs its cells in their order.
NOTEBOOKS = ("--nbval", "--nbval-cell-timeout=120", "-n", "logical", "--dist", "loadfile")
# The committed outputs are those of Linux. Elsewhere the same cells run, and outputs that differ
# are listed; a cell that raises an error fails everywhere.
LISTED = ("--list-differences", "-rx", "--xfail-tb")
CHECKS_OF_THEIR_OWN = (
    *("tests/lesson", "tests/workflow", "tests/browser", "tests/endpoints", "tests/commands"),
)
CHECKS: Mapping[str, Sequence[str]] = {
    "ruff check": ("ruff", "check"),
    "ruff format": ("ruff", "format", "--check"),
    "mypy": ("mypy",),
    "codespell": ("codespell_lib",),
    "cfn-lint": ("cfnlint.runner.cli", "template.yaml"),
    "tests": (
        *("pytest", *ON_ALL_CORES, "tests/"),
        *(f"--ignore={folder}" for folder in CHECKS_OF_THEIR_OWN),
    ),
    # These start and stop a local AWS in their own process; the tests above share one.
    "exercises": ("pytest", *ON_ALL_CORES, "tests/lesson"),
    "tests, real clock": ("pytest", *ON_ALL_CORES, "--clock=real", "tests/localaws"),
    # One process: its last test asks what those before it have reached.
    "workflow": ("pytest", "tests/workflow"),
    "workflow, real clock": ("pytest", "--clock=real", "tests/workflow"),
    # A lesson's own warnings stay in its kernel; those of this process are nbval's and Jupyter's.
    "notebooks": (
        *("pytest", *NOTEBOOKS, *(() if sys.platform == "linux" else LISTED)),
        *("-W", "default", "notebooks/"),
    ),
    "browser": ("starter.extras", "browser", "pytest", "tests/browser"),
    "another endpoint": ("pytest", "tests/endpoints"),
    "commands": ("pytest", *ON_ALL_CORES, "tests/commands"),
}


def run(
    python: Path,
    root: Path,
    environ: Mapping[str, str],
    progress: Progress,
    checks: Mapping[str, Sequence[str]] = CHECKS,
) -> bool:
    """Run the checks, each a module of the environment with arguments; True if none failed.

    One that needs what this machine lacks says so and is skipped. Where the variable CI is set,
    nothing may lack, and that is a failure.
    """
    notebooks.forget(root)
    failed, skipped = [], []
    for number, (name, arguments) in enumerate(checks.items(), start=1):
        progress.say(f"[{number}/{len(checks)}] {name}: python -m {' '.join(arguments)}")
        start = time.monotonic()
        done = subprocess.run(
            [str(python), "-m", *arguments], check=False, cwd=root, env=dict(environ)
        )
        seconds = time.monotonic() - start
        outcome = "FAILED" if done.returncode else "passed"
        if done.returncode == SKIPPED and not environ.get("CI"):
            outcome = "skipped"
            skipped.append(name)
        elif done.returncode:
            failed.append(name)
        progress.say(f"      {outcome} in {seconds:.0f} s")
    progress.say(_told(failed, skipped, len(checks)))
    return not failed


def _told(failed: Sequence[str], skipped: Sequence[str], count: int) -> str:
    if not failed and not skipped:
        return f"All {count} checks passed."
    kinds = (("Failed", failed), ("Skipped", skipped))
    told = [f"{kind}: {', '.join(names)}." for kind, names in kinds if names]
    return " ".join([*told, f"Passed: {count - len(failed) - len(skipped)}."])
