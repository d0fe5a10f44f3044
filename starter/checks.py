"""`lab.py test`: every check of the course, each to its end, told one after the other."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
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
    *("tests/lesson", "tests/oncall", "tests/workflow"),
    *("tests/browser", "tests/endpoints", "tests/commands"),
)
# What is the same on every clock: what a template makes, who may what, what an expression yields.
TIMELESS = (
    *("cloudformation", "iam", "ses", "stepfunctions/test_conformance_choice.py"),
    *("stepfunctions/test_conformance_jsonata.py", "stepfunctions/test_conformance_paths.py"),
    *("stepfunctions/test_parameters.py", "stepfunctions/test_requests.py"),
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
    "on call": ("pytest", *ON_ALL_CORES, "tests/oncall"),
    "tests, real clock": (
        *("pytest", *ON_ALL_CORES, "--clock=real", "tests/localaws"),
        *(f"--ignore-glob=tests/localaws/{what}" for what in TIMELESS),
    ),
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
    "commands": ("pytest", "tests/commands"),
}
# Each of these keeps one core busy, or waits: they are begun together.
BESIDE = ("workflow", "workflow, real clock", "browser", "another endpoint", "commands")


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
    commands = {name: [str(python), "-m", *arguments] for name, arguments in checks.items()}
    with ExitStack() as stack:
        begun: dict[str, _Begun] = {}
        for number, (name, arguments) in enumerate(checks.items(), start=1):
            progress.say(f"[{number}/{len(checks)}] {name}: python -m {' '.join(arguments)}")
            if name in BESIDE and not begun:
                for one in filter(BESIDE.__contains__, checks):
                    begun[one] = stack.enter_context(_Begun(commands[one], root, environ))
            if name in begun:
                code, seconds = begun[name].end()
            else:
                start = time.monotonic()
                code = subprocess.run(
                    commands[name], check=False, cwd=root, env=dict(environ)
                ).returncode
                seconds = time.monotonic() - start
            outcome = "FAILED" if code else "passed"
            if code == SKIPPED and not environ.get("CI"):
                outcome = "skipped"
                skipped.append(name)
            elif code:
                failed.append(name)
            progress.say(f"      {outcome} in {seconds:.0f} s")
    progress.say(_told(failed, skipped, len(checks)))
    return not failed


class _Begun(AbstractContextManager["_Begun"]):
    """A check that runs beside others. What it prints is kept until it has ended."""

    def __init__(self, command: Sequence[str], root: Path, environ: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            command,
            cwd=root,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._start = self._end = time.monotonic()
        self._said = b""
        self._waiting = threading.Thread(target=self._wait)
        self._waiting.start()

    def _wait(self) -> None:
        self._said, _ = self._process.communicate()
        self._end = time.monotonic()

    def end(self) -> tuple[int, float]:
        """Wait for its end, and print what it has said: its exit status, and its seconds."""
        self._waiting.join()
        print(self._said.decode("utf-8", errors="replace"), end="", flush=True)
        return self._process.returncode, self._end - self._start

    def __exit__(self, *_: object) -> None:
        """Where the others were interrupted, it ends with them."""
        self._process.kill()
        self._waiting.join()


def _told(failed: Sequence[str], skipped: Sequence[str], count: int) -> str:
    if not failed and not skipped:
        return f"All {count} checks passed."
    kinds = (("Failed", failed), ("Skipped", skipped))
    told = [f"{kind}: {', '.join(names)}." for kind, names in kinds if names]
    return " ".join([*told, f"Passed: {count - len(failed) - len(skipped)}."])
