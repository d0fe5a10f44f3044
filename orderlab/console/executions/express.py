"""The events of an Express execution: AWS keeps none of them but in the state machine's log.

docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from orderlab.console.executions.eventdetails import Event

HOW_TO_LOG = (
    "AWS keeps no history of an Express execution: give its state machine a LoggingConfiguration "
    "with Level ALL and IncludeExecutionData true, then start it again"
)
_BEGUN = datetime(1970, 1, 1, tzinfo=UTC)


def is_express(arn: str) -> bool:
    return arn.split(":")[5:6] == ["express"]


def machine_of(arn: str) -> str:
    """The ARN of an execution's state machine."""
    parts = arn.split(":")
    return ":".join([*parts[:5], "stateMachine", parts[6]])


def describe_machine(arn: str, stepfunctions: Any) -> dict[str, Any]:
    """The state machine as it is today: of an Express execution AWS tells no other.

    Raises:
        LookupError: a child of a distributed Map, whose machine is part of another one.
        botocore.exceptions.ClientError: there is no such state machine any more.
    """
    if "/" in arn.split(":")[6]:
        raise LookupError(f"{HOW_TO_LOG}; a child of a distributed Map has no log of its own")
    found: dict[str, Any] = stepfunctions.describe_state_machine(stateMachineArn=machine_of(arn))
    return found


def logged_events(arn: str, stepfunctions: Any, logs: Any) -> list[Event]:
    """The events that were logged, oldest first, in the form of GetExecutionHistory.

    Raises:
        LookupError: there is no log, or nothing of this execution in it.
        botocore.exceptions.ClientError: the log may not be read.
    """
    configuration = describe_machine(arn, stepfunctions).get("loggingConfiguration", {})
    level = configuration.get("level", "OFF")
    if level != "ALL":
        raise LookupError(f"{HOW_TO_LOG} (its Level is {level})")
    group = configuration["destinations"][0]["cloudWatchLogsLogGroup"]["logGroupArn"]
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group.split(":log-group:")[1].removesuffix(":*"),
        filterPattern=f'{{ $.execution_arn = "{arn}" }}',
    )
    records = [json.loads(event["message"]) for page in pages for event in page["events"]]
    if not records:
        raise LookupError(f"{HOW_TO_LOG} (nothing of it is in {group}; a log may be late)")
    # The log's own order is that of arrival.
    return sorted(map(_event, records), key=lambda event: event["id"])


def _event(record: dict[str, Any]) -> dict[str, Any]:
    kind = record["type"]
    key = "stateExited" if kind.endswith("StateExited") else kind[:1].lower() + kind[1:]
    key = "stateEntered" if kind.endswith("StateEntered") else key
    return {
        "id": int(record["id"]),
        "previousEventId": int(record["previous_event_id"]),
        "type": kind,
        "timestamp": _BEGUN + timedelta(milliseconds=int(record["event_timestamp"])),
        f"{key}EventDetails": record.get("details") or {},
    }
