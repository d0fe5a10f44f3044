"""`python -m orderlab.order`: one order in the terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orderlab import order

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orderlab.order", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_seeds_order_is_told_from_state_to_message() -> None:
    done = run()
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in done.stdout.splitlines()]
    states = ["ValidateOrder", "IsOrderValid", "ProcessPayment", "ConfirmOrder", "NotifyConfirmed"]
    assert lines[1:6] == states
    assert lines[6].endswith("SUCCEEDED")
    assert lines[7].startswith("Row:     orderId=test-order-001, status=CONFIRMED")
    assert lines[8].startswith("Message: Order test-order-001 is confirmed.")
    assert done.stderr == ""


def test_an_order_that_fails_says_why(tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    path.write_text(json.dumps(order.SEED_ORDER | {"items": []}), encoding="utf-8")
    done = run(str(path))
    assert done.returncode == 1
    assert "FAILED: OrderInvalid: 1 fault: items" in done.stdout
    assert "status=FAILED" in done.stdout


@pytest.mark.parametrize(
    ("content", "words"), [(None, "No such file"), ("{", "is not JSON"), ("\x00", "is not JSON")]
)
def test_a_file_that_is_no_order(
    tmp_path: Path, content: str | None, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "order.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert order.main([str(path)]) == 2
    assert words in capsys.readouterr().err


def test_the_learners_copy_is_deployed_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "ROOT", tmp_path)
    assert order.application() == tmp_path
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "template.yaml").touch()
    assert order.application() == tmp_path / "work"


def test_an_interruption_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(order, "_send", interrupted)
    assert order.main([]) == 130
    assert capsys.readouterr().err == "Stopped.\n"
