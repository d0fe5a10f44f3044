"""Events that Lambda queues: lambda/latest/dg/invocation-async-error-handling.html"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

FAILS = "def lambda_handler(event, context): raise ValueError('on purpose')"


@pytest.fixture
def make_target() -> Any:
    """Make a queue; returns its ARN, and a call that gives the messages that it holds."""
    numbers = iter(range(100))

    def make() -> tuple[str, Any]:
        sqs = boto3.client("sqs")
        name = f"target-{next(numbers)}-{datetime.now():%f}"  # noqa: DTZ005
        arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
        anybody = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"}
        policy = {"Version": "2012-10-17", "Statement": [anybody | {"Resource": arn}]}
        attributes = {"Policy": json.dumps(policy)}
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

        def messages() -> list[dict[str, Any]]:
            answer = sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
            )
            return list(answer.get("Messages", []))

        return arn, messages

    return make


def send(function: str, event: Any = None) -> None:
    boto3.client("lambda").invoke(
        FunctionName=function, InvocationType="Event", Payload=json.dumps(event)
    )


def starts(function: str) -> list[tuple[float, str]]:
    """When each invocation began, and the id of its request."""
    events = boto3.client("logs").filter_log_events(
        logGroupName=f"/aws/lambda/{function}", filterPattern="START"
    )["events"]
    return [
        (e["timestamp"] / 1000, e["message"].split()[2])
        for e in events
        if e["message"].startswith("START")
    ]


def test_a_function_that_fails_is_tried_three_times(
    make_function: Any, make_target: Any, cloud: Any
) -> None:
    arn, letters = make_target()
    name = make_function(FAILS, DeadLetterConfig={"TargetArn": arn})
    send(name, {"order": 1})
    cloud.clock.advance(minutes=10)
    seen = starts(name)
    first, second, third = (when for when, _ in seen)
    assert second - first == pytest.approx(60, abs=2)
    assert third - second == pytest.approx(120, abs=2)
    assert len({request_id for _, request_id in seen}) == 1
    (letter,) = letters()
    assert json.loads(letter["Body"]) == {"order": 1}
    values = {k: (v["DataType"], v["StringValue"]) for k, v in letter["MessageAttributes"].items()}
    assert values == {
        "RequestID": ("String", seen[0][1]),
        "ErrorCode": ("Number", "200"),
        "ErrorMessage": ("String", "on purpose"),
    }


def test_a_success_is_not_repeated_and_has_a_record(
    make_function: Any, make_target: Any, cloud: Any
) -> None:
    (success, good), (failure, bad) = make_target(), make_target()
    name = make_function("def lambda_handler(event, context): return {'done': event}")
    boto3.client("lambda").put_function_event_invoke_config(
        FunctionName=name,
        DestinationConfig={
            "OnSuccess": {"Destination": success},
            "OnFailure": {"Destination": failure},
        },
    )
    send(name, 7)
    cloud.clock.advance(minutes=10)
    ((_, request_id),) = starts(name)
    (record,) = (json.loads(message["Body"]) for message in good())
    assert record.pop("timestamp").endswith("Z")
    assert record == {
        "version": "1.0",
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"arn:aws:lambda:us-east-1:123456789012:function:{name}:$LATEST",
            "condition": "Success",
            "approximateInvokeCount": 1,
        },
        "requestPayload": 7,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": {"done": 7},
    }
    assert bad() == []


def test_what_has_failed_for_good_has_a_record(
    make_function: Any, make_target: Any, cloud: Any
) -> None:
    arn, records = make_target()
    name = make_function(FAILS)
    client = boto3.client("lambda")
    client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=2)
    client.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    send(name, {"a": 1})
    cloud.clock.advance(minutes=10)
    (record,) = (json.loads(message["Body"]) for message in records())
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert record["responsePayload"]["errorMessage"] == "on purpose"
    kept = client.get_function_event_invoke_config(FunctionName=name)
    assert kept["MaximumRetryAttempts"] == 1


def test_every_kind_of_destination(make_function: Any, make_target: Any, cloud: Any) -> None:
    sns, events, client = (boto3.client(name) for name in ("sns", "events", "lambda"))
    queue, received = make_target()
    topic = sns.create_topic(Name="results")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    events.put_rule(Name="results", EventPattern=json.dumps({"source": ["lambda"]}))
    events.put_targets(Rule="results", Targets=[{"Id": "queue", "Arn": queue}])
    next_one = make_function("def lambda_handler(event, context): print(event['responsePayload'])")
    arn = client.get_function(FunctionName=next_one)["Configuration"]["FunctionArn"]
    bus = "arn:aws:events:us-east-1:123456789012:event-bus/default"
    for target in (topic, bus, arn):
        name = make_function("def lambda_handler(event, context): return 'done'")
        client.put_function_event_invoke_config(
            FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": target}}
        )
        send(name)
        cloud.clock.advance(seconds=30)
    first, second = (json.loads(message["Body"]) for message in received())
    assert json.loads(first["Message"])["responsePayload"] == "done"
    assert second["detail-type"] == "Lambda Function Invocation Result - Success"
    assert second["resources"][0] == bus
    assert second["detail"]["responsePayload"] == "done"
    logs = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{next_one}")
    assert "done" in [event["message"] for event in logs["events"]]
    events.remove_targets(Rule="results", Ids=["queue"])
    events.delete_rule(Name="results")


def test_a_throttled_event_waits_until_it_is_too_old(
    make_function: Any, make_target: Any, cloud: Any
) -> None:
    from localaws import faults

    arn, letters = make_target()
    name = make_function(FAILS, DeadLetterConfig={"TargetArn": arn})
    boto3.client("lambda").put_function_event_invoke_config(
        FunctionName=name, MaximumEventAgeInSeconds=60
    )
    with faults.inject(function=name, error="Lambda.TooManyRequestsException") as fault:
        send(name)
        cloud.clock.advance(minutes=10)
    assert fault.struck == 6  # after 0, 1, 3, 7, 15 and 31 seconds; then it would be 63
    (letter,) = letters()
    assert letter["MessageAttributes"]["ErrorCode"]["StringValue"] == "429"
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "Rate Exceeded."


def test_no_concurrency_at_all(make_function: Any, make_target: Any, cloud: Any) -> None:
    """Events go to the dead-letter queue at once, without any retry."""
    arn, letters = make_target()
    name = make_function(FAILS, DeadLetterConfig={"TargetArn": arn})
    boto3.client("lambda").put_function_concurrency(
        FunctionName=name, ReservedConcurrentExecutions=0
    )
    send(name)
    cloud.clock.advance(seconds=1)
    assert len(letters()) == 1


def test_a_deleted_function_is_not_tried_again(make_function: Any, cloud: Any) -> None:
    name = make_function(FAILS)
    send(name)
    cloud.clock.advance(seconds=10)
    boto3.client("lambda").delete_function(FunctionName=name)
    cloud.clock.advance(minutes=10)
    assert len(starts(name)) == 1


def test_a_deleted_target_harms_nobody(make_function: Any, cloud: Any, caplog: Any) -> None:
    arn = "arn:aws:sqs:us-east-1:123456789012:nowhere"
    name = make_function(FAILS, DeadLetterConfig={"TargetArn": arn})
    send(name)
    cloud.clock.advance(minutes=10)
    assert len(starts(name)) == 3
    assert "was lost" in caplog.text


def test_a_role_that_may_not_send(
    make_function: Any, make_role: Any, cloud: Any, caplog: Any
) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="without-a-policy")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:without-a-policy"
    logs = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    name = make_function(FAILS, DeadLetterConfig={"TargetArn": arn})
    boto3.client("lambda").update_function_configuration(FunctionName=name, Role=make_role(logs))
    send(name)
    cloud.clock.advance(minutes=10)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    assert "does not allow sqs:SendMessage" in caplog.text
