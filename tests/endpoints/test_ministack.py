"""The console shows executions of an AWS that is not ours: it asks as anybody would, by boto3.

MiniStack tells less than AWS does: not which event is the previous one, not what was sent to a
service, and nothing of what happens in the branches of a Parallel or Map state.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from orderlab import console

from .conftest import GROUP, STACK, Shop, execute

CAUGHT = "WriteOrder (DynamoDB PutItem): caught DynamoDB.ConditionalCheckFailedException"
FAILED = "OrderedTwice (Fail): failed OrderedTwice: It is there."


def dashboard(shop: Shop) -> Any:
    """A dashboard of a text and a metric with one datapoint."""
    cloudwatch = boto3.client("cloudwatch")
    place = {"x": 0, "width": 24, "height": 6}
    metric = {"metrics": [["Shop", "Sold"]], "title": "Pieces", "stat": "Sum", "period": 60}
    widgets = [
        {"type": "text", "y": 0, **place, "properties": {"markdown": "# The till"}},
        {"type": "metric", "y": 6, **place, "properties": metric | {"region": "us-east-1"}},
    ]
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Sold", "Value": 3}])
    body = json.dumps({"start": "-PT1H", "widgets": widgets})
    cloudwatch.put_dashboard(DashboardName="Till", DashboardBody=body)
    return console.dashboard("Till")


# Calls of the console, and what of their text tells that they have read MiniStack.
CALLS: dict[str, tuple[Callable[[Shop], Any], tuple[str, ...]]] = {
    "compare": (
        lambda shop: console.compare(shop.first, shop.second),
        ("They go different ways after IsLarge", "150 | 50"),
    ),
    "coverage": (
        lambda shop: console.coverage(shop.machine),
        ("reached by 2 executions", "Catches: 1 of 1", "Everything was reached."),
    ),
    "dashboard": (dashboard, ("Till", "The till", "Pieces", "Sold")),
    "history": (
        lambda shop: console.history(shop.second).to_string(),
        ("FailStateEntered", "IsLarge", "states arn:aws:states:::dynamodb:putItem"),
    ),
    "logs": (lambda shop: console.logs(GROUP), ("Good morning.",)),
    "outcomes": (
        lambda shop: console.outcomes(shop.machine),
        ("SUCCEEDED: 1", "FAILED: 1", "FAILED, OrderedTwice in OrderedTwice"),
    ),
    "queue": (lambda shop: console.queue("Inbox", peek=True), ("Inbox", "Good morning.")),
    "show": (lambda shop: console.show(shop.second), (CAUGHT, FAILED, "Not visited: Pause")),
    "stack": (lambda shop: console.stack(STACK), ("Orders", "Inbox", "News", "Workflow")),
    "state": (
        lambda shop: console.state(shop.second, "WriteOrder"),
        ("WriteOrder", "ResultPath", "ConditionalCheckFailedException"),
    ),
    "table": (lambda shop: console.table("Orders"), ("items: 1", "order-1")),
    "timeline": (
        lambda shop: console.timeline(shop.first),
        ("Workflow, execution first: SUCCEEDED", "Pause"),
    ),
    "topic": (lambda shop: console.topic("News"), ("News", "sqs", "Inbox")),
    "watch": (lambda shop: console.watch(shop.second), (CAUGHT, FAILED, "FAILED after")),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_console_shows_it(name: str, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    call, expected = CALLS[name]
    shown = call(shop)
    said = capsys.readouterr().out + (repr(shown) if shown is not None else "")
    assert [words for words in expected if words not in said] == [], said


@pytest.mark.usefixtures("shop")
def test_what_its_history_leaves_out_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    count = {"StartAt": "Count", "States": {"Count": {"Type": "Pass", "End": True}}}
    look = {"Type": "Parallel", "Branches": [count], "End": True}
    machine = boto3.client("stepfunctions").create_state_machine(
        name="Look",
        definition=json.dumps({"StartAt": "Look", "States": {"Look": look}}),
        roleArn="arn:aws:iam::000000000000:role/any",
    )
    console.show(execute(machine["stateMachineArn"], "look", {}))
    said = capsys.readouterr().out
    assert "  Not visited: Count\n  The history does not tell what Look ran.\n" in said


def test_it_shows_a_state_machine(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    console.show(shop.machine)
    assert "WriteOrder" in capsys.readouterr().out


def test_what_only_the_local_aws_can_do_says_so(shop: Shop) -> None:
    from localaws import branching

    with pytest.raises(RuntimeError, match="Only an execution of the local AWS"):
        console.branch(shop.first, at="IsLarge", change=branching.input({"total": 1}))


def test_every_call_of_the_console_is_tried() -> None:
    assert {*CALLS, "branch"} == set(console.__all__)
