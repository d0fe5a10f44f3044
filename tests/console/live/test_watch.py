"""watch end to end: on the real clock of plain moto, and on the simulated one."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from orderlab import console
from orderlab.console.live import polling

WAITS = {
    "StartAt": "Pack",
    "States": {
        "Pack": {"Type": "Pass", "Next": "Dry"},
        "Dry": {"Type": "Wait", "Seconds": 2, "Next": "Sent"},
        "Sent": {"Type": "Succeed"},
    },
}


def waiting(seconds: int) -> dict[str, Any]:
    states = WAITS["States"] | {"Dry": {"Type": "Wait", "Seconds": seconds, "Next": "Sent"}}
    return WAITS | {"States": states}


@pytest.fixture
def started(step_functions: Any) -> Callable[[dict[str, Any]], str]:
    """Start an execution on plain moto, on the real clock."""

    def start(machine: dict[str, Any]) -> str:
        made = step_functions.create_state_machine(
            name="m", definition=json.dumps(machine), roleArn="arn:aws:iam::123456789012:role/any"
        )
        begun = step_functions.start_execution(
            stateMachineArn=made["stateMachineArn"], name="e1", input="{}"
        )
        return str(begun["executionArn"])

    return start


@pytest.fixture
def stuck(started: Callable[..., str], step_functions: Any) -> str:
    """An execution that is in its Wait of a minute."""
    arn = started(waiting(60))
    history = step_functions.get_execution_history
    while "WaitStateEntered" not in [e["type"] for e in history(executionArn=arn)["events"]]:
        time.sleep(0.01)
    return arn


def shown(notebook: Any, arn: str) -> dict[str, Any]:
    """The picture that `show` displays."""
    return dict(notebook.run(lambda: console.show(arn)).outputs[0].data)


# ---- on the real clock


def test_it_is_drawn_in_place_until_it_ends(notebook: Any, started: Callable[..., str]) -> None:
    arn = started(WAITS)
    cell = notebook.run(lambda: console.watch(arn))
    line, picture, player = cell.saved
    assert re.fullmatch(
        r"SUCCEEDED after \d\.\d{3} s, \d+ events: m, execution e1", line["text/plain"]
    )
    assert picture == shown(notebook, arn)
    assert "step through the events" in player["text/plain"]
    frames = [o.data["text/plain"] for o in cell.outputs if "image/svg+xml" in o.data]
    assert any("Dry (Wait 2 s): running" in frame for frame in frames)
    assert len(frames) < 8, "a frame for each change, not for each read"


def test_one_that_has_ended(notebook: Any, run: Callable[..., str]) -> None:
    arn = run(WAITS, {})
    line, picture, player = notebook.run(lambda: console.watch(arn)).saved
    assert line["text/plain"].startswith("SUCCEEDED after")
    assert picture == shown(notebook, arn)
    assert "application/vnd.jupyter.widget-view+json" in player


def test_where_nobody_looks_the_end_alone_is_shown(
    notebook: Any, started: Callable[..., str]
) -> None:
    notebook.somebody_looks = False
    arn = started(WAITS)
    cell = notebook.run(lambda: console.watch(arn))
    assert [output.update for output in cell.outputs] == [False, False]
    assert cell.saved[1] == shown(notebook, arn)
    assert notebook.sent == []


def test_patience(notebook: Any, stuck: str) -> None:
    line, picture, _ = notebook.run(lambda: console.watch(stuck, patience=0.2)).saved
    assert line["text/plain"].startswith("RUNNING with 4 events in ")
    assert line["text/plain"].endswith(
        "Nothing has changed for 0.2 s. It waits for Dry. console.watch(arn) watches on."
    )
    assert "Dry (Wait 1 minute): running" in picture["text/plain"]


def test_ctrl_c(
    notebook: Any, stuck: str, step_functions: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling.time, "sleep", lambda _: signal.raise_signal(signal.SIGINT))
    line, picture, _ = notebook.run(lambda: console.watch(stuck)).saved
    assert "No longer watched; the execution goes on. It waits for Dry." in line["text/plain"]
    assert "Dry (Wait 1 minute): running" in picture["text/plain"]
    assert step_functions.describe_execution(executionArn=stuck)["status"] == "RUNNING"


def test_one_that_may_no_longer_be_read(
    notebook: Any, stuck: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is shown, with one line that says why there is no more."""

    def refuse(self: polling.Reader, before: Any) -> Any:
        error = {"Code": "ExpiredTokenException", "Message": "The token is expired"}
        raise ClientError({"Error": error}, "GetExecutionHistory")

    monkeypatch.setattr(polling.Reader, "read_on", refuse)
    line, picture, _ = notebook.run(lambda: console.watch(stuck)).saved
    assert "It cannot be read any more: An error occurred (ExpiredToken" in line["text/plain"]
    assert "Dry (Wait 1 minute): running" in picture["text/plain"]


