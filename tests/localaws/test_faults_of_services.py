"""Faults of tables, queues, topics and services, and what the seed decides of them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest

import localaws
from localaws import clock, faults
from tests.localaws.anyrole import any_role

SECOND = timedelta(seconds=1)
NUMBERS = itertools.count()
# One AWS call without boto3's own retries; returns what it saw of an error.
CALLER = """
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

def lambda_handler(event, context):
    once = Config(retries={"max_attempts": 0})
    client = boto3.client(event["service"], config=once)
    try:
        getattr(client, event["call"])(**event["parameters"])
    except ClientError as error:
        answer = error.response
        return [type(error).__name__, answer["Error"]["Code"], answer["Error"]["Message"],
                answer["ResponseMetadata"]["HTTPStatusCode"]]
"""
THROUGHPUT = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)
TABLE_ITEM = {"id": {"S": "1"}}


@pytest.fixture(autouse=True)
def no_faults_left(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "cloud" in request.fixturenames:
        faults.clear()


@pytest.fixture
def call(make_function: Any, invoke: Any) -> Any:
    """Have a handler make one AWS call; returns what it saw of an error, or None."""
    function = make_function(CALLER, Timeout=5)

    def make(service: str, operation: str, **parameters: Any) -> Any:
        event = {"service": service, "call": operation, "parameters": parameters}
        return invoke(function, event)["payload"]

    return make


def items(table: str) -> list[Any]:
    """What a cell sees of the table."""
    return list(boto3.client("dynamodb").scan(TableName=table)["Items"])


def task(resource: str, **parameters: Any) -> dict[str, Any]:
    """A state machine of one Task, which may take 20 seconds."""
    state = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Parameters": parameters,
        "TimeoutSeconds": 20,
        "End": True,
    }
    return {"StartAt": "Call", "States": {"Call": state}}


def put_item(table: str) -> dict[str, Any]:
    return task("dynamodb:putItem", TableName=table, Item=TABLE_ITEM)


def publish(topic: str) -> dict[str, Any]:
    return task("sns:publish", TopicArn=topic, Message="m")


@pytest.mark.parametrize(
    ("code", "exception", "message", "status"),
    [
        (
            "ProvisionedThroughputExceededException",
            "ProvisionedThroughputExceededException",
            THROUGHPUT,
            400,
        ),
        (
            "InternalServerError",
            "InternalServerError",
            "An error occurred on the server side.",
            500,
        ),
        (
            "ServiceUnavailable",
            "ClientError",
            "The request has failed due to a temporary failure of the server.",
            503,
        ),
    ],
)
def test_a_table_refuses_writes(
    call: Any, table: str, code: str, exception: str, message: str, status: int
) -> None:
    """Nothing is written, and what is not among the operations passes."""
    fault = faults.inject(
        table=table, operations=["PutItem", "BatchWriteItem", "TransactWriteItems"], error=code
    )
    put = {"TableName": table, "Item": TABLE_ITEM}
    batch = {table: [{"PutRequest": {"Item": TABLE_ITEM}}]}
    seen = [exception, code, message, status]
    assert call("dynamodb", "put_item", **put) == seen
    assert call("dynamodb", "batch_write_item", RequestItems=batch) == seen
    assert call("dynamodb", "transact_write_items", TransactItems=[{"Put": put}]) == seen
    assert call("dynamodb", "get_item", TableName=table, Key=TABLE_ITEM) is None
    assert fault.struck == 3
    assert items(table) == []


def test_another_table_is_not_struck(call: Any, table: str, shop: Any) -> None:
    fault = faults.inject(table=shop.output("OrdersTableName"), error="InternalServerError")
    assert call("dynamodb", "put_item", TableName=table, Item=TABLE_ITEM) is None
    assert (items(table), fault.struck) == ([TABLE_ITEM], 0)


def test_each_service_answers_in_its_protocol(call: Any, cloud: Any) -> None:
    """JSON, query-compatible JSON, XML, REST with JSON, REST with XML."""
    queue = boto3.client("sqs").create_queue(QueueName="struck")["QueueUrl"]
    topic = boto3.client("sns").create_topic(Name="struck")["TopicArn"]
    faults.inject(queue=queue, error="QueueDoesNotExist", message="gone")
    faults.inject(topic=topic, error="Throttled", message="slow <down>")
    faults.inject(service="lambda", operations=["Invoke"], error="ServiceException")
    faults.inject(service="s3", error="ServiceUnavailable")
    faults.inject(service="stepfunctions", error="ThrottlingException")

    sent = call("sqs", "send_message", QueueUrl=queue, MessageBody="m")
    query_code = "AWS.SimpleQueueService.NonExistentQueue"
    assert sent == ["QueueDoesNotExist", query_code, "gone", 400]
    published = call("sns", "publish", TopicArn=topic, Message="m")
    assert published == ["ThrottledException", "Throttled", "slow <down>", 429]
    assert call("lambda", "invoke", FunctionName="any")[1::2] == ["ServiceException", 500]
    assert call("lambda", "list_functions") is None
    assert call("s3", "list_buckets")[1::2] == ["ServiceUnavailable", 503]
    assert call("stepfunctions", "list_state_machines")[1::2] == ["ThrottlingException", 400]


def test_a_cell_meets_no_fault_of_a_service(table: str) -> None:
    """Whoever looks at the stack sees it as it is, and can mend it."""
    fault = faults.inject(table=table, error="InternalServerError", latency=60)
    boto3.client("dynamodb").put_item(TableName=table, Item=TABLE_ITEM)
    assert (items(table), fault.struck) == ([TABLE_ITEM], 0)


def test_a_state_machine_sees_the_services_error(table: str, make_machine: Any, shop: Any) -> None:
    machine = make_machine(put_item(table))
    with faults.inject(table=table, error="ProvisionedThroughputExceededException"):
        run = shop.run({}, "refused", machine)
    name = "DynamoDB.ProvisionedThroughputExceededException"
    assert run.description["error"] == name
    failed = next(e["taskFailedEventDetails"] for e in run.events if e["type"] == "TaskFailed")
    assert (failed["error"], failed["resourceType"]) == (name, "dynamodb")
    assert failed["cause"].startswith(
        f"{THROUGHPUT} (Service: AmazonDynamoDBv2; Status Code: 400; "
        "Error Code: ProvisionedThroughputExceededException; Request ID: "
    )
    assert items(table) == []
    assert shop.run({}, "passes", machine).status == "SUCCEEDED"


def test_a_topics_error_in_a_state_machine(make_machine: Any, shop: Any) -> None:
    topic = boto3.client("sns").create_topic(Name="struck-task")["TopicArn"]
    faults.inject(topic=topic, error="InternalError")
    run = shop.run({}, "topic", make_machine(publish(topic)))
    assert run.description["error"] == "SNS.InternalErrorException"


@pytest.mark.simulated_clock
def test_a_slow_service_slows_its_callers(
    call: Any, table: str, make_machine: Any, shop: Any
) -> None:
    with faults.inject(table=table, latency=3):
        began = clock.now
        assert call("dynamodb", "put_item", TableName=table, Item=TABLE_ITEM) is None
        assert 3 * SECOND <= clock.now - began < 5 * SECOND
        run = shop.run({}, "slow", make_machine(put_item(table)))
        took = run.description["stopDate"] - run.description["startDate"]
        assert 3 * SECOND <= took < 4 * SECOND


def test_a_service_slower_than_the_timeout(call: Any, table: str) -> None:
    """The request is never carried out: the function is ended while it waits."""
    faults.inject(table=table, latency=6)
    seen = call("dynamodb", "put_item", TableName=table, Item=TABLE_ITEM)
    assert seen["errorType"] == "Sandbox.Timedout"
    assert items(table) == []


@pytest.mark.simulated_clock
def test_a_service_slower_than_a_task_may_be(make_machine: Any, shop: Any) -> None:
    faults.inject(service="sns", latency=30)
    run = shop.run({}, "too-slow", make_machine(publish("any")))
    assert run.description["error"] == "States.Timeout"
    assert "TaskTimedOut" in [event["type"] for event in run.events]


@pytest.mark.simulated_clock
def test_boto3s_own_retries_outlast_a_short_window(
    make_function: Any, invoke: Any, table: str
) -> None:
    """Their backoff passes in simulated time, and each attempt meets the fault anew."""
    function = make_function(
        f"""
        import boto3
        from botocore.config import Config
        def lambda_handler(event, context):
            client = boto3.client("dynamodb", config=Config(retries={{"total_max_attempts": 20}}))
            client.put_item(TableName={table!r}, Item={TABLE_ITEM!r})
        """,
        Timeout=300,
    )
    fault = faults.inject(
        table=table,
        error="ProvisionedThroughputExceededException",
        until=clock.now + 5 * SECOND,
    )
    assert invoke(function)["error"] is None
    assert fault.struck > 1
    assert items(table) == [TABLE_ITEM]


def count_strikes(seed: int, *others: str) -> list[str]:
    """Which of 40 executions fail at a rate of 0.3; on a local AWS of its own."""
    localaws.start(seed=seed)
    try:
        boto3.client("dynamodb").create_table(
            TableName="rows",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        for other in others:
            faults.inject(service="dynamodb", latency=0.1, rate=0.5, name=other)
        fault = faults.inject(table="rows", error="InternalServerError", rate=0.3)
        client = boto3.client("stepfunctions")
        role = any_role()
        arn = client.create_state_machine(
            name="m", definition=json.dumps(put_item("rows")), roleArn=role
        )["stateMachineArn"]
        started = [client.start_execution(stateMachineArn=arn) for _ in range(40)]
        executions = [one["executionArn"] for one in started]
        clock.run_until(*executions)
        statuses = [client.describe_execution(executionArn=e)["status"] for e in executions]
        assert fault.struck == statuses.count("FAILED")
        return statuses
    finally:
        localaws.stop()


def test_the_seed_decides_who_is_struck() -> None:
    first = count_strikes(7)
    assert first == count_strikes(7)
    assert first != count_strikes(8)
    assert 6 <= first.count("FAILED") <= 19  # 12 are expected, and 3 standard deviations allowed


def test_a_fault_draws_whatever_others_do() -> None:
    assert count_strikes(7).count("FAILED") == count_strikes(7, "one", "two").count("FAILED")


def test_no_fault_outlives_its_local_aws() -> None:
    localaws.start()
    try:
        with faults.inject(service="sns", latency=1):
            localaws.reset()
            assert faults.active() == []
    finally:
        localaws.stop()
    with pytest.raises(RuntimeError, match="not started"):
        faults.active()
