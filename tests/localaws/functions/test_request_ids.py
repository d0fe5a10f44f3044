"""One id for an invocation: in Invoke's answer, in its log, in a state machine's history."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import boto3


def test_the_answer_has_the_id_of_the_log(cloud: Any, make_function: Callable[..., str]) -> None:
    name = make_function("def lambda_handler(event, context): return context.aws_request_id")
    answer = boto3.client("lambda").invoke(FunctionName=name, LogType="Tail")
    request = answer["ResponseMetadata"]["RequestId"]
    assert answer["Payload"].read().decode().strip('"') == request
    log = base64.b64decode(answer["LogResult"]).decode()
    assert re.findall(r"RequestId: (\S+)", log) == [request] * 3


def test_an_event_has_one_too(cloud: Any, make_function: Callable[..., str]) -> None:
    name = make_function("def lambda_handler(event, context): pass")
    answer = boto3.client("lambda").invoke(FunctionName=name, InvocationType="Event")
    assert re.fullmatch(r"[0-9a-f-]{36}", answer["ResponseMetadata"]["RequestId"])
