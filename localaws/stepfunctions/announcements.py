"""What is told of an execution as it goes: its log, and events on EventBridge.

Rules: docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html, .../cw-logs.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.stepfunctions.parser.asl.eval.event.logging import is_logging_enabled_for
from moto.stepfunctions.parser.backend.execution import Execution

from localaws.eventbridge import buses as events
from localaws.observability import logs as observability
from localaws.stepfunctions import redrivable


def open_log(execution: Execution) -> None:
    """Have an execution's events logged where its state machine wants it."""
    execution._cloud_watch_logging_session = _log_of(execution)


def tell(execution: Execution, begun: bool = False) -> None:
    """Tell EventBridge, of a Standard workflow's execution.

    docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html

    Args:
        begun: that it has begun, though on the real clock it may have ended meanwhile.
    """
    if execution.sm_type == "EXPRESS":
        return
    details = execution.to_describe_output()
    stopped = None if begun else execution.stop_date
    output = None if begun else details.get("output")
    events.put_event(
        execution.account_id,
        execution.region_name,
        "aws.states",
        "Step Functions Execution Status Change",
        execution.exec_arn,
        {
            "executionArn": execution.exec_arn,
            "stateMachineArn": execution.state_machine.arn,
            "name": execution.name,
            "status": "RUNNING" if begun else execution.status,
            "startDate": int(execution.start_date.timestamp() * 1000),
            "stopDate": int(stopped.timestamp() * 1000) if stopped else None,
            "input": details["input"],
            "output": output,
            "inputDetails": {"included": True},
            "outputDetails": None if output is None else {"included": True},
            "error": None if begun else execution.error,
            "cause": None if begun else execution.cause,
            "stateMachineVersionArn": getattr(execution, "version_arn", None),
            "stateMachineAliasArn": getattr(execution, "alias_arn", None),
            **_redrive_of(execution),
        },
    )


def _redrive_of(execution: Any) -> dict[str, Any]:
    told = redrivable.described(execution, execution.stop_date or execution.start_date)
    if told["redriveDate"] is not None:
        told["redriveDate"] = int(told["redriveDate"].timestamp() * 1000)
    return told


class _ExecutionLog:
    """Where an execution's history is logged; moto's EventManager calls it for every event."""

    def __init__(self, execution: Execution, group: str, configuration: dict[str, Any]) -> None:
        self.execution_arn = execution.exec_arn
        self.configuration = self
        self.include_execution_data = bool(configuration.get("includeExecutionData"))
        self._level = configuration["level"]
        self._redrive_count = str(redrivable.count(execution))
        self._place = (execution.account_id, execution.region_name, group)
        self._stream = f"states/{execution.state_machine.name}/{execution.start_date:%Y-%m-%d-%H}"

    def log_level_filter(self, history_event_type: Any) -> bool:
        return bool(is_logging_enabled_for(self._level, history_event_type))

    def publish_history_log(self, history_log: Any) -> None:
        """docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html"""
        when = datetime.fromisoformat(history_log["event_timestamp"])
        record = {
            "id": history_log["id"],
            "type": str(getattr(history_log["type"], "value", history_log["type"])),
            "details": history_log.get("details") or {},
            "redrive_count": self._redrive_count,
            "previous_event_id": history_log["previous_event_id"],
            "event_timestamp": str(int(when.timestamp() * 1000)),
            "execution_arn": history_log["execution_arn"],
        }
        observability.write_history_log(*self._place, self._stream, record)


def _log_of(execution: Execution) -> Any:
    configuration = execution.state_machine.loggingConfiguration
    destinations = configuration.get("destinations") or []
    if configuration.get("level", "OFF") == "OFF" or not destinations:
        return None
    arn = destinations[0]["cloudWatchLogsLogGroup"]["logGroupArn"]
    return _ExecutionLog(execution, arn.split(":log-group:")[1].removesuffix(":*"), configuration)
