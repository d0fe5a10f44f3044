"""The API of event source mappings.

Answers and words of errors: recordings of AWS. docs.aws.amazon.com/lambda/latest/api/
API_CreateEventSourceMapping.html and API_EventSourceMappingConfiguration.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.simulated_clock

PASS = "def lambda_handler(event, context): pass"


@pytest.fixture
def client(cloud: Any) -> Any:
    return boto3.client("lambda")


@pytest.fixture
def function(make_function: Any) -> str:
    return str(make_function(PASS, Timeout=20))


@pytest.fixture
def create(client: Any, function: str, make_queue: Any) -> Iterator[Callable[..., Any]]:
    """Create a mapping; returns the answer. Without EventSourceArn, to a queue of its own."""
    made: list[str] = []

    def create(**given: Any) -> dict[str, Any]:
        settings = {"FunctionName": function, **given}
        if "EventSourceArn" not in settings:
            settings["EventSourceArn"] = make_queue().arn
        answer = client.create_event_source_mapping(**settings)
        made.append(answer["UUID"])
        return dict(answer)

    yield create
    for uuid in made:
        with suppress(client.exceptions.ResourceNotFoundException):
            client.delete_event_source_mapping(UUID=uuid)


def refusal(call: Callable[..., Any], **given: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**given)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_the_answer_to_a_creation(create: Any, function: str, make_queue: Any) -> None:
    queue = make_queue()
    answer = create(EventSourceArn=queue.arn)
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 202
    uuid = answer.pop("UUID")
    assert answer.pop("LastModified")
    arn = "arn:aws:lambda:us-east-1:123456789012"
    assert answer == {
        "BatchSize": 10,
        "EventSourceArn": queue.arn,
        "EventSourceMappingArn": f"{arn}:event-source-mapping:{uuid}",
        "FunctionArn": f"{arn}:function:{function}",
        "FunctionResponseTypes": [],
        "MaximumBatchingWindowInSeconds": 0,
        "State": "Creating",
        "StateTransitionReason": "USER_INITIATED",
    }


def test_states(client: Any, create: Any) -> None:
    uuid = create()["UUID"]

    def state() -> str:
        return str(client.get_event_source_mapping(UUID=uuid)["State"])

    def update(**given: Any) -> str:
        return str(client.update_event_source_mapping(UUID=uuid, **given)["State"])

    assert state() == "Enabled"
    assert (update(Enabled=False), state()) == ("Disabling", "Disabled")
    assert (update(Enabled=True), state()) == ("Enabling", "Enabled")
    assert (update(BatchSize=5), state()) == ("Updating", "Enabled")
    assert client.get_event_source_mapping(UUID=uuid)["BatchSize"] == 5
    assert client.delete_event_source_mapping(UUID=uuid)["State"] == "Deleting"
    for call in (client.get_event_source_mapping, client.delete_event_source_mapping):
        assert refusal(call, UUID=uuid) == (
            "ResourceNotFoundException",
            "The resource you requested does not exist.",
        )
    assert refusal(client.update_event_source_mapping, UUID=uuid, BatchSize=1)[0] == (
        "ResourceNotFoundException"
    )


def test_one_that_is_created_disabled(create: Any) -> None:
    assert create(Enabled=False)["State"] == "Disabled"


def test_what_is_stored_comes_back(client: Any, create: Any) -> None:
    given = {
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 5,
        "FilterCriteria": {"Filters": [{"Pattern": '{"body": {"a": [1]}}'}]},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": 10},
    }
    found = client.get_event_source_mapping(UUID=create(**given)["UUID"])
    assert {name: found[name] for name in given} == given


def test_lists(client: Any, create: Any, function: str, make_queue: Any) -> None:
    queue = make_queue()
    first, second = create(EventSourceArn=queue.arn), create()

    def uuids(**by: str) -> list[str]:
        found = client.list_event_source_mappings(**by)["EventSourceMappings"]
        return [mapping["UUID"] for mapping in found]

    both = [first["UUID"], second["UUID"]]
    assert uuids(FunctionName=function) == both
    assert uuids(FunctionName=first["FunctionArn"]) == both
    assert uuids(EventSourceArn=queue.arn) == both[:1]
    assert uuids(EventSourceArn=queue.arn, FunctionName="other") == []


def test_a_queue_feeds_a_function_once(create: Any, function: str, make_queue: Any) -> None:
    queue = make_queue()
    uuid = create(EventSourceArn=queue.arn)["UUID"]
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function}"
    assert refusal(create, EventSourceArn=queue.arn, FunctionName=arn) == (
        "ResourceConflictException",
        (
            f'An event source mapping with SQS arn (" {queue.arn} ") and function (" {function} ") '
            f"already exists. Please update or delete the existing mapping with UUID {uuid}"
        ),
    )


def test_messages_are_hidden_for_as_long_as_the_function_may_run(
    client: Any, create: Any, make_function: Any, make_queue: Any
) -> None:
    words = "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds"
    slow = make_function(PASS, Timeout=60)
    expected = ("InvalidParameterValueException", words)
    assert refusal(create, FunctionName=slow) == expected
    update = client.update_event_source_mapping
    assert refusal(update, UUID=create()["UUID"], FunctionName=slow) == expected


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"BatchSize": 11},
            (
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
                "greater than 10"
            ),
        ),
        ({"StartingPosition": "LATEST"}, "StartingPosition is not valid for SQS event sources."),
        ({"FunctionName": "nobody"}, "Function does not exist"),
        (
            {"EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:nowhere"},
            (
                "Error occurred while ReceiveMessage. SQS Error Code: "
                "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue "
                "does not exist."
            ),
        ),
        *(
            (
                {"FilterCriteria": {"Filters": [{"Pattern": pattern}]}},
                "Invalid filter pattern definition.",
            )
            for pattern in ("text", '"text"', '{"body": "text"}', '{"body": []}')
        ),
    ],
)
def test_what_is_refused(create: Any, given: dict[str, Any], words: str) -> None:
    assert refusal(create, **given) == ("InvalidParameterValueException", words)


def test_an_update_is_checked_as_a_creation(client: Any, create: Any) -> None:
    uuid = create(BatchSize=100, MaximumBatchingWindowInSeconds=1)["UUID"]
    update = client.update_event_source_mapping
    assert refusal(update, UUID=uuid, MaximumBatchingWindowInSeconds=0)[1].startswith(
        "Maximum batch window"
    )
    assert client.update_event_source_mapping(UUID=uuid, BatchSize=10_000)["BatchSize"] == 10_000


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"BatchSize": 10_001, "MaximumBatchingWindowInSeconds": 1}, "batchSize"),
        ({"MaximumBatchingWindowInSeconds": 301}, "maximumBatchingWindowInSeconds"),
        ({"ScalingConfig": {"MaximumConcurrency": 1001}}, "scalingConfig.maximumConcurrency"),
    ],
)
def test_limits(create: Any, given: dict[str, Any], place: str) -> None:
    code, message = refusal(create, **given)
    assert code == "ValidationException"
    assert f"at '{place}' failed to satisfy constraint" in message


def test_a_fifo_queue_has_no_window(create: Any, make_queue: Any) -> None:
    queue = make_queue(FifoQueue="true")
    for given in ({"MaximumBatchingWindowInSeconds": 1}, {"BatchSize": 11}):
        with pytest.raises(ClientError):
            create(EventSourceArn=queue.arn, **given)


def test_a_deleted_or_disabled_mapping_delivers_nothing(
    clock: Any, client: Any, make_queue: Any, consume: Any
) -> None:
    queue = make_queue()
    consumer = consume(queue)
    client.update_event_source_mapping(UUID=consumer.uuid, Enabled=False)
    queue.send("a")
    clock.advance(minutes=1)
    assert consumer.bodies() == []
    client.update_event_source_mapping(UUID=consumer.uuid, Enabled=True)
    clock.advance(seconds=1)
    assert consumer.bodies() == [(60, ["a"])]
    other = make_queue()
    consumer = consume(other)
    client.delete_event_source_mapping(UUID=consumer.uuid)
    other.send("b")
    clock.advance(minutes=1)
    assert other.counts() == (1, 0, 0)


def test_a_batch_on_its_way_comes_to_its_end(
    clock: Any, client: Any, make_queue: Any, consume: Any
) -> None:
    queue = make_queue()
    consumer = consume(queue, "time.sleep(10)")
    queue.send("a")
    clock.advance(seconds=5)
    client.update_event_source_mapping(UUID=consumer.uuid, Enabled=False)
    clock.advance(seconds=10)
    assert consumer.bodies() == [(0, ["a"])]
    assert queue.counts() == (0, 0, 0)


def test_another_function_takes_over(
    clock: Any, client: Any, make_queue: Any, make_function: Any, consume: Any
) -> None:
    queue, told = make_queue(), make_queue()
    consumer = consume(queue)
    code = f"""
        import boto3
        def lambda_handler(event, context):
            boto3.client("sqs").send_message(QueueUrl={told.url!r}, MessageBody="other")
    """
    client.update_event_source_mapping(UUID=consumer.uuid, FunctionName=make_function(code))
    queue.send("a")
    clock.advance(seconds=1)
    assert (consumer.bodies(), told.bodies()) == ([], ["other"])
