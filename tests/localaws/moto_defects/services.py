"""Defects of moto's other services. Each function returns True while its defect is there."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch

import _early
import boto3
import moto.sqs.models as sqs_models
import requests
from _aws import error_code, function, invocations, queue, table
from botocore.exceptions import HTTPClientError
from moto.sqs.models import Queue
from urllib3.connectionpool import HTTPConnectionPool


def _is_sent(client: Any) -> bool:
    """Whether a call reaches what would send it."""
    with (
        patch.object(HTTPConnectionPool, "urlopen", side_effect=OSError) as send,
        suppress(OSError, HTTPClientError),
    ):
        client.list_tables()
    return bool(send.called)


def guard_unknown_host() -> bool:
    return _is_sent(boto3.client("dynamodb", endpoint_url="https://dynamodb.example.org"))


def guard_early_client() -> bool:
    return _is_sent(_early.CLIENT)


def lambda_echo() -> bool:
    answer = boto3.client("lambda").invoke(FunctionName=function(), Payload='{"a": 1}')
    return bool(answer["Payload"].read() == b'{"a": 1}')


def lambda_logs() -> bool:
    name = function()
    boto3.client("lambda").invoke(FunctionName=name, Payload="{}")
    groups = boto3.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")
    return not groups["logGroups"]


def _update(key: str, **given: Any) -> Any:
    return boto3.client("dynamodb").update_item(TableName=table(), Key={"id": {"S": key}}, **given)


def dynamodb_update_empty_key() -> bool:
    return error_code(lambda: _update("", AttributeUpdates={})) is None


def dynamodb_update_capacity() -> bool:
    return "ConsumedCapacity" in _update("a", AttributeUpdates={})


def dynamodb_transaction_token() -> bool:
    client, name = boto3.client("dynamodb"), table()
    put = {"TableName": name, "Item": {"id": {"S": "a"}}}
    put["ConditionExpression"] = "attribute_not_exists(id)"

    def transact() -> None:
        client.transact_write_items(TransactItems=[{"Put": put}], ClientRequestToken="token")

    transact()
    return error_code(transact) == "TransactionCanceledException"


def dynamodb_update_nothing() -> bool:
    """Not mended yet."""
    try:
        _update("a")
    except AttributeError:
        return True
    return False


def _queue_of(*bodies: str) -> tuple[str, str]:
    url, arn = queue()
    for body in bodies:
        _send(url, body)
    return url, arn


def _send(url: str, body: str) -> None:
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)


def _map(queue_arn: str, **settings: Any) -> str:
    mapping = boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=queue_arn, FunctionName=function(), BatchSize=10, **settings
    )
    return str(mapping["UUID"])


def _received(url: str) -> list[dict[str, Any]]:
    answer = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return list(answer.get("Messages", []))


def sqs_only_when_sent() -> bool:
    _, arn = _queue_of("waits")
    with invocations() as events:
        _map(arn)
    return not events


def sqs_one_at_a_time() -> bool:
    url, arn = _queue_of("a", "b")
    with invocations() as events:
        _map(arn)
        _send(url, "c")
    return [len(event["Records"]) for event in events] == [1, 1, 1]


def sqs_failed_not_hidden() -> bool:
    url, arn = _queue_of()
    _map(arn)
    with invocations(failing=True):
        _send(url, "a")
    return len(_received(url)) == 1


def sqs_partial_failures() -> bool:
    url, arn = _queue_of()
    _map(arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    with invocations(answer={"batchItemFailures": [{"itemIdentifier": ""}]}):
        _send(url, "a")
    client = boto3.client("sqs")
    counts = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return counts["ApproximateNumberOfMessagesNotVisible"] == "0" and not _received(url)


def sqs_deleted_mapping() -> bool:
    url, arn = _queue_of()
    boto3.client("lambda").delete_event_source_mapping(UUID=_map(arn))
    with invocations() as events:
        _send(url, "a")
    return len(events) == 1


def sqs_made_up_record() -> bool:
    url, arn = _queue_of()
    _map(arn)
    with invocations() as events:
        _send(url, "a")
    [record] = events[0]["Records"]
    return record["md5OfBody"] != hashlib.md5(b"a", usedforsecurity=False).hexdigest()


def _deployed(path: str) -> str:
    """An API with one method and Lambda proxy integration; returns its address."""
    client = boto3.client("apigateway")
    api = client.create_rest_api(name="orders")["id"]
    parent = client.get_resources(restApiId=api)["items"][0]["id"]
    for part in path.split("/"):
        made = client.create_resource(restApiId=api, parentId=parent, pathPart=part)
        parent = made["id"]
    method = {"restApiId": api, "resourceId": parent, "httpMethod": "GET"}
    client.put_method(**method, authorizationType="NONE")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function()}"
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    client.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    client.create_deployment(restApiId=api, stageName="prod")
    return f"https://{api}.execute-api.us-east-1.amazonaws.com/prod"


def apigw_lambda_proxy() -> bool:
    address = _deployed("orders")
    try:
        requests.get(f"{address}/orders", timeout=5)
    except NotImplementedError:
        return True
    return False


def apigw_path_parameters() -> bool:
    address = _deployed("orders/{id}")
    try:
        return requests.get(f"{address}/orders/1", timeout=5).status_code == 404
    except NotImplementedError:  # the method was found, and its integration called
        return False


def apigw_http_api() -> bool:
    client = boto3.client("apigatewayv2")
    api = client.create_api(Name="orders", ProtocolType="HTTP")["ApiId"]
    client.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    answer = requests.get(f"https://{api}.execute-api.us-east-1.amazonaws.com/orders", timeout=5)
    return answer.text != '{"message":"Not Found"}'


def apigw_binary_types() -> bool:
    client = boto3.client("apigateway")
    made = client.create_rest_api(name="orders", binaryMediaTypes=["image/png"])
    return not client.get_rest_api(restApiId=made["id"]).get("binaryMediaTypes")


@contextmanager
def _queue_clock() -> Iterator[list[float]]:
    """The last of these is the time for moto's queues; their own waiting adds to them."""
    seconds = [float(int(time.time()))]

    def wait(_: Queue, timeout: int) -> None:
        seconds.append(seconds[-1] + timeout)

    with (
        patch.object(sqs_models, "unix_time", lambda: seconds[-1]),
        patch.object(sqs_models, "unix_time_millis", lambda: seconds[-1] * 1000),
        patch.object(Queue, "wait_for_messages", wait),
    ):
        yield seconds


def _receive(url: str, **given: int) -> bool:
    return "Messages" in boto3.client("sqs").receive_message(QueueUrl=url, **given)


def sqs_visible_late() -> bool:
    with _queue_clock() as seconds:
        url, _ = _queue_of("a")
        _receive(url, VisibilityTimeout=30)
        seconds.append(seconds[0] + 30)
        return not _receive(url)


def sqs_long_poll_lasts() -> bool:
    with _queue_clock() as seconds:
        _receive(_queue_of()[0], WaitTimeSeconds=5)
        return seconds[-1] - seconds[0] > 5


def sqs_long_poll_looks() -> bool:
    """Once a second, whatever can be received in between."""
    with _queue_clock() as seconds:
        url, _ = _queue_of("a")
        _receive(url, VisibilityTimeout=2)
        seconds.append(seconds[0] + 1.5)
        return _receive(url, WaitTimeSeconds=5) and seconds[-1] == seconds[0] + 2.5
