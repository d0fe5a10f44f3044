"""What a check needs and the lock does not hold: had from uv, or said to be missing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from packaging.requirements import Requirement

from starter import extras


@pytest.fixture
def uv(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], list[list[str]]]:
    """A uv that has all in its cache, or nothing and no network; returns what it is asked."""

    def answer(has: bool) -> list[list[str]]:
        asked: list[list[str]] = []

        def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
            asked.append(command)
            return subprocess.CompletedProcess(command, 0 if has else 2, "", "no network\n")

        monkeypatch.setattr(subprocess, "run", run)
        return asked

    return answer


@pytest.mark.parametrize("extra", ["browser", "ministack", "sam"])
def test_what_checks_are_run_with_is_pinned(extra: str) -> None:
    specifiers = [str(Requirement(package).specifier) for package in extras.packages(extra)]
    assert specifiers
    assert [given for given in specifiers if not given.startswith("==")] == []


def test_what_is_in_the_cache_is_run_without_the_network(
    uv: Callable[[bool], list[list[str]]],
) -> None:
    asked = uv(True)
    assert extras.main(["browser", "pytest", "tests/browser"]) == 0
    looked, ran = asked
    assert looked[-4:] == ["--", "python", "-c", ""]
    assert ran[-5:] == ["--", "python", "-m", "pytest", "tests/browser"]
    assert ran[0] == sys.executable
    for command in asked:
        assert "--offline" in command
        assert command[command.index("--with") + 1] == extras.packages("browser")[0]


def test_an_extra_that_wants_other_versions_stands_apart(
    uv: Callable[[bool], list[list[str]]],
) -> None:
    uv(True)
    assert "--isolated" in extras.command("ministack", apart=True)
    assert "--isolated" not in extras.command("browser")


def test_what_cannot_be_had_is_said_and_is_no_failure_of_the_check(
    uv: Callable[[bool], list[list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = uv(False)
    assert extras.main(["browser", "pytest", "tests/browser"]) == extras.SKIPPED
    assert ["--offline" in command for command in asked] == [True, False], "both were tried"
    assert (
        capsys.readouterr().out == f"{extras.packages('browser')[0]} cannot be had:\nno network\n"
    )
