"""One seed, one output: two processes that share nothing print the same bytes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORKLOAD = Path(__file__).with_name("reproducible_workload.py")
ORDERS = 200
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Runs:
    """The workload in processes of its own, side by side."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[str]] = []

    def start(self, name: str, seed: int, orders: int, **environment: str) -> None:
        """Start one; its output is that of `output(name)`. It has a working folder of its own."""
        own = self._folder / name
        (own / "tmp").mkdir(parents=True)
        with self._file(name).open("w", encoding="utf-8") as file:
            self._processes.append(
                subprocess.Popen(
                    [sys.executable, "-X", "utf8", str(WORKLOAD), str(seed), str(orders)],
                    stdout=file,
                    stderr=subprocess.PIPE,
                    cwd=own,
                    env={
                        **os.environ,
                        "PYTHONPATH": str(ROOT),
                        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(own / "tmp")),
                        **environment,
                    },
                    text=True,
                )
            )

    def finish(self) -> None:
        for process in self._processes:
            _, errors = process.communicate(timeout=300)
            assert process.returncode == 0, errors

    def output(self, name: str) -> list[str]:
        return self._file(name).read_text(encoding="utf-8").splitlines()

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.txt"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    runs = Runs(tmp_path_factory.mktemp("runs"))
    try:
        runs.start("first", 1, ORDERS, PYTHONHASHSEED="1", TZ="UTC")
        runs.start("second", 1, ORDERS, PYTHONHASHSEED="2", TZ="Asia/Tokyo")
        runs.start("other seed", 2, 10)
        runs.finish()
        yield runs
    finally:
        runs.close()


def test_two_processes_print_the_same_bytes(runs: Runs) -> None:
    first, second = runs.output("first"), runs.output("second")
    for number, (ours, theirs) in enumerate(zip(first, second, strict=False)):
        assert ours == theirs, f"line {number}: {difference(ours, theirs)}"
    assert len(first) == len(second)


def test_the_workload_has_every_kind_of_end_and_of_thing(runs: Runs) -> None:
    lines = runs.output("first")
    text = "\n".join(lines)
    for status in ("SUCCEEDED", "FAILED", "ABORTED"):
        assert f'"status": "{status}"' in text
    for error in ("PaymentDeclined", "PaymentGatewayTimeout", "OrderInvalid", "RuntimeError"):
        assert error in text
    for event in ("MapIterationSucceeded", "ParallelStateSucceeded", "TaskTimedOut"):
        assert event in text
    orders = [line for line in lines if line.startswith("execution {") and '"order-' in line]
    assert len(orders) >= ORDERS
    for kind in ("execution", "log", "row", "message", "stack", "time"):
        assert any(line.startswith(kind) for line in lines)


def test_another_seed_draws_other_ids(runs: Runs) -> None:
    ids, others = (ids_in_executions(runs.output(name)) for name in ("first", "other seed"))
    assert len(others) > 20
    assert not ids & others


def ids_in_executions(lines: list[str]) -> set[str]:
    """Names of executions, task tokens, and whatever handlers have drawn."""
    return {id_ for line in lines if line.startswith("execution") for id_ in UUID.findall(line)}


def difference(ours: str, theirs: str) -> str:
    """Both lines around the place where they part."""
    pairs = enumerate(zip(ours, theirs, strict=False))
    at = next((i for i, (a, b) in pairs if a != b), min(len(ours), len(theirs)))
    around = slice(max(0, at - 80), at + 80)
    return f"\n{ours[around]}\n{theirs[around]}"
