"""TestState: one state of a definition, tested by itself, its service mocked or really called.

docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html and the API reference; where
those are silent (the words of the exceptions, the name "StateName"), recordings of real AWS.
Not here yet: Map states, and HTTP tasks (the request and response of TRACE).
"""

from __future__ import annotations

import json
import re
from typing import Any

from moto import backend_index
from moto.core.responses import ActionResult
from moto.stepfunctions import urls
from moto.stepfunctions.exceptions import InvalidExecutionInput, ValidationException
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.evaluation_details import AWSExecutionDetails
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventHistoryContext
from moto.stepfunctions.parser.asl.parse.asl_parser import (
    AmazonStateLanguageParser,
    ASLParserException,
)
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.responses import StepFunctionResponse

from localaws import seeds
from localaws.mending import Mends
from localaws.stepfunctions import machines, revisions
from localaws.stepfunctions.definitions import schema, states
from localaws.stepfunctions.definitions.diagnostics import ERROR
from localaws.stepfunctions.teststate import mocking
from localaws.stepfunctions.teststate.onestate import OneState, OneStateEnvironment
from localaws.timing.timekeeping import Clock

# What AWS calls the state under test in its context object, even where stateName is given.
NAME = "StateName"
SYNC_HOST = r"https?://sync-states\.(.+)\.amazonaws.com"
FIELDS = (
    "context",
    "definition",
    "input",
    "inspectionLevel",
    "mock",
    "revealSecrets",
    "roleArn",
    "stateConfiguration",
    "stateName",
    "variables",
)
LEVELS = ["INFO", "DEBUG", "TRACE"]


def install(mends: Mends, clock: Clock) -> None:
    def answer(self: StepFunctionResponse) -> ActionResult:
        return test_state(self, clock)

    _mend_host(mends)
    mends.replace(StepFunctionResponse, "test_state", answer)  # moto has none


def _mend_host(mends: Mends) -> None:
    """moto does not know the host of TestState and StartSyncExecution (urls.py:3)."""
    patterns = [*backend_index.backend_url_patterns, ("stepfunctions", re.compile(SYNC_HOST))]
    mends.replace(backend_index, "backend_url_patterns", patterns)
    mends.replace(urls, "url_bases", [*urls.url_bases, SYNC_HOST])


def test_state(self: StepFunctionResponse, clock: Clock) -> ActionResult:
    request = {field: self._get_param(field) for field in FIELDS}
    level = request["inspectionLevel"] or "INFO"
    if level not in LEVELS:
        raise ValidationException(f"Value '{level}' at 'inspectionLevel' must be one of {LEVELS}")
    given = _input(request["input"])
    state = _state(request["definition"], request["stateName"])
    mock = mocking.mock_of(state, request)
    context: Any = mocking.context_of(state, request)
    role = request["roleArn"]
    if role:
        self.stepfunction_backend._validate_role_arn(role)

    account, region = self.current_account, self.region
    if context is None:
        context = _default_context(clock, account, region, role, given)
    env = OneStateEnvironment(
        aws_execution_details=AWSExecutionDetails(account, region, role),
        execution_type=api.StateMachineType.EXPRESS,
        context=context,
        event_history_context=EventHistoryContext.of_program_start(),
        cloud_watch_logging_session=None,
        activity_store={},
    )
    env.states.reset(given)
    for name, value in _variables(request["variables"]).items():
        env.variable_store.set(name, value)
    run = OneState(state, mock, mocking.retries_of(request))
    clock.run(lambda: run.run(env))  # it takes the time that its service takes
    return ActionResult(_answer(run, env, level))


