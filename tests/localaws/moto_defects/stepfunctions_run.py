"""Defects of moto in how an execution lives, ends and is told of. True while a defect is there."""

from __future__ import annotations

import functools
import json
import threading
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
import jsonpath_ng.ext
from _aws import (
    DONE,
    FAILING,
    call,
    ended,
    event_types,
    function,
    late_starts,
    machine,
    queue,
    run,
    sfn,
    slow_functions,
    start,
    still_running,
    until,
)
from botocore.auth import SigV4Auth
from moto.stepfunctions.parser.asl.component import eval_component
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.eval.event.logging import (
    CloudWatchLoggingConfiguration,
    CloudWatchLoggingSession,
)
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils import json_path
from moto.stepfunctions.parser.utils import TMP_THREADS


def _in_task(arn: str) -> None:
    until(lambda: event_types(arn)[-1:] == ["TaskStarted"], "the task has begun")


@functools.cache
def _timed_out() -> tuple[dict[str, Any], list[str], list[str]]:
    """An execution whose task was late: it, its history then, and what the task wrote later."""
    with slow_functions() as returns:
        execution = ended(start(machine(call(function()), TimeoutSeconds=1)))
        arn = execution["executionArn"]
        before = event_types(arn)
        returns.set()
        for thread in TMP_THREADS:
            thread.join(5)
    return execution, before, event_types(arn)[len(before) :]


def sfn_timed_out_stop_date() -> bool:
    execution, _, _ = _timed_out()
    return execution["status"] == "TIMED_OUT" and "stopDate" not in execution


def sfn_timeout_waits() -> bool:
    _, before, _ = _timed_out()
    return before[-1] != "ExecutionTimedOut"


def sfn_history_after_end() -> bool:
    _, _, after = _timed_out()
    return "TaskSucceeded" in after


def sfn_stop_waits() -> bool:
    with slow_functions():
        arn = start(machine(call(function())))
        _in_task(arn)
        sfn().stop_execution(executionArn=arn)
        return still_running(arn)


def sfn_stop_before_it_runs() -> bool:
    arn = machine(DONE)
    with late_starts() as go_on:
        started = start(arn)
        try:
            sfn().stop_execution(executionArn=started)
        except AttributeError:
            return True
        finally:
            go_on.set()
            ended(started)
    return False


def sfn_backoff_sleeps() -> bool:
    asleep, woken = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        asleep.set()
        woken.wait(seconds)

    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60}]
    with patch.object(retrier_decl, "time", SimpleNamespace(sleep=sleep)):
        arn = start(machine({**FAILING, "Retry": retry}))
        asleep.wait(10)
        sfn().stop_execution(executionArn=arn)
        waits_on = still_running(arn)
        woken.set()
        ended(arn)
    return waits_on


def _log_group() -> str:
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="states")
    return str(logs.describe_log_groups()["logGroups"][0]["arn"])


def sfn_logs() -> bool:
    logging_on = {
        "level": "ALL",
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": _log_group()}}],
    }
    arn = machine(DONE)
    sfn().update_state_machine(stateMachineArn=arn, loggingConfiguration=logging_on)
    ended(start(arn))
    return not boto3.client("logs").describe_log_streams(logGroupName="states")["logStreams"]


def sfn_logging_session() -> bool:
    configuration: Any = CloudWatchLoggingConfiguration(
        state_machine_arn="arn",
        log_account_id="123456789012",
        log_region="us-east-1",
        log_group_name="states",
        log_level="ALL",
        include_execution_data=True,
    )
    session = CloudWatchLoggingSession("arn", configuration)
    # moto's EventManager hands over a time that is text already.
    log: Any = {"id": "1", "event_timestamp": datetime.now(UTC).isoformat()}
    try:
        session.publish_history_log(log)
    except (AttributeError, TypeError):
        return True
    return False


def sfn_tells_no_one() -> bool:
    url, queue_arn = queue()
    events = boto3.client("events")
    events.put_rule(Name="states", EventPattern=json.dumps({"source": ["aws.states"]}))
    events.put_targets(Rule="states", Targets=[{"Id": "queue", "Arn": queue_arn}])
    run(DONE)
    return "Messages" not in boto3.client("sqs").receive_message(QueueUrl=url)


def sfn_keeps_threads() -> bool:
    run(DONE)
    return any(not thread.is_alive() for thread in TMP_THREADS)


def sfn_prints_internals() -> bool:
    with patch.object(eval_component.LOG, "error") as printed:
        run({"Type": "Pass", "Parameters": {"a.$": "$.missing"}, "End": True})
    return printed.call_count > 1


def sfn_parses_again() -> bool:
    arn = machine(DONE)
    parse = AmazonStateLanguageParser.parse
    with patch.object(AmazonStateLanguageParser, "parse", side_effect=parse) as parsed:
        ended(start(arn))
        ended(start(arn))
    return parsed.call_count == 2


def sfn_clients_again() -> bool:
    arn = machine(call(function()))
    with patch("boto3.client", side_effect=boto3.client) as built:
        ended(start(arn))
        ended(start(arn))
    services = [one.kwargs.get("service_name") for one in built.call_args_list]
    return services.count("lambda") == 2


def sfn_signs_calls() -> bool:
    sign = SigV4Auth.add_auth
    arn = machine(FAILING)
    with patch.object(SigV4Auth, "add_auth", autospec=True, side_effect=sign) as signed:
        ended(start(arn))
    hosts = [one.args[1].url for one in signed.call_args_list]
    return any("dynamodb" in host for host in hosts)


def sfn_paths_again() -> bool:
    state = {"Type": "Pass", "InputPath": "$.same", "End": True}
    with patch.object(json_path, "parse", side_effect=jsonpath_ng.ext.parse) as parsed:
        arn = machine(state)
        ended(start(arn, {"same": 1}))
        ended(start(arn, {"same": 1}))
    return parsed.call_count == 2
