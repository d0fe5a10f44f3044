"""A learner's tests, run by pytest in the judge's own process, on the stack that stands there."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

if TYPE_CHECKING:
    import pytest

# Each run costs little: no report, no cache, no garbage collected to see what it has left open, and
# none of the plugins that happen to be installed.
LEFT_OUT = ("terminal", "cacheprovider", "unraisableexception", "threadexception")
OPTIONS = ("--import-mode=importlib", "--maxfail=1", *(f"-pno:{name}" for name in LEFT_OUT))
QUIET = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
MOST = 240  # characters of why a test fails


@dataclass
class Result:
    """What pytest says of a suite, which ends with the first test that fails.

    Attributes:
        passed: how many tests passed.
        failed: the name of the test that failed, or of what could not be read; "" if none did.
        why: what it said, in one line.
    """

    passed: int = 0
    failed: str = ""
    why: str = ""

    @property
    def words(self) -> str:
        if self.failed:
            return f"{self.failed} fails: {self.why}"
        return "1 test passes" if self.passed == 1 else f"{self.passed} tests pass"


@dataclass
class _Listener:
    """What pytest calls while it runs."""

    result: Result = field(default_factory=Result)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._fails(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._fails(report)
        elif report.when == "call" and report.passed:
            self.result.passed += 1

    def _fails(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        self.result.failed = self.result.failed or report.nodeid.rpartition("::")[2]
        self.result.why = self.result.why or _said(report.longreprtext)


def run(suite: Path) -> Result:
    """Run the tests of a file, up to the first that fails."""
    import pytest  # only a few checks need it

    listener = _Listener()
    with mock.patch.dict(os.environ, QUIET):
        pytest.main([str(suite), f"--rootdir={suite.parent}", *OPTIONS], plugins=[listener])
    return listener.result


def _said(report: str) -> str:
    """The first line of an assertion, or of an error, which pytest marks by an E."""
    marked = [line[1:].strip() for line in report.splitlines() if line.startswith("E ")]
    line = next(iter(marked), "") or report.strip().rpartition("\n")[2]
    return line.rstrip(".") if len(line) <= MOST else f"{line[:MOST]}…"
