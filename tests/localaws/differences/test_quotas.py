"""Quotas of AWS that are not kept here. docs/differences.md names them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

NUMBERS = itertools.count()
SUCCEED: dict[str, Any] = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}


@pytest.fixture
def sfn(cloud: Any) -> Any:
    return boto3.client("stepfunctions")


@pytest.fixture
def run(sfn: Any, cloud: Any, make_machine: Any) -> Callable[..., dict[str, Any]]:
    """Run a definition to its end; returns DescribeExecution's answer."""

    def run(definition: dict[str, Any], payload: Any = None) -> dict[str, Any]:
        started = sfn.start_execution(
            stateMachineArn=make_machine(definition), input=json.dumps(payload or {})
        )
        cloud.clock.run_until(started["executionArn"])
        return dict(sfn.describe_execution(executionArn=started["executionArn"]))

    return run


def test_reserved_concurrency_is_not_kept(
    make_function: Any, make_machine: Any, cloud: Any
) -> None:
    code = "import time\ndef lambda_handler(event, context): time.sleep(60)"
    function = make_function(code, Timeout=100)
    boto3.client("lambda").put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=1
    )
    begun = cloud.clock.now
    for _ in range(3):
        boto3.client("lambda").invoke(FunctionName=function, InvocationType="Event")
    cloud.clock.advance(seconds=70)
    logs = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")
    reports = [e for e in logs["events"] if e["message"].startswith("REPORT")]
    assert len(reports) == 3
    ends = [e["timestamp"] / 1000 - begun.timestamp() for e in reports]
    assert max(ends) < 70


def test_starts_are_never_throttled(sfn: Any, cloud: Any, make_machine: Any) -> None:
    arn = make_machine(SUCCEED)
    begun = cloud.clock.now
    started = [sfn.start_execution(stateMachineArn=arn) for _ in range(1400)]
    assert cloud.clock.now == begun
    cloud.clock.run_until(*(one["executionArn"] for one in started))


def test_a_history_has_more_than_25_000_events(run: Any, sfn: Any) -> None:
    counted = {"n.$": "States.MathAdd($.n, 1)"}
    again = [{"Variable": "$.n", "NumericLessThan": 6300, "Next": "Count"}]
    loop = {
        "Count": {"Type": "Pass", "Parameters": counted, "Next": "Again"},
        "Again": {"Type": "Choice", "Choices": again, "Default": "Done"},
        "Done": {"Type": "Succeed"},
    }
    execution = run({"StartAt": "Count", "States": loop}, {"n": 0})
    assert execution["status"] == "SUCCEEDED"
    arn = execution["executionArn"]
    [last] = sfn.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=1)["events"]
    assert last["id"] > 25_000


def test_an_execution_lasts_longer_than_a_year(run: Any) -> None:
    wait = {"Type": "Wait", "Seconds": 400 * 24 * 3600, "End": True}
    execution = run({"StartAt": "A", "States": {"A": wait}})
    assert execution["status"] == "SUCCEEDED"
    assert execution["stopDate"] - execution["startDate"] == timedelta(days=400)


def test_an_input_of_more_than_256_kib_is_taken(run: Any) -> None:
    """And the execution fails then, where AWS does not start it."""
    execution = run(SUCCEED, "a" * 300_000)
    assert (execution["status"], execution["error"]) == ("FAILED", "States.DataLimitExceeded")


def test_a_name_is_never_free_again(sfn: Any, cloud: Any, make_machine: Any) -> None:
    taken = {"stateMachineArn": make_machine(SUCCEED), "name": "taken"}
    arn = sfn.start_execution(**taken)["executionArn"]
    cloud.clock.run_until(arn)
    cloud.clock.advance(days=91)
    assert sfn.describe_execution(executionArn=arn)["status"] == "SUCCEEDED"
    with pytest.raises(sfn.exceptions.ExecutionAlreadyExists):
        sfn.start_execution(**taken)


def test_more_messages_are_in_flight_than_120_000(cloud: Any) -> None:
    from moto.sqs.models import Message, sqs_backends

    class InFlight(Message):  # to receive 120,000 takes minutes
        visible, delayed = False, False

    sqs, name = boto3.client("sqs"), f"in-flight-{next(NUMBERS)}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="one more")
    queue = sqs_backends["123456789012"]["us-east-1"].queues[name]
    queue._messages.extend([InFlight("id", "in flight", {})] * 120_000)
    counted = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert counted["ApproximateNumberOfMessagesNotVisible"] == "120000"
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
    sqs.delete_queue(QueueUrl=url)
