"""show and history end to end, on plain moto."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from orderlab import console

CHOICE = {
    "StartAt": "Check",
    "States": {
        "Check": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.ok", "BooleanEquals": True, "Next": "Done"}],
            "Default": "Refused",
        },
        "Done": {"Type": "Succeed"},
        "Refused": {"Type": "Fail", "Error": "NotOk", "Cause": "ok was not true"},
    },
}


@pytest.fixture
def notebook() -> Iterator[None]:
    """IPython as in a kernel: outputs are bundles."""
    InteractiveShell.instance()
    yield
    InteractiveShell.clear_instance()


def test_an_execution_in_a_notebook(notebook: None, run: Callable[..., str]) -> None:
    arn = run(CHOICE, {"ok": False})
    with capture_output() as captured:
        assert console.show(arn) is None
    picture, events, states = (output.data for output in captured.outputs)
    assert picture.keys() == {"image/svg+xml", "image/png", "text/plain"}
    assert events.keys() == states.keys() == {"text/html", "text/plain"}
    assert "m, execution e1: FAILED\n  NotOk: ok was not true" in picture["text/plain"]
    assert "Not visited: Done" in picture["text/plain"]
    assert "<b>Refused</b>: failed NotOk: ok was not true" in states["text/html"]


def test_a_state_machine(notebook: None, run: Callable[..., str], step_functions: Any) -> None:
    execution = step_functions.describe_execution(executionArn=run(CHOICE, {"ok": True}))
    with capture_output() as captured:
        console.show(execution["stateMachineArn"])
    [picture] = captured.outputs
    assert "Check (Choice): Done if ok is true; Refused by default" in picture.data["text/plain"]
    assert "not visited" not in picture.data["image/svg+xml"]


def test_in_a_terminal(run: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    console.show(run(CHOICE, {"ok": True}))
    printed = capsys.readouterr().out
    assert "m, execution e1: SUCCEEDED\n  1. Check (Choice): succeeded\n  2. Done" in printed
    assert "ExecutionSucceeded" in printed
    assert 'Input: { "ok": true }' in printed


def test_while_it_runs(run: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    waits = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": True}}}
    console.show(run(waits, {}, until="WaitStateEntered"))
    assert "e1: RUNNING\n  1. W (Wait 1 minute): running" in capsys.readouterr().out


def test_asks_for_the_definition_that_ran(
    run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """DescribeStateMachine would answer with a later definition. (So does moto, either way.)"""
    arn = run(CHOICE, {"ok": True})
    asked = []
    plain = BaseClient._make_api_call

    def noted(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
        asked.append(operation)
        return plain(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    console.show(arn)
    assert asked == [
        "GetExecutionHistory",
        "DescribeStateMachineForExecution",
        "DescribeExecution",
    ]


def test_history(run: Callable[..., str]) -> None:
    arn = run(CHOICE, {"ok": True})
    history = console.history(arn)
    assert list(history.columns) == ["id", "previous_id", "time", "type", "state", "detail"]
    assert history["type"].iloc[0] == "ExecutionStarted"
    assert history["type"].iloc[-1] == "ExecutionSucceeded"
    assert history["time"].is_monotonic_increasing
    assert set(history["state"]) == {"", "Check", "Done"}


def test_every_page_is_read(run: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    arn = run(CHOICE, {"ok": True})
    # moto answers in one page; AWS in pages of at most 1,000 events.
    whole = console.history(arn)
    plain = BaseClient._make_api_call

    def paged(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
        answer = plain(self, operation, {k: v for k, v in arguments.items() if k != "nextToken"})
        if operation == "GetExecutionHistory":
            at = int(arguments.get("nextToken", 0))
            rest = answer["events"][at + 1 :]
            answer = {"events": answer["events"][at : at + 1]}
            answer |= {"nextToken": str(at + 1)} if rest else {}
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", paged)
    assert console.history(arn).equals(whole)


def test_unknown_execution(step_functions: Any) -> None:
    with pytest.raises(ClientError, match="ExecutionDoesNotExist"):
        console.show("arn:aws:states:us-east-1:123456789012:execution:m:none")


@pytest.mark.parametrize("arn", ["", "m", "arn:aws:sns:us-east-1:123456789012:topic"])
def test_neither_execution_nor_machine(arn: str) -> None:
    with pytest.raises(ValueError, match="neither an execution nor a state machine"):
        console.show(arn)


def test_console_knows_nothing_of_localaws() -> None:
    program = "import sys, orderlab.console; sys.exit('localaws' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0


def test_the_end_of_a_parallel_state_is_its_own(run: Callable[..., str]) -> None:
    branches = [
        {"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}} for name in ("A", "B")
    ]
    both = {"Type": "Parallel", "Branches": branches, "End": True}
    found = console.history(run({"StartAt": "Both", "States": {"Both": both}}, {}))
    states = dict(zip(found["type"], found["state"], strict=True))
    assert states["ParallelStateSucceeded"] == "Both"
    assert states["ParallelStateExited"] == "Both"
