"""What can be asked of state machines: described, listed.

docs.aws.amazon.com/step-functions/latest/apireference/ (DescribeStateMachine, ListStateMachines)
"""

from __future__ import annotations

import functools
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.asl.static_analyser.variable_references_static_analyser import (
    VariableReferencesStaticAnalyser,
)
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from localaws.mending import Mends
from localaws.stepfunctions import pages, revisions

METADATA_ONLY = "METADATA_ONLY"


def install(mends: Mends) -> None:
    """moto shows every machine as ACTIVE, without revision, and lists the oldest first."""

    def describe_state_machine(self: StepFunctionResponse) -> ActionResult:
        arn = self._get_param("stateMachineArn")
        described = _described(self.stepfunction_backend, arn)
        return ActionResult(without_definition(self, described))

    def list_state_machines(self: StepFunctionResponse) -> ActionResult:
        given = {field: self._get_param(field) for field in ("maxResults", "nextToken")}
        machines = list(self.stepfunction_backend.state_machines)
        shown, more = pages.page(machines, given, lambda machine: machine.arn)
        listed = [
            {
                "stateMachineArn": machine.arn,
                "name": machine.name,
                "type": machine.type,
                "creationDate": machine.creation_date,
            }
            for machine in shown
        ]
        return ActionResult({"stateMachines": listed, **more})

    mends.replace(StepFunctionResponse, "describe_state_machine", describe_state_machine)
    mends.replace(StepFunctionResponse, "list_state_machines", list_state_machines)


def _described(backend: StepFunctionsParserBackend, arn: str) -> dict[str, Any]:
    revisions.checked(arn)
    parts = arn.split(":")
    if len(parts) > 7 and not parts[7].isdigit():
        raise api.StateMachineDoesNotExist(f"State Machine Does Not Exist: '{arn}'")
    try:
        machine = revisions.machine_of(backend, ":".join(parts[:7]))
    except api.StateMachineDoesNotExist:
        message = f"State Machine Does Not Exist: '{arn}'"
        raise api.StateMachineDoesNotExist(message) from None
    shown: Any = machine if len(parts) == 7 else revisions.version_of(machine, arn)
    return {
        "stateMachineArn": arn,
        "name": machine.name,
        "status": "DELETING" if revisions.is_deleting(machine) else "ACTIVE",
        "type": machine.type,
        "creationDate": shown.creation_date,
        **configuration(shown),
        **({"description": shown.description} if shown.description else {}),
    }


def without_definition(request: StepFunctionResponse, described: dict[str, Any]) -> dict[str, Any]:
    """API_DescribeStateMachine.html: with METADATA_ONLY "the returned definition will be {}"."""
    if request._get_param("includedData") != METADATA_ONLY:
        return described
    return {**described, "definition": "{}"}


def configuration(source: Any) -> dict[str, Any]:
    """What DescribeStateMachine and DescribeStateMachineForExecution tell alike."""
    shown = {
        "definition": source.definition,
        "roleArn": source.roleArn,
        "loggingConfiguration": {"includeExecutionData": False, **source.loggingConfiguration},
        "tracingConfiguration": source.tracingConfiguration,
        "revisionId": getattr(source, "revision_id", None),
        "variableReferences": _variables(source.definition),
    }
    return {name: value for name, value in shown.items() if value}


@functools.lru_cache(64)
def _variables(definition: str) -> dict[str, list[str]]:
    """By a state's name the variables that it reads; states that read none are left out."""
    found = VariableReferencesStaticAnalyser.process_and_get(definition=definition)
    return {state: list(names) for state, names in (found or {}).items() if names}
