"""15.3: the rule that finds what was cut off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="15.3",
    title="Nobody forgotten",
    level="core",
    features="all",
    task="""\
Somebody has deleted the rule that starts the undoing, and no copy is left. Write its event pattern
anew, from nothing but what must hold: the undoing is started for **every** execution of
`dev-OrderSagaWorkflow` that has ended **without** success, however it ended; never for one that
runs or has succeeded, and never for an execution of another state machine. `saga_arn` holds the ARN
of the right one. EventBridge's events about executions come from `aws.states`.

Give `pattern` its value in the cell below: a dict, as `put_rule` takes it as JSON.""",
    files=(),
    hints=(
        (
            "Which statuses can an execution have? DescribeExecution lists them. Three of them are "
            "ends without success, and no Catch sees two of those."
        ),
        (
            "A pattern is built like the event: `source`, `detail-type`, and within `detail` what "
            "must be there. Each value is a list of what is welcome."
        ),
        (
            '`{"source": ["aws.states"], "detail-type": ["Step Functions Execution Status '
            'Change"], "detail": {"stateMachineArn": [saga_arn], "status": [three of them]}}`'
        ),
    ),
)


def _event(shop: Shop, machine: str, status: str, source: str = "aws.states") -> dict[str, Any]:
    """What EventBridge gets when an execution changes its status."""
    arn = shop.stack.outputs[machine]
    return {
        "id": "315c1398-40ff-a850-213b-158f73e60175",
        "source": source,
        "detail-type": "Step Functions Execution Status Change",
        "account": arn.split(":")[4],
        "region": arn.split(":")[3],
        "time": "2026-11-24T15:05:00Z",
        "resources": [f"{arn.replace(':stateMachine:', ':execution:')}:order-1"],
        "detail": {"stateMachineArn": arn, "name": "order-1", "status": status},
    }


def _started(shop: Shop, event: dict[str, Any]) -> str:
    """Whether the learner's rule would start the undoing."""
    try:
        found = boto3.client("events").test_event_pattern(
            EventPattern=json.dumps(shop.answer), Event=json.dumps(event)
        )
    except ClientError as error:
        return f"refused by EventBridge ({error.response['Error']['Code']})"
    return "undone" if found["Result"] else "left alone"


def _finding(got: str, expected: str, because: str) -> Finding:
    return Finding(expected, got, got == expected, because)


@exercise.scenario("A saga that has failed")
def _failed(shop: Shop) -> Finding:
    got = _started(shop, _event(shop, "OrderSagaWorkflowArn", "FAILED"))
    return _finding(
        got, "undone", f"An execution of the saga has failed and must be undone; it was {got}."
    )


@exercise.scenario("A saga that somebody has stopped")
def _aborted(shop: Shop) -> Finding:
    got = _started(shop, _event(shop, "OrderSagaWorkflowArn", "ABORTED"))
    return _finding(
        got, "undone", "Whoever stops an execution leaves its reservation behind: status ABORTED."
    )


@exercise.scenario("A saga that ran out of time")
def _timed_out(shop: Shop) -> Finding:
    got = _started(shop, _event(shop, "OrderSagaWorkflowArn", "TIMED_OUT"))
    return _finding(
        got, "undone", "The machine's TimeoutSeconds end an execution as TIMED_OUT, and no Catch."
    )


@exercise.scenario("A saga that has begun, or succeeded")
def _not_over(shop: Shop) -> Finding:
    statuses = ("RUNNING", "SUCCEEDED")
    told = [_started(shop, _event(shop, "OrderSagaWorkflowArn", status)) for status in statuses]
    got = next((one for one in told if one != "left alone"), "left alone")
    return _finding(
        got,
        "left alone",
        "Step Functions tells of a start as well, with the status RUNNING. An order that is under "
        "way, or has come to its good end, must not be undone.",
    )


@exercise.scenario("An undoing that has failed")
def _undo(shop: Shop) -> Finding:
    got = _started(shop, _event(shop, "UndoOrderWorkflowArn", "FAILED"))
    return _finding(
        got,
        "left alone",
        "If a failed undoing started an undoing, that would fail as well, and start the next one, "
        "for ever.",
    )


@exercise.scenario("Somebody else's event")
def _other_source(shop: Shop) -> Finding:
    event = _event(shop, "OrderSagaWorkflowArn", "FAILED", "shop.drill")
    got = _started(shop, event)
    return _finding(
        got,
        "left alone",
        "Anybody who may call PutEvents can send an event that looks like this one. Only AWS can "
        "send one whose source begins with aws.",
    )
