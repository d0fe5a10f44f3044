"""EventBridge Pipes from a queue: docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.simulated_clock

STATES = {
    "TargetParameters": {
        "StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"}
    }
}


def executions(machine: str) -> list[dict[str, Any]]:
    """The inputs and names of a machine's executions."""
    client = boto3.client("stepfunctions")
    found = client.list_executions(stateMachineArn=machine)["executions"]
    return [client.describe_execution(executionArn=one["executionArn"]) for one in found]


@pytest.fixture
def machine(make_machine: Any) -> str:
    return str(make_machine({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}))


def test_a_state_machine_gets_an_array_of_records(
    cloud: Any, make_queue: Any, make_pipe: Any, machine: str
) -> None:
    source = make_queue()
    make_pipe(source, machine, **STATES)
    source.send('{"orderId": "a"}', '{"orderId": "b"}')
    cloud.clock.advance(seconds=30)
    started = [json.loads(one["input"]) for one in executions(machine)]
    records = [record for batch in started for record in batch]
    assert sorted(record["body"] for record in records) == ['{"orderId": "a"}', '{"orderId": "b"}']
    assert records[0]["eventSource"] == "aws:sqs"
    assert records[0]["eventSourceARN"] == source.arn
    assert source.bodies() == []


def test_a_template_is_filled_for_each_record(
    cloud: Any, make_queue: Any, make_pipe: Any, machine: str
) -> None:
    source = make_queue()
    template = (
        '{"id": <$.body.orderId>, "said": "order <$.body.orderId>", "items": <$.body.items>, '
        '"pipe": <aws.pipes.pipe-name>}'
    )
    parameters = {**STATES["TargetParameters"], "InputTemplate": template}
    name = make_pipe(source, machine, TargetParameters=parameters)
    source.send('{"orderId": "a", "items": [1, 2]}')
    cloud.clock.advance(seconds=30)
    [one] = executions(machine)
    assert json.loads(one["input"]) == [
        {"id": "a", "said": "order a", "items": [1, 2], "pipe": name}
    ]


def test_a_filter(cloud: Any, make_queue: Any, make_pipe: Any) -> None:
    source, target = make_queue(), make_queue()
    criteria = {"Filters": [{"Pattern": '{"body": {"kind": ["order"]}}'}]}
    make_pipe(
        source,
        target.arn,
        SourceParameters={"FilterCriteria": criteria},
        TargetParameters={"InputTemplate": "<$.body>"},
    )
    source.send('{"kind": "note"}', '{"kind": "order"}')
    cloud.clock.advance(seconds=30)
    assert target.read() == [{"kind": "order"}]
    assert source.bodies() == []


def test_a_queue_gets_each_record_for_itself(cloud: Any, make_queue: Any, make_pipe: Any) -> None:
    source, target = make_queue(), make_queue()
    make_pipe(source, target.arn)
    source.send("a", "b")
    cloud.clock.advance(seconds=30)
    records = target.read()
    assert [record["body"] for record in records] == ["a", "b"]
    assert records[0]["attributes"]["ApproximateReceiveCount"] == "1"


def test_a_function_may_report_what_has_failed(
    cloud: Any, make_queue: Any, make_pipe: Any, make_function: Any
) -> None:
    source, seen = make_queue(VisibilityTimeout="60"), make_queue()
    name = make_function(f"""
        import boto3, json
        def lambda_handler(event, context):
            bodies = [record["body"] for record in event]
            boto3.client("sqs").send_message(QueueUrl={seen.url!r}, MessageBody=json.dumps(bodies))
            bad = [r["messageId"] for r in event if r["body"] == "bad"]
            return {{"batchItemFailures": [{{"itemIdentifier": one}} for one in bad]}}
    """)
    make_pipe(source, f"arn:aws:lambda:us-east-1:123456789012:function:{name}")
    source.send("good", "bad")
    cloud.clock.advance(seconds=30)
    assert seen.read() == [["good", "bad"]]
    cloud.clock.advance(seconds=60)
    assert seen.read() == [["bad"]]


def test_what_a_role_does_not_allow_stays_on_the_queue(
    cloud: Any, make_queue: Any, make_pipe: Any, make_role: Any
) -> None:
    source, target = make_queue(VisibilityTimeout="60"), make_queue()
    reads = {"Effect": "Allow", "Action": ["sqs:ReceiveMessage"], "Resource": "*"}
    make_pipe(source, target.arn, RoleArn=make_role(reads))
    source.send("order")
    cloud.clock.advance(seconds=200)
    assert target.bodies() == []
    cloud.clock.advance(seconds=60)


def test_stopping_and_starting(cloud: Any, make_queue: Any, make_pipe: Any) -> None:
    client = boto3.client("pipes")
    source, target = make_queue(), make_queue()
    name = make_pipe(source, target.arn, TargetParameters={"InputTemplate": "<$.body>"})

    def state() -> str:
        return str(client.describe_pipe(Name=name)["CurrentState"])

    assert state() == "RUNNING"
    assert client.stop_pipe(Name=name)["CurrentState"] == "STOPPING"
    assert [state(), state()] == ["STOPPED", "STOPPED"]
    source.send("1")
    cloud.clock.advance(minutes=1)
    assert target.read() == []
    assert client.start_pipe(Name=name)["CurrentState"] == "STARTING"
    cloud.clock.advance(seconds=30)
    assert (state(), target.read()) == ("RUNNING", [1])


def test_what_is_refused(make_queue: Any, make_pipe: Any, machine: str) -> None:
    source = make_queue()
    topic = "arn:aws:sns:us-east-1:123456789012:topic"
    queue = make_queue().arn
    for target, given in (
        (topic, {}),
        (machine, {}),
        (queue, {"Enrichment": "arn:aws:lambda:us-east-1:123456789012:function:f"}),
        (queue, {"SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": "text"}]}}}),
    ):
        with pytest.raises(ClientError, match="ValidationException"):
            make_pipe(source, target, **given)