def _answer(run: OneState, env: OneStateEnvironment, level: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"status": run.status}
    if run.status in ("SUCCEEDED", "CAUGHT_ERROR"):
        answer["output"] = to_json_str(env.states.get_input(), separators=(",", ":"))
        answer["nextState"] = env.next_state_name
    if run.status != "SUCCEEDED":
        answer["error"], answer["cause"] = run.error, run.cause
    if level != "INFO":
        answer["inspectionData"] = run.inspection
        if run.details:
            answer["inspectionData"] = {**run.inspection, "errorDetails": run.details}
    return {field: value for field, value in answer.items() if value is not None}


def _input(text: str | None) -> Any:
    try:
        return json.loads(text or "{}")
    except json.JSONDecodeError as error:
        raise InvalidExecutionInput(f"Invalid State Machine Execution Input: '{error}'") from error


def _variables(text: str | None) -> dict[str, Any]:
    try:
        variables = json.loads(text or "{}")
    except json.JSONDecodeError as error:
        raise ValidationException(f"Invalid variables provided: '{error}'") from error
    if not isinstance(variables, dict):
        raise ValidationException("Invalid variables provided: must be a JSON object")
    return variables


def _default_context(
    clock: Clock, account: str, region: str, role: str | None, given: Any
) -> dict[str, Any]:
    machine, name = str(seeds.uuid4()), str(seeds.uuid4())
    prefix = f"arn:aws:states:{region}:{account}"
    now = clock.now()
    return {
        "Execution": {
            "Id": f"{prefix}:express:{machine}:{name}",
            "Input": given,
            "Name": name,
            "RoleArn": role,
            "StartTime": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z",
        },
        "StateMachine": {"Id": f"{prefix}:stateMachine:{machine}", "Name": machine},
    }


def _state(definition: str, name: str | None) -> CommonStateField:
    """The state to test, parsed as the only one of a machine.

    Raises:
        InvalidDefinition: the definition is not valid.
        ValidationException: no state in it has this name.
    """
    if name is not None:
        machines.check_definition(definition, revisions.STANDARD)
    try:
        document = json.loads(definition)
    except json.JSONDecodeError as error:
        raise _invalid(f"INVALID_JSON_DESCRIPTION: {error}") from error
    machine: dict[str, Any] = {"StartAt": NAME}
    if name is None:
        _check_alone(document)
        machine["States"] = {NAME: document}
    else:
        found = _find(document, name, schema.JSONPATH)
        if found is None:
            raise ValidationException("State not found in definition")
        machine["QueryLanguage"], state = found
        machine["States"] = {NAME: state}
    return _parsed(json.dumps(machine))


def _check_alone(state: Any) -> None:
    if isinstance(state, dict) and "States" in state and "Type" not in state:
        raise _invalid(
            "SCHEMA_VALIDATION_FAILED: A state machine is tested one state at a time: stateName "
            "says which; none given at /"
        )
    found = states.check_state(state, schema.JSONPATH, revisions.STANDARD, "")
    faults = [str(one) for one in found if one.severity == ERROR]
    if faults:
        raise _invalid(", ".join(faults))


def _find(machine: dict[str, Any], name: str, language: str) -> tuple[str, Any] | None:
    """The state of this name and its machine's QueryLanguage, in inner machines too."""
    language = machine.get("QueryLanguage", language)
    states = machine["States"]
    if name in states:
        return language, states[name]
    for state in states.values():
        inner = [*state.get("Branches", []), state.get("ItemProcessor"), state.get("Iterator")]
        for inner_machine in inner:
            found = inner_machine and _find(inner_machine, name, language)
            if found:
                return found
    return None


def _parsed(text: str) -> CommonStateField:
    try:
        program: Any = AmazonStateLanguageParser.parse(text)[0]
    except ASLParserException as error:
        raise _invalid(repr(error)) from error
    except Exception as error:  # whatever moto's parser trips over
        raise _invalid(f"{type(error).__name__}: {error}") from error
    state: CommonStateField = program.states.states[NAME]
    return state


def _invalid(problem: str) -> api.InvalidDefinition:
    return api.InvalidDefinition(f"Invalid State Machine Definition: '{problem}'")
