"""What moto does again and again, or keeps, or draws from no seed. True while it does."""

from __future__ import annotations

import copy
import datetime
import sys
import time
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock, patch

import boto3
from _aws import DONE, ended, machine, queue, sfn, start, table
from moto import backend_index
from moto.core import responses, utils
from moto.core.base_backend import BackendDict, BaseBackend
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.parsing.validators import EmptyStringKeyValueValidator
from moto.logs.models import logs_backends
from moto.moto_api._internal import mock_random
from moto.sqs.models import Message
from moto.stepfunctions.parser import models as parser_models
from moto.stepfunctions.parser.asl.eval import states
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.variable_store import VariableStore
from moto.stepfunctions.parser.models import stepfunctions_parser_backends
from moto.stepfunctions.parser.utils import long_uid

ACCOUNT, REGION = "123456789012", "us-east-1"


def _executions(machine_arn: str) -> list[Any]:
    """moto's own."""
    machines = stepfunctions_parser_backends[ACCOUNT][REGION].state_machines
    return list(next(one.executions for one in machines if one.arn == machine_arn))


def sfn_searches_executions() -> bool:
    class Noted(str):
        compared = 0

        def __eq__(self, other: object) -> bool:
            Noted.compared += 1
            return str(self) == other

        __hash__ = str.__hash__

    arn = machine(DONE)
    last = [ended(start(arn))["executionArn"] for _ in range(5)][-1]
    for execution in _executions(arn):
        execution.execution_arn = Noted(execution.execution_arn)
    sfn().describe_execution(executionArn=last)
    return Noted.compared >= 5


def sfn_copies_machines() -> bool:
    arn = machine(DONE)
    copies = Mock(side_effect=copy.deepcopy)
    with patch.object(parser_models, "copy", SimpleNamespace(deepcopy=copies)):
        ended(start(arn))
        ended(start(arn))
    return bool(copies.call_count == 2)


def sfn_copies_data() -> bool:
    arn = machine({"Type": "Pass", "End": True})
    copies = Mock(side_effect=copy.deepcopy)
    with patch.object(states, "copy", SimpleNamespace(deepcopy=copies)):
        ended(start(arn, {"a": [1, 2, 3]}))
    return bool(copies.call_count > 3)


def sfn_keeps_interpreter() -> bool:
    arn = machine(DONE)
    ended(start(arn))
    [execution] = _executions(arn)
    return isinstance(execution.exec_worker.env, Environment)


def sfn_draws_unseeded() -> bool:
    """Task tokens for one; jitter and States.UUID likewise."""
    drawn = []
    for _ in range(2):
        mock_random.seed(1)
        drawn.append(long_uid())
    return drawn[0] != drawn[1]


def sfn_variables_disordered() -> bool:
    store = VariableStore()
    names = [f"name{number:02}" for number in range(30)]
    for name in names:
        store.set(name, 1)
    return list(store.get_assigned_variables()) != names


def core_no_clock() -> bool:
    """Module after module reads the time for itself, so that there is none to set."""
    sources = (time, datetime, datetime.datetime)
    readers = [
        name
        for name, module in list(sys.modules.items())
        if name.startswith("moto.")
        and any(held is source for held in vars(module).values() for source in sources)
    ]
    return len(readers) > 20


def _update() -> None:
    boto3.client("dynamodb").update_item(
        TableName=table(),
        Key={"id": {"S": "a"}},
        UpdateExpression="SET a = :one, b = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def dynamodb_parses_again() -> bool:
    make = UpdateExpressionParser.make
    with patch.object(UpdateExpressionParser, "make", side_effect=make) as parsed:
        _update()
    return parsed.call_count == 2


def dynamodb_asks_each_node() -> bool:
    """What it looks for in an expression's tree."""
    walker = EmptyStringKeyValueValidator
    ask = walker._processing_map
    with patch.object(walker, "_processing_map", autospec=True, side_effect=ask) as asked:
        _update()
    return asked.call_count > 2


def core_lists_methods() -> bool:
    listed = responses.method_names_from_class
    client = boto3.client("sqs")
    with patch.object(responses, "method_names_from_class", side_effect=listed) as lists:
        client.list_queues()
        client.list_queues()
    return lists.call_count == 2


def core_compares_backends() -> bool:
    compared = Mock(return_value=False)
    with patch.object(BackendDict, "__eq__", lambda *_: compared()):
        for _ in range(2):
            dynamodb_backends[ACCOUNT]
    return bool(compared.call_count >= 2)


def core_tries_addresses() -> bool:
    tried = Mock()

    class Pattern:
        def __init__(self, pattern: Any) -> None:
            self._pattern = pattern

        def match(self, address: str) -> Any:
            tried()
            return self._pattern.match(address)

    noting = [(name, Pattern(pattern)) for name, pattern in backend_index.backend_url_patterns]
    client = boto3.client("sqs")
    with patch.object(backend_index, "backend_url_patterns", noting):
        client.list_queues()
        once = tried.call_count
        client.list_queues()
    return bool(tried.call_count == 2 * once > 100)


def core_builds_addresses() -> bool:
    build = Mock(side_effect=BaseBackend.urls.fget)
    client = boto3.client("sqs")
    with patch.object(BaseBackend, "urls", property(build)):
        client.list_queues()
        client.list_queues()
    return bool(build.call_count == 2)


def core_keeps_models() -> bool:
    """A message that has been deleted."""
    client, (url, _) = boto3.client("sqs"), queue()
    client.send_message(QueueUrl=url, MessageBody="kept for ever")
    [message] = client.receive_message(QueueUrl=url)["Messages"]
    client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return any(one.body == "kept for ever" for one in Message.instances_tracked)


def logs_event_ids() -> bool:
    """They go on counting after a reset."""
    client = boto3.client("logs")
    place = {"logGroupName": "ids", "logStreamName": "ids"}
    events = [{"timestamp": time.time_ns() // 1_000_000, "message": "a"}]
    ids = []
    for _ in range(2):
        logs_backends[ACCOUNT][REGION].reset()
        client.create_log_group(logGroupName="ids")
        client.create_log_stream(**place)
        client.put_log_events(**place, logEvents=events)
        [event] = client.filter_log_events(logGroupName="ids")["events"]
        ids.append(event["eventId"])
    return ids[0] != ids[1]


def core_reads_models() -> bool:
    read = [utils._load_service_model("sqs", "service-2") for _ in range(2)]
    return read[0] is not read[1]