def test_in_a_terminal_changes_alone_are_printed(
    started: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    console.watch(started(WAITS))
    printed = capsys.readouterr().out
    assert printed.count("Dry: succeeded") == 1
    assert re.search(r"^ +\d\.\d{3} s  Dry: succeeded$", printed, re.MULTILINE)
    assert "SUCCEEDED after " in printed
    assert "\n  2. Dry (Wait 2 s): succeeded\n" in printed


def test_no_such_execution(step_functions: Any) -> None:
    with pytest.raises(ClientError, match="ExecutionDoesNotExist"):
        console.watch("arn:aws:states:us-east-1:123456789012:execution:m:none")


def test_long_histories_are_read_from_the_end(
    started: Callable[..., str], monkeypatch: pytest.MonkeyPatch, run: Callable[..., str]
) -> None:
    """Page by page, newest first, until an event that is known."""
    whole = console.executions.reading.read(run(WAITS, {}))
    before = polling.replace(
        whole, events=whole.events[:3], description={**whole.description, "status": "RUNNING"}
    )
    pages = []

    class Paginator:
        def paginate(self, *, reverseOrder: bool, **_: str) -> Iterator[dict[str, Any]]:  # noqa: N803
            assert reverseOrder
            newest_first = whole.events[::-1]
            for start in range(0, len(newest_first), 2):
                pages.append(start)
                yield {"events": newest_first[start : start + 2]}

    reader = polling.Reader(whole.arn)
    monkeypatch.setattr(reader._stepfunctions, "get_paginator", lambda _: Paginator())
    reading = reader.read_on(before)
    assert reading.recording.events == whole.events
    assert reading.new
    assert len(pages) == (len(whole.events) - 3) // 2 + 1


# ---- on the simulated clock


@pytest.fixture
def simulated(shop: Any, request: pytest.FixtureRequest) -> Callable[[dict[str, Any]], str]:
    """Start an execution of a machine of the test's own on the simulated clock."""

    def start(machine: dict[str, Any]) -> str:
        workflow = shop.output("OrderWorkflowArn")
        role = shop.stepfunctions.describe_state_machine(stateMachineArn=workflow)["roleArn"]
        name = re.sub(r"\W", "-", request.node.name)
        made = shop.stepfunctions.create_state_machine(
            name=name, definition=json.dumps(machine), roleArn=role
        )
        return str(shop.start({}, f"{name}-1", made["stateMachineArn"]))

    return start


@pytest.mark.simulated_clock
def test_a_wait_of_days_is_over_at_once(notebook: Any, simulated: Callable[..., str]) -> None:
    arn = simulated(waiting(3 * 86_400))
    line, picture, _ = notebook.run(lambda: console.watch(arn, patience=20)).saved
    assert line["text/plain"].startswith("SUCCEEDED after 259,200.")
    assert picture == shown(notebook, arn)


@pytest.mark.simulated_clock
def test_a_paused_clock(notebook: Any, cloud: Any, simulated: Callable[..., str]) -> None:
    arn = simulated(waiting(60))
    with cloud.clock.pause():
        before = cloud.clock.now
        line, picture, _ = notebook.run(lambda: console.watch(arn)).saved
        assert cloud.clock.now == before
    assert line["text/plain"].endswith(
        "Nothing more happens by itself. It waits for Dry. console.watch(arn) watches on."
    )
    assert "Dry (Wait 1 minute): running" in picture["text/plain"]


@pytest.mark.simulated_clock
def test_an_answer_that_does_not_come(
    notebook: Any, shop: Any, simulated: Callable[..., str]
) -> None:
    """Time does not move past the timeout of what a reader may be about to answer."""
    activity = shop.stepfunctions.create_activity(name="pack-by-hand")["activityArn"]
    task = {"Type": "Task", "Resource": activity, "TimeoutSeconds": 600, "End": True}
    arn = simulated({"StartAt": "ByHand", "States": {"ByHand": task}})
    line, _, _ = notebook.run(lambda: console.watch(arn)).saved
    assert "Nothing more happens by itself. It waits for ByHand." in line["text/plain"]
    taken = shop.stepfunctions.get_activity_task(activityArn=activity)
    shop.stepfunctions.send_task_success(taskToken=taken["taskToken"], output="{}")
    line, _, _ = notebook.run(lambda: console.watch(arn)).saved
    assert line["text/plain"].startswith("SUCCEEDED")


def test_the_same_order_twice_is_shown_in_the_same_bytes(notebook: Any, shop: Any) -> None:
    """On either clock, a second watch of what has ended shows what the first one left."""
    arn = shop.start(shop.order("order-watched"), "order-watched")
    first, second = (notebook.run(lambda: console.watch(arn)).saved for _ in range(2))
    assert first[:2] == second[:2]
    assert "ProcessPayment" in first[1]["text/plain"]
