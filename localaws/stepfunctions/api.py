"""Step Functions: the API around moto's interpreter, as AWS documents it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult
from moto.stepfunctions.exceptions import InvalidName
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.utils import encoding
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from localaws import seeds
from localaws.mending import Mends
from localaws.stepfunctions import definitions
from localaws.timing.timekeeping import Clock

# docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
EXECUTION_NAME = re.compile(r"[A-Za-z0-9\-_]{1,80}")


def install(mends: Mends, clock: Clock) -> None:
    _mend_exceptions(mends)
    _mend_definitions(mends)
    _mend_taken_names(mends)
    _mend_start(mends)
    _mend_stop(mends, clock)
    _mend_reads(mends, clock)
    _mend_task_failure(mends)
    _mend_json(mends)
    _mend_entered_time(mends)


def _mend_exceptions(mends: Mends) -> None:
    """The interpreter's exceptions keep their name where moto's responses do not look for it."""
    for exception in vars(api).values():
        if isinstance(exception, type) and issubclass(exception, AWSError):
            mends.replace(exception, "TYPE", vars(exception).get("code"))


def _mend_definitions(mends: Mends) -> None:
    """moto accepts a definition whose transitions lead nowhere (parser/models.py:64)."""

    def validate(definition: str) -> None:
        problems = definitions.problems(definition)
        if problems:
            listed = ", ".join(problems)
            raise api.InvalidDefinition(f"Invalid State Machine Definition: '{listed}'")
        check(definition)

    check: Callable[[str], None] = StepFunctionsParserBackend._validate_definition
    mends.replace(StepFunctionsParserBackend, "_validate_definition", staticmethod(validate))


def _mend_taken_names(mends: Mends) -> None:
    """moto answers a taken name with the machine that has it, and drops the new definition."""

    def create_state_machine(
        self: StepFunctionsParserBackend, name: str, definition: str, **given: Any
    ) -> Any:
        for machine in self.state_machines:
            same = (machine.definition, machine.roleArn) == (definition, given.get("roleArn"))
            if machine.name == name and not same:
                raise api.StateMachineAlreadyExists(
                    f"State Machine Already Exists: '{machine.arn}'"
                )
        return create(self, name=name, definition=definition, **given)

    create: Callable[..., Any] = mends.replace(
        StepFunctionsParserBackend, "create_state_machine", create_state_machine
    )


def _mend_start(mends: Mends) -> None:
    """moto calls an unnamed execution "None" and takes any name (responses.py:274)."""

    def start_execution(
        self: StepFunctionsParserBackend,
        state_machine_arn: str,
        name: str | None = None,
        execution_input: str | None = None,
        trace_header: str | None = None,
    ) -> Execution:
        name = name or str(seeds.uuid4())
        if not EXECUTION_NAME.fullmatch(name):
            raise InvalidName(f"Invalid Name: '{name}'")
        return start(self, state_machine_arn, name, execution_input, trace_header)

    start: Callable[..., Execution] = mends.replace(
        StepFunctionsParserBackend, "start_execution", start_execution
    )


def _mend_stop(mends: Mends, clock: Clock) -> None:
    """moto drops StopExecution's error and cause (responses.py:353, models.py:183)."""

    def stop_execution(self: StepFunctionResponse) -> ActionResult:
        execution: Execution = self.stepfunction_backend.describe_execution(
            self._get_param("executionArn")
        )
        now = clock.now()
        if execution.status == "RUNNING":
            execution.error = self._get_param("error")
            execution.cause = self._get_param("cause")
            execution.stop(now, execution.error, execution.cause)
        return ActionResult({"stopDate": now})

    mends.replace(StepFunctionResponse, "stop_execution", stop_execution)


def _look_at(clock: Clock, execution: Execution) -> None:
    """Who looks at a running execution sees it go on."""
    if execution.status == "RUNNING":
        clock.look(execution, lambda: execution.status != "RUNNING")


def _mend_reads(mends: Mends, clock: Clock) -> None:
    """moto leaves out stopDate of TIMED_OUT, and ignores order and paging of the history."""

    def describe_execution(self: StepFunctionResponse) -> ActionResult:
        execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
        _look_at(clock, execution)
        result = describe(self)
        if execution.stop_date:
            result.result["stopDate"] = execution.stop_date
        if "output" in result.result:  # moto adds spaces that AWS does not
            result.result["output"] = execution.to_describe_output()["output"]
        result.result["inputDetails"] = {"included": True}
        return result

    def get_execution_history(self: StepFunctionResponse) -> ActionResult:
        arn = self._get_param("executionArn")
        if not self._get_param("nextToken"):  # the pages of one history belong together
            _look_at(clock, self.stepfunction_backend.describe_execution(arn))
        events = self.stepfunction_backend.get_execution_history(arn)["events"]
        if self._get_param("reverseOrder"):
            events = events[::-1]
        first = int(self._get_param("nextToken") or 0)
        last = first + int(self._get_param("maxResults") or 1000)
        answer: dict[str, Any] = {"events": events[first:last]}
        if last < len(events):
            answer["nextToken"] = str(last)
        return ActionResult(answer)

    def describe_state_machine_for_execution(self: StepFunctionResponse) -> ActionResult:
        arn = self._get_param("executionArn")
        execution = self.stepfunction_backend.describe_execution(arn)
        result = self._describe_state_machine(execution.state_machine.arn)
        # An execution keeps the definition it was started with; moto shows today's.
        result.result["definition"] = execution.state_machine.definition
        return result

    describe: Callable[..., Any] = mends.replace(
        StepFunctionResponse, "describe_execution", describe_execution
    )
    mends.replace(
        StepFunctionResponse,
        "describe_state_machine_for_execution",
        describe_state_machine_for_execution,
    )
    mends.replace(StepFunctionResponse, "get_execution_history", get_execution_history)


def _mend_task_failure(mends: Mends) -> None:
    """moto drops the cause of SendTaskFailure (responses.py:366)."""

    def send_task_failure(self: StepFunctionResponse) -> ActionResult:
        self.stepfunction_backend.send_task_failure(
            self._get_param("taskToken"),
            error=self._get_param("error"),
            cause=self._get_param("cause"),
        )
        return ActionResult({})

    mends.replace(StepFunctionResponse, "send_task_failure", send_task_failure)


def _mend_json(mends: Mends) -> None:
    """JSON that Step Functions writes into a history has no spaces."""

    def to_json_str(obj: Any, separators: tuple[str, str] = (",", ":")) -> str:
        return str(write(obj, separators))

    write: Callable[..., str] = encoding.to_json_str
    mends.replace_everywhere(write, to_json_str)


def _mend_entered_time(mends: Mends) -> None:
    """$$.State.EnteredTime ends in Z and milliseconds on AWS (state.py:227)."""

    def state_data(**fields: str) -> dict[str, str]:
        entered = datetime.fromisoformat(fields["EnteredTime"])
        text = entered.strftime("%Y-%m-%dT%H:%M:%S.") + f"{entered.microsecond // 1000:03d}Z"
        return fields | {"EnteredTime": text}

    mends.replace(state, "StateData", state_data)
