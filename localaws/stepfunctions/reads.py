"""What can be asked of executions: described, listed, their histories.

docs.aws.amazon.com/step-functions/latest/apireference/ (DescribeExecution, ListExecutions,
GetExecutionHistory, DescribeStateMachineForExecution)
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.exceptions import ValidationException
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from localaws.mending import Mends
from localaws.stepfunctions import executions, machinereads, pages, redrivable, revisions, starts
from localaws.timing.timekeeping import Clock

MAP_RUN = re.compile(r"arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:mapRun:[^:/]+/[^:]+:[^:]+")
DATA = ("input", "output", "parameters", "assignedVariables")  # of an event's details


def install(mends: Mends, clock: Clock) -> None:
    """moto leaves out stopDate of TIMED_OUT, and ignores order and paging of the history."""

    def describe_execution(self: StepFunctionResponse) -> ActionResult:
        execution = _asked(self, clock, look=True)
        described = _described(execution, clock)
        if self._get_param("includedData") == machinereads.METADATA_ONLY:
            described = starts.without_payloads(described)
        return ActionResult(described)

    def get_execution_history(self: StepFunctionResponse) -> str:
        given = {field: self._get_param(field) for field in ("maxResults", "nextToken")}
        # The pages of one history belong together.
        execution = _asked(self, clock, look=not given["nextToken"])
        events = execution.to_history_output()["events"]
        if self._get_param("reverseOrder"):
            events = events[::-1]
        shown, more = pages.page(events, given, lambda event: str(event["id"]))
        if self._get_param("includeExecutionData") is False:
            shown = [_without_data(event) for event in shown]
        # Written here: moto's serialiser looks each field of each event up in the service's model,
        # which takes five times as long.
        return json.dumps({"events": [_written(event) for event in shown], **more})

    def list_executions(self: StepFunctionResponse) -> ActionResult:
        return ActionResult(_listed(self, clock))

    def describe_state_machine_for_execution(self: StepFunctionResponse) -> ActionResult:
        execution = _asked(self, clock, look=False)
        revision = execution.state_machine
        described = {
            "stateMachineArn": revision.arn,
            "name": revision.name,
            "updateDate": revision.update_date,
            **machinereads.configuration(revision),
        }
        return ActionResult(machinereads.without_definition(self, described))

    _mend_map_runs(mends, clock)
    for operation in (
        describe_execution,
        get_execution_history,
        list_executions,
        describe_state_machine_for_execution,
    ):
        mends.replace(StepFunctionResponse, operation.__name__, operation)


def _mend_map_runs(mends: Mends, clock: Clock) -> None:
    """moto fails at an execution that has not begun, and where there is no such run."""

    def list_map_runs(self: StepFunctionResponse) -> ActionResult:
        records = _map_runs(_asked(self, clock, look=False))
        return ActionResult({"mapRuns": [record.list_item() for record in records]})

    def describe_map_run(self: StepFunctionsParserBackend, arn: str) -> Any:
        return _map_run(self, arn).describe()

    def update_map_run(
        self: StepFunctionsParserBackend, arn: str, max_concurrency: Any, **tolerated: Any
    ) -> None:
        _map_run(self, arn).update(max_concurrency=max_concurrency, **tolerated)

    mends.replace(StepFunctionResponse, "list_map_runs", list_map_runs)
    for lookup in (describe_map_run, update_map_run):
        mends.replace(StepFunctionsParserBackend, lookup.__name__, lookup)


def _asked(self: StepFunctionResponse, clock: Clock, look: bool) -> Execution:
    """The execution that a request names. Who looks at a running one sees it go on."""
    arn = self._get_param("executionArn")
    execution = executions.find(arn, express=False)
    if starts.is_forgotten(execution, clock):
        raise api.ExecutionDoesNotExist(f"Execution Does Not Exist: '{arn}'")
    if look and execution.status == "RUNNING":
        clock.look(execution, lambda: execution.status != "RUNNING")
    return execution


def _map_runs(execution: Any) -> list[Any]:
    env = execution.exec_worker.env if execution.exec_worker else None
    return list(env.map_run_record_pool_manager.get_all()) if env else []


def _map_run(backend: StepFunctionsParserBackend, arn: str) -> Any:
    if not MAP_RUN.fullmatch(arn):
        raise api.InvalidArn(f"Invalid Arn: '{arn}'")
    for execution in backend._get_executions():
        for record in _map_runs(execution):
            if record.map_run_arn == arn:
                return record
    raise api.ResourceNotFound(f"Resource not found: '{arn}'")


def _described(execution: Execution, clock: Clock) -> dict[str, Any]:
    told = {
        **execution.to_describe_output(),
        "input": execution.execution_input,
        **_qualifiers(execution),
        **redrivable.described(execution, clock.now()),
    }
    return {field: value for field, value in told.items() if value is not None}


def _qualifiers(execution: Any) -> dict[str, Any]:
    return {
        "stateMachineVersionArn": getattr(execution, "version_arn", None),
        "stateMachineAliasArn": getattr(execution, "alias_arn", None),
    }


def _without_data(event: Any) -> Any:
    shown = copy.copy(event)
    for field, details in event.items():
        if field.endswith("EventDetails"):
            shown[field] = {name: value for name, value in details.items() if name not in DATA}
    return shown


def _written(event: Any) -> dict[str, Any]:
    """An event as AWS's JSON has it: smithy.io/2.0/aws/protocols/"""
    written: dict[str, Any] = _plain(event)
    when = written["timestamp"]
    moment = when if isinstance(when, datetime) else datetime.fromisoformat(when)
    written["timestamp"] = moment.timestamp()
    return written


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, Enum) else value


def _listed(self: StepFunctionResponse, clock: Clock) -> dict[str, Any]:
    machine_arn, map_run_arn = self._get_param("stateMachineArn"), self._get_param("mapRunArn")
    if (machine_arn is None) == (map_run_arn is None):
        raise ValidationException("Either stateMachineArn or mapRunArn must be specified")
    found = (
        _of_machine(self, machine_arn)
        if machine_arn
        else executions.of_map_run(self.stepfunction_backend, map_run_arn)
    )
    found = [one for one in reversed(found) if not starts.is_forgotten(one, clock)]
    if status := self._get_param("statusFilter"):
        found = [one for one in found if one.status == status]
    if wanted := self._get_param("redriveFilter"):
        found = [one for one in found if (redrivable.count(one) > 0) == (wanted == "REDRIVEN")]
    given = {field: self._get_param(field) for field in ("maxResults", "nextToken")}
    shown, more = pages.page(found, given, lambda execution: execution.exec_arn)
    items = [_item(execution, map_run_arn) for execution in shown]
    return {"executions": items, **more}


def _of_machine(self: StepFunctionResponse, arn: str) -> list[Any]:
    revisions.checked(arn)
    parts = arn.split(":")
    machine = revisions.machine_of(self.stepfunction_backend, ":".join(parts[:7]))
    if machine.type == revisions.EXPRESS:
        raise api.StateMachineTypeNotSupported(starts.WRONG_TYPE)
    if len(parts) == 7:
        return list(machine.executions)
    return [one for one in machine.executions if arn in _qualifiers(one).values()]


def _item(execution: Any, map_run_arn: str | None) -> dict[str, Any]:
    item = {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine.arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.start_date,
        "stopDate": execution.stop_date,
        "mapRunArn": map_run_arn,
        "itemCount": getattr(execution, "item_count", None),
        **_qualifiers(execution),
        "redriveCount": redrivable.count(execution),
        "redriveDate": getattr(execution, "redrive_date", None),
    }
    return {field: value for field, value in item.items() if value is not None}
