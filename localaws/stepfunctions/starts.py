"""StartExecution, StartSyncExecution and StopExecution.

docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html,
API_StartSyncExecution.html, API_StopExecution.html; .../dg/choosing-workflow-type.html
"""

from __future__ import annotations

import json
import math
import re
from datetime import timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.exceptions import InvalidName, ValidationException
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from localaws import costs, seeds
from localaws.mending import Mends
from localaws.stepfunctions import executions, machinereads, revisions
from localaws.stepfunctions.revisions import EXPRESS, Target
from localaws.timing.timekeeping import Clock

UNNAMED = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]")  # not part of a name
LONGEST_INPUT = 262144  # bytes
WRONG_TYPE = "This operation is not supported by this type of state machine"
KEPT = timedelta(days=90)  # an execution's name is taken, and its history kept, after its end
BILLED_MILLISECONDS = 100  # an Express workflow's duration is billed in steps of these


def install(mends: Mends, clock: Clock) -> None:
    _mend_start(mends, clock)
    _mend_stop(mends, clock)


def _mend_start(mends: Mends, clock: Clock) -> None:
    """moto calls an unnamed execution "None", takes any name and any input, knows no Express.

    responses.py:274, parser/models.py:205. It can start no version (models.py:186) and no alias.
    """

    def start_execution(
        self: StepFunctionsParserBackend,
        state_machine_arn: str,
        name: str | None = None,
        execution_input: str | None = None,
        trace_header: str | None = None,
    ) -> Execution:
        target = revisions.target(self, state_machine_arn)
        name = _checked_name(name)
        text = checked_input(execution_input)
        if target.revision.type != EXPRESS:
            known = _known(target, name, text, clock)
            if known is not None:
                return known
        execution = make(self, target, name, text, trace_header, clock)
        if target.revision.type != EXPRESS:
            target.machine.executions.append(execution)
        execution.start()
        return execution

    def answer(self: StepFunctionResponse) -> ActionResult:
        execution = self.stepfunction_backend.start_execution(
            self._get_param("stateMachineArn"),
            self._get_param("name"),
            self._get_param("input"),
            self._get_param("traceHeader"),
        )
        return ActionResult({"executionArn": execution.exec_arn, "startDate": execution.start_date})

    def start_sync_execution(self: StepFunctionResponse) -> ActionResult:
        backend = self.stepfunction_backend
        target = revisions.target(backend, self._get_param("stateMachineArn"))
        if target.revision.type != EXPRESS:
            raise api.StateMachineTypeNotSupported(WRONG_TYPE)
        name = _checked_name(self._get_param("name"))
        text = checked_input(self._get_param("input"))
        header = self._get_param("traceHeader")
        execution = make(backend, target, name, text, header, clock)

        def run() -> None:
            execution.start()
            execution.finished.wait()

        clock.run(run)
        return ActionResult(_synchronous(execution, self._get_param("includedData")))

    mends.replace(StepFunctionsParserBackend, "start_execution", start_execution)
    mends.replace(StepFunctionResponse, "start_execution", answer)
    mends.replace(StepFunctionResponse, "start_sync_execution", start_sync_execution)


def _checked_name(name: str | None) -> str:
    name = name or str(seeds.uuid4())
    if UNNAMED.search(name):
        raise InvalidName(f"Invalid Name: '{name}'")
    return name


def checked_input(text: str | None) -> str:
    """An execution's input, as it is kept.

    Raises:
        ValidationException: it is too long.
        InvalidExecutionInput: it is no JSON.
    """
    text = text or "{}"
    if len(text.encode()) > LONGEST_INPUT:
        raise ValidationException(
            "1 validation error detected: Value at 'input' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LONGEST_INPUT}"
        )
    try:
        json.loads(text)
    except ValueError as error:
        message = f"Invalid State Machine Execution Input: '{error}'"
        raise api.InvalidExecutionInput(message) from error
    return text


def _known(target: Target, name: str, text: str, clock: Clock) -> Execution | None:
    """The execution that a start repeats, if it does; a name may be used again 90 days later."""
    known: Execution | None = target.machine.executions.by_name.get(name)
    if known is None:
        return None
    if is_forgotten(known, clock):
        target.machine.executions.remove(known)
        return None
    if known.status == "RUNNING" and known.execution_input == text:
        return known
    raise api.ExecutionAlreadyExists(f"Execution Already Exists: '{known.exec_arn}'")


def is_forgotten(execution: Execution, clock: Clock) -> bool:
    """Whether an execution ended so long ago that AWS keeps nothing of it."""
    stopped = execution.stop_date
    return stopped is not None and clock.now() - stopped > KEPT


def make(
    backend: StepFunctionsParserBackend,
    target: Target,
    name: str,
    text: str,
    trace_header: str | None,
    clock: Clock,
) -> Execution:
    """An execution that has not begun."""
    revision = target.revision
    kind, end = "execution", ""
    if revision.type == EXPRESS:  # its name need not be its own
        kind, end = "express", f":{seeds.uuid4()}"
    place = f"arn:{backend.partition}:states:{backend.region_name}:{backend.account_id}"
    execution: Any = Execution(
        name=name,
        sm_type=revision.type,
        role_arn=revision.roleArn,
        exec_arn=f"{place}:{kind}:{revision.name}:{name}{end}",
        account_id=backend.account_id,
        region_name=backend.region_name,
        state_machine=revision,
        start_date=clock.now(),
        cloud_watch_logging_session=None,
        input_data=text,
        trace_header=trace_header,
        activity_store=backend.activities,
    )
    execution.version_arn, execution.alias_arn = target.version_arn, target.alias_arn
    return execution


def _synchronous(execution: Execution, included_data: str | None) -> dict[str, Any]:
    """What StartSyncExecution answers, also where the execution has failed."""
    told = execution.to_describe_output()
    duration = (execution.stop_date - execution.start_date) / timedelta(milliseconds=1)
    definition = len(execution.state_machine.definition.encode())
    payload = len(execution.execution_input.encode())
    answer = {
        **{field: value for field, value in told.items() if value is not None},
        "input": execution.execution_input,
        "status": "FAILED" if execution.status == "ABORTED" else execution.status,
        "outputDetails": {"included": True},
        "billingDetails": {
            "billedMemoryUsedInMB": costs.express_memory(definition, payload, 0),
            "billedDurationInMilliseconds": BILLED_MILLISECONDS
            * max(1, math.ceil(duration / BILLED_MILLISECONDS)),
        },
    }
    return without_payloads(answer) if included_data == machinereads.METADATA_ONLY else answer


def without_payloads(described: dict[str, Any]) -> dict[str, Any]:
    """An execution without its input and output, which it says."""
    kept = {field: value for field, value in described.items() if field not in ("input", "output")}
    details = kept.keys() & {"inputDetails", "outputDetails"}
    return kept | {field: {"included": False} for field in details}


def _mend_stop(mends: Mends, clock: Clock) -> None:
    """moto drops StopExecution's error and cause (responses.py:353, models.py:183)."""

    def stop_execution(self: StepFunctionResponse) -> ActionResult:
        execution = executions.find(self._get_param("executionArn"), express=False)
        now = clock.now()
        if execution.status == "RUNNING":
            execution.error = self._get_param("error")
            execution.cause = self._get_param("cause")
            execution.stop(now, execution.error, execution.cause)
        return ActionResult({"stopDate": execution.stop_date or now})

    mends.replace(StepFunctionResponse, "stop_execution", stop_execution)
