"""Defects of moto's other services. Each function returns True while its defect is there."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import boto3
import requests
from _aws import error_code, function, invocations, queue, table
from botocore.httpsession import URLLib3Session
from moto.core.models import responses_mock

# As a learner's first cell may make it: before moto has been loaded.
EARLY_CLIENT: Any = None


class SentError(Exception):
    """A request that moto has let through."""


def _is_sent(client: Any) -> bool:
    with patch.object(URLLib3Session, "send", side_effect=SentError):
        try:
            client.list_tables()
        except SentError:
            return True
    return False


def guard_unknown_host() -> bool:
    return _is_sent(boto3.client("dynamodb", endpoint_url="https://dynamodb.example.org"))


def guard_early_client() -> bool:
    return _is_sent(EARLY_CLIENT)


def lambda_echo() -> bool:
    answer = boto3.client("lambda").invoke(FunctionName=function(), Payload='{"a": 1}')
    return bool(answer["Payload"].read() == b'{"a": 1}')


def lambda_logs() -> bool:
    name = function()
    boto3.client("lambda").invoke(FunctionName=name, Payload="{}")
    groups = boto3.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")
    return not groups["logGroups"]


def dynamodb_update_empty_key() -> bool:
    key = {"id": {"S": ""}}
    client = boto3.client("dynamodb")
    return error_code(lambda: client.update_item(TableName=table(), Key=key)) == ""


def dynamodb_update_capacity() -> bool:
    key = {"id": {"S": "a"}}
    return "ConsumedCapacity" in boto3.client("dynamodb").update_item(TableName=table(), Key=key)


def _rule(target: str, **settings: Any) -> None:
    client = boto3.client("events")
    client.put_rule(Name="rule", EventPattern=json.dumps({"source": ["orders"]}), **settings)
    client.put_targets(Rule="rule", Targets=[{"Id": "target", "Arn": target}])
    try:
        client.put_events(Entries=[{"Source": "orders", "DetailType": "Order", "Detail": "{}"}])
    finally:
        client.remove_targets(Rule="rule", Ids=["target"])


def events_lambda_target() -> bool:
    try:
        _rule(f"arn:aws:lambda:us-east-1:123456789012:function:{function()}")
    except NotImplementedError:
        return True
    return False


def events_disabled_rule() -> bool:
    url, arn = queue()
    _rule(arn, State="DISABLED")
    return "Messages" in boto3.client("sqs").receive_message(QueueUrl=url)


def _mapped() -> tuple[str, str]:
    """A queue with an event source mapping; returns its URL and the mapping's id."""
    url, arn = queue()
    mapping = boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=arn,
        FunctionName=function(),
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return url, mapping["UUID"]


def _send(url: str, *bodies: str) -> None:
    entries = [{"Id": str(i), "MessageBody": body} for i, body in enumerate(bodies)]
    boto3.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)


def sqs_waiting_messages() -> bool:
    url, arn = queue()
    _send(url, "waiting")
    with invocations() as events:
        boto3.client("lambda").create_event_source_mapping(
            EventSourceArn=arn, FunctionName=function()
        )
    return not events
