"""What tasks return, and what their errors are called.

Recorded from AWS by others (localstack/localstack, tests/aws/services/stepfunctions/v2/services and
.../error_handling) where a comment does not say otherwise.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import boto3
import pytest

NUMBERS = itertools.count()
OPTIMIZED = "arn:aws:states:::"
SDK = "arn:aws:states:::aws-sdk:"
ANY_ID = r"[0-9A-Za-z-]+"


@pytest.fixture
def task(run: Any) -> Any:
    """Run a Task of a resource with some parameters; returns its outcome."""

    def task(resource: str, given: Any = None, **fields: Any) -> Any:
        state = {"Type": "Task", "Resource": resource, **fields}
        return run({**state, "Parameters": given} if given is not None else state)

    return task


@pytest.fixture
def queue(cloud: Any) -> str:
    answer = boto3.client("sqs").create_queue(QueueName=f"queue-{next(NUMBERS)}")
    return str(answer["QueueUrl"])


@pytest.fixture
def topic(cloud: Any) -> str:
    return str(boto3.client("sns").create_topic(Name=f"topic-{next(NUMBERS)}")["TopicArn"])


@pytest.fixture
def echo(make_function: Any) -> str:
    return str(make_function("def lambda_handler(event, context): return event"))


def metadata_of(output: dict[str, Any]) -> list[str]:
    """The names of the headers of an output, in their order."""
    metadata = output["SdkHttpMetadata"]
    assert metadata["HttpStatusCode"] == 200
    headers = metadata["AllHttpHeaders"]
    assert {name: value for name, [value] in headers.items()} == metadata["HttpHeaders"]
    assert list(metadata["HttpHeaders"]) == sorted(headers, key=str.lower)
    request_id = output["SdkResponseMetadata"]["RequestId"]
    assert headers["x-amzn-RequestId"] == [request_id]
    return list(headers)


class TestOutputs:
    def test_of_a_function(self, task: Any, echo: str) -> None:
        given = {"FunctionName": echo, "Payload": {"a": [1, "ü"]}}
        output = task(f"{OPTIMIZED}lambda:invoke", given).output
        assert list(output) == [
            "ExecutedVersion", "Payload", "SdkHttpMetadata", "SdkResponseMetadata", "StatusCode",
        ]  # fmt: skip
        assert (output["ExecutedVersion"], output["StatusCode"]) == ("$LATEST", 200)
        assert output["Payload"] == {"a": [1, "ü"]}
        assert metadata_of(output) == [
            "X-Amz-Executed-Version", "x-amzn-Remapped-Content-Length", "Connection",
            "x-amzn-RequestId", "Content-Length", "Date", "X-Amzn-Trace-Id", "Content-Type",
        ]  # fmt: skip

    def test_of_a_table(self, task: Any, table: str) -> None:
        item = {"id": {"S": "1"}}
        output = task(f"{OPTIMIZED}dynamodb:putItem", {"TableName": table, "Item": item}).output
        assert list(output) == ["SdkHttpMetadata", "SdkResponseMetadata"]
        assert metadata_of(output)[:2] == ["Server", "Connection"]
        assert output["SdkHttpMetadata"]["HttpHeaders"]["x-amz-crc32"] == "2745614147"  # of {}
        key = {"TableName": table, "Key": item}
        assert task(f"{OPTIMIZED}dynamodb:getItem", key).output["Item"] == item

    def test_of_a_queue(self, task: Any, queue: str) -> None:
        given = {"QueueUrl": queue, "MessageBody": {"a": 1}}
        output = task(f"{OPTIMIZED}sqs:sendMessage", given).output
        assert list(output) == [
            "MD5OfMessageBody", "MessageId", "SdkHttpMetadata", "SdkResponseMetadata",
        ]  # fmt: skip
        assert metadata_of(output)[1] == "connection"
        [message] = boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]
        assert message["Body"] == '{"a":1}'

    def test_of_a_topic(self, task: Any, topic: str) -> None:
        output = task(f"{OPTIMIZED}sns:publish", {"TopicArn": topic, "Message": {"a": 1}}).output
        assert list(output) == ["MessageId", "SdkHttpMetadata", "SdkResponseMetadata"]
        assert metadata_of(output)[-1] == "Content-Type"

    def test_of_events(self, task: Any) -> None:
        entry = {"Detail": {"a": 1}, "DetailType": "d", "Source": "s"}
        output = task(f"{OPTIMIZED}events:putEvents", {"Entries": [entry]}).output
        assert list(output) == ["Entries", "FailedEntryCount"]

    def test_of_a_started_execution(self, task: Any, make_machine: Any) -> None:
        child = make_machine({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
        output = task(f"{OPTIMIZED}states:startExecution", {"StateMachineArn": child}).output
        assert list(output) == [
            "ExecutionArn", "SdkHttpMetadata", "SdkResponseMetadata", "StartDate",
        ]  # fmt: skip
        assert isinstance(output["StartDate"], int)

    def test_of_the_sdk(self, task: Any, table: str, make_machine: Any) -> None:
        """Measured: the SDK's names, ISO 8601, and no metadata."""
        child = make_machine({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
        started = task(f"{SDK}sfn:startExecution", {"StateMachineArn": child, "Input": {}}).output
        assert list(started) == ["ExecutionArn", "StartDate"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", started["StartDate"])
        described = task(f"{SDK}dynamodb:describeTable", {"TableName": table}).output
        assert described["Table"]["TableName"] == table

    def test_of_an_object(self, task: Any, cloud: Any) -> None:
        boto3.client("s3").create_bucket(Bucket="outputs")
        put = {"Bucket": "outputs", "Key": "k", "Body": {"x": 1}}
        assert "ETag" in task(f"{SDK}s3:putObject", put).output
        got = task(f"{SDK}s3:getObject", {"Bucket": "outputs", "Key": "k"}).output
        assert got["Body"] == '{"x":1}'

    def test_of_a_bare_function(self, run: Any, echo: str) -> None:
        arn = f"arn:aws:lambda:us-east-1:123456789012:function:{echo}"
        outcome = run({"Type": "Task", "Resource": arn, "TimeoutSeconds": 9}, given={"a": 1})
        assert outcome.output == {"a": 1}
        assert outcome.types[2:5] == [
            "LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded",
        ]  # fmt: skip
        scheduled = outcome.details("LambdaFunctionScheduled")
        assert scheduled["resource"] == arn
        assert (scheduled["input"], scheduled["timeoutInSeconds"]) == ('{"a":1}', 9)


V1 = r"\(Service: {}; Status Code: \d+; Error Code: {}; Request ID: " + ANY_ID + r"; Proxy: null\)"
V2 = r"\(Service: {}, Status Code: \d+, Request ID: " + ANY_ID + r"\)"
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/missing"
TOPIC = "arn:aws:sns:us-east-1:123456789012:missing"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:missing"
KEY = {"id": {"S": "a"}}
ERRORS: list[tuple[str, dict[str, Any], str, str]] = [
    (
        f"{OPTIMIZED}lambda:invoke",
        {"FunctionName": "missing"},
        "Lambda.ResourceNotFoundException",
        V1.format("AWSLambda", "ResourceNotFoundException"),
    ),
    (
        f"{OPTIMIZED}dynamodb:getItem",
        {"TableName": "missing", "Key": KEY},
        "DynamoDB.ResourceNotFoundException",
        r"Requested resource not found "
        + V1.format("AmazonDynamoDBv2", "ResourceNotFoundException"),
    ),
    (
        f"{OPTIMIZED}sqs:sendMessage",
        {"QueueUrl": QUEUE, "MessageBody": "a"},
        "SQS.QueueDoesNotExistException",  # the class of the SDK for Java
        V1.format("AmazonSQS", "AWS.SimpleQueueService.NonExistentQueue"),
    ),
    (
        f"{OPTIMIZED}sqs:sendMessage",
        {"QueueUrl": "no-such-queue", "MessageBody": "a"},
        "SQS.SdkClientException",
        "Unable to execute HTTP request: no-such-queue: Name or service not known",
    ),
    (
        f"{OPTIMIZED}sns:publish",
        {"TopicArn": TOPIC, "Message": "a"},
        "SNS.NotFoundException",
        V1.format("AmazonSNS", "NotFound"),
    ),
    (
        f"{OPTIMIZED}events:putEvents",
        {"Entries": [{"Detail": {"a": 1}, "DetailType": "d"}]},
        "EventBridge.FailedEntry",
        re.escape('{"Entries":[{"ErrorCode":"InvalidArgument",')
        + ".*"
        + re.escape('"FailedEntryCount":1}'),
    ),
    (
        f"{OPTIMIZED}states:startExecution",
        {"StateMachineArn": MACHINE},
        "StepFunctions.StateMachineDoesNotExistException",
        V1.format("AWSStepFunctions", "StateMachineDoesNotExist"),
    ),
    (
        f"{SDK}dynamodb:getItem",
        {"TableName": "missing", "Key": KEY},
        "DynamoDb.ResourceNotFoundException",
        "Requested resource not found " + V2.format("DynamoDb"),
    ),
    (
        f"{SDK}sqs:getQueueUrl",
        {"QueueName": "missing"},
        "Sqs.QueueDoesNotExistException",
        V2.format("Sqs"),
    ),
    (
        f"{SDK}sns:publish",
        {"TopicArn": TOPIC, "Message": "a"},
        "Sns.NotFoundException",
        V2.format("Sns"),
    ),
    (
        f"{SDK}sfn:startExecution",
        {"StateMachineArn": MACHINE},
        "Sfn.StateMachineDoesNotExistException",
        V2.format("Sfn"),
    ),
    (
        f"{SDK}s3:listObjectsV2",
        {"Bucket": "missing-bucket"},
        "S3.NoSuchBucketException",
        V2.format("S3"),
    ),
    (
        f"{SDK}ssm:getParameter",
        {"Name": "missing"},
        "Ssm.ParameterNotFoundException",
        V2.format("Ssm"),
    ),
]


# moto warns of error codes that botocore's model of SQS does not name.
@pytest.mark.filterwarnings("ignore:Exception:UserWarning")
@pytest.mark.parametrize(
    ("resource", "given", "error", "cause"),
    ERRORS,
    ids=[f"{case[2]} of {case[0].split(':::')[1]}" for case in ERRORS],
)
def test_an_error_has_awss_name(
    task: Any, resource: str, given: Any, error: str, cause: str
) -> None:
    outcome = task(resource, given)
    assert outcome.failure[0] == error
    assert re.search(cause, outcome.failure[1]), outcome.failure[1]
    details = outcome.details("TaskFailed")
    assert (details["error"], details["cause"]) == outcome.failure


@pytest.mark.filterwarnings("ignore:Exception:UserWarning")
def test_a_message_without_a_body(task: Any, queue: str) -> None:
    outcome = task(f"{OPTIMIZED}sqs:sendMessage", {"QueueUrl": queue})
    assert outcome.failure[0] == "SQS.AmazonSQSException"
    assert "Error Code: MissingParameter" in outcome.failure[1]


def test_an_error_that_no_model_names(task: Any, table: str) -> None:
    given = {"TableName": table, "Key": {"id": {"S": ""}}}
    outcome = task(f"{OPTIMIZED}dynamodb:getItem", given)
    assert outcome.failure[0] == "DynamoDB.AmazonDynamoDBException"
    assert "Error Code: ValidationException" in outcome.failure[1]
    outcome = task(f"{SDK}dynamodb:getItem", given)
    assert outcome.failure[0] == "DynamoDb.DynamoDbException"


@pytest.mark.parametrize("bare", [False, True])
class TestFunctionErrors:
    """docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html: Lambda.Unknown."""

    def fail(self, run: Any, name: str, bare: bool) -> Any:
        if bare:
            arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
            return run({"Type": "Task", "Resource": arn})
        given = {"FunctionName": name}
        return run({"Type": "Task", "Resource": f"{OPTIMIZED}lambda:invoke", "Parameters": given})

    def test_a_function_that_raises(self, run: Any, make_function: Any, bare: bool) -> None:
        name = make_function("def lambda_handler(event, context): raise ValueError('why')")
        outcome = self.fail(run, name, bare)
        assert outcome.failure[0] == "ValueError"
        assert json.loads(outcome.failure[1])["errorMessage"] == "why"
        assert ("LambdaFunctionFailed" if bare else "TaskFailed") in outcome.types

    def test_a_function_that_is_not_there(self, run: Any, cloud: Any, bare: bool) -> None:
        outcome = self.fail(run, "missing", bare)
        assert outcome.failure[0] == "Lambda.ResourceNotFoundException"


def test_a_function_without_an_error_type() -> None:
    from localaws.stepfunctions import taskerrors

    told = '{"errorMessage":"2026-01-05T09:00:03Z 1 Task timed out after 3.00 seconds"}'
    assert taskerrors.of_function(told) == (
        "Lambda.Unknown",
        (
            "The cause could not be determined because Lambda did not return an error type. "
            f"Returned payload: {told}"
        ),
    )
