"""State machines: created, updated and deleted, and their definitions checked, as on AWS.

docs.aws.amazon.com/step-functions/latest/apireference/ (CreateStateMachine, UpdateStateMachine,
DeleteStateMachine, ValidateStateMachineDefinition)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.exceptions import ValidationException
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from localaws import seeds
from localaws.mending import Mends
from localaws.stepfunctions import pages, revisions
from localaws.stepfunctions.definitions import validation
from localaws.stepfunctions.definitions.diagnostics import ERROR
from localaws.timing.timekeeping import Clock

LONGEST_DEFINITION = 1048576  # bytes
NOTHING_GIVEN = (
    "Either the definition, the role ARN, the LoggingConfiguration, the TracingConfiguration, or "
    "the EncryptionConfiguration must be specified"
)


def install(mends: Mends, clock: Clock) -> None:
    _mend_definitions(mends)
    _mend_create(mends)
    _mend_update(mends, clock)
    _mend_delete(mends, clock)
    mends.replace(StepFunctionResponse, "validate_state_machine_definition", _validate)


def check_definition(definition: str, machine_type: str) -> None:
    """Raises InvalidDefinition, which names every fault and its place."""
    found = validation.errors(definition, machine_type)
    if found:
        listed = ", ".join(map(str, found))
        raise api.InvalidDefinition(f"Invalid State Machine Definition: '{listed}'")
    StepFunctionsParserBackend._validate_definition(definition)


def _mend_definitions(mends: Mends) -> None:
    """What moto's interpreter refuses, it refuses in words of its own (parser/models.py:64)."""

    def parse(definition: str) -> None:
        try:
            check(definition)
        except api.InvalidDefinition as error:
            message = f"The local AWS cannot run this definition: {error.message}"
            raise api.InvalidDefinition(f"Invalid State Machine Definition: '{message}'") from error

    check: Callable[[str], None] = StepFunctionsParserBackend._validate_definition
    mends.replace(StepFunctionsParserBackend, "_validate_definition", staticmethod(parse))


def _mend_create(mends: Mends) -> None:
    """moto answers a taken name with the machine that has it, and drops the new definition.

    It analyses no definition (parser/models.py:64), and publishes a version without a revision.
    """

    def create_state_machine(
        self: StepFunctionsParserBackend, name: str, definition: str, **given: Any
    ) -> Any:
        machine_type = given.get("sm_type") or revisions.STANDARD
        check_definition(definition, machine_type)
        _check_logging(given.get("loggingConfiguration"))
        for machine in self.state_machines:
            if machine.name == name:
                _check_same(machine, definition, machine_type, given)
        machine = create(self, name=name, definition=definition, **given)
        if not hasattr(machine, "revision_id"):
            machine.revision_id = None
        return machine

    create: Callable[..., Any] = mends.replace(
        StepFunctionsParserBackend, "create_state_machine", create_state_machine
    )


def _check_same(machine: Any, definition: str, machine_type: str, given: dict[str, Any]) -> None:
    """Raises StateMachineAlreadyExists where a machine is not what is to be created again."""
    if revisions.is_deleting(machine):
        raise api.StateMachineDeleting(f"State Machine is being deleted: '{machine.arn}'")
    logging = given.get("loggingConfiguration") or {"level": "OFF"}
    tracing = given.get("tracingConfiguration") or {"enabled": False}
    wanted = (definition, machine_type, logging, tracing)
    has = (machine.definition, machine.type)
    if (*has, machine.loggingConfiguration, machine.tracingConfiguration) != wanted:
        raise api.StateMachineAlreadyExists(f"State Machine Already Exists: '{machine.arn}'")


def _check_logging(configuration: dict[str, Any] | None) -> None:
    configuration = configuration or {}
    if configuration.get("level", "OFF") == "OFF":
        return
    if len(configuration.get("destinations") or []) != 1:
        message = "Invalid Logging Configuration: Must specify exactly one Log Destination."
        raise api.InvalidLoggingConfiguration(message)
    group = configuration["destinations"][0].get("cloudWatchLogsLogGroup") or {}
    if not str(group.get("logGroupArn", "")).endswith(":*"):
        message = "Log Group ARN must be provided with '*' qualifier."
        raise api.InvalidLoggingConfiguration(f"Invalid Logging Configuration: {message}")


def _mend_update(mends: Mends, clock: Clock) -> None:
    """moto's update knows no revision, and refuses to publish what has not changed."""

    def update_state_machine(
        self: StepFunctionsParserBackend,
        arn: str,
        definition: str | None = None,
        role_arn: str | None = None,
        logging_configuration: dict[str, Any] | None = None,
        tracing_configuration: dict[str, Any] | None = None,
        encryption_configuration: dict[str, Any] | None = None,
        publish: bool | None = None,
        version_description: str | None = None,
    ) -> Any:
        given = {
            "definition": definition,
            "roleArn": role_arn,
            "loggingConfiguration": logging_configuration,
            "tracingConfiguration": tracing_configuration,
            "encryptionConfiguration": encryption_configuration,
        }
        changes = {name: value for name, value in given.items() if value}
        if not changes and not publish:
            raise api.MissingRequiredParameter(NOTHING_GIVEN)
        machine: Any = revisions.machine_of(self, arn)
        if revisions.is_deleting(machine):
            raise api.StateMachineDeleting(f"State Machine is being deleted: '{arn}'")
        if definition is not None:
            check_definition(definition, machine.type)
        if role_arn is not None:
            self._validate_role_arn(role_arn)
        _check_logging(logging_configuration)
        if any(getattr(machine, name) != value for name, value in changes.items()):
            machine.revision_id = str(seeds.uuid4())
        machine.update(**changes)
        machine.update_date = clock.now()
        if publish:
            machine.publish(version_description)
        return machine

    def answer(self: StepFunctionResponse) -> ActionResult:
        answered = update(self)
        machine = revisions.machine_of(
            self.stepfunction_backend, self._get_param("stateMachineArn")
        )
        if revision := getattr(machine, "revision_id", None):
            answered.result["revisionId"] = revision
        return answered

    mends.replace(StepFunctionsParserBackend, "update_state_machine", update_state_machine)
    update: Callable[..., Any] = mends.replace(StepFunctionResponse, "update_state_machine", answer)


def _mend_delete(mends: Mends, clock: Clock) -> None:
    """moto's machine is gone at once, and its executions run on (models.py:741).

    On AWS it is DELETING while executions run, each of which is ended at its next transition.
    """

    def delete_state_machine(self: StepFunctionsParserBackend, arn: str) -> None:
        revisions.checked(arn)
        for machine in self.state_machines:
            if machine.arn == arn:
                running = [one for one in machine.executions if one.status == "RUNNING"]
                machine.deleting, machine.left = True, len(running)
                machine.aliases.clear()
                machine.versions.clear()
                for execution in running:
                    execution.doomed = partial(_stop, execution, clock)
                    execution.when_ended = partial(_one_less, self, machine)
                _remove_if_idle(self, machine)
                return

    mends.replace(StepFunctionsParserBackend, "delete_state_machine", delete_state_machine)


def _stop(execution: Any, clock: Clock) -> None:
    if execution.status == "RUNNING":
        execution.stop(clock.now(), None, None)


def _one_less(backend: StepFunctionsParserBackend, machine: Any) -> None:
    """An execution of a machine that is being deleted has ended."""
    machine.left -= 1
    _remove_if_idle(backend, machine)


def _remove_if_idle(backend: StepFunctionsParserBackend, machine: Any) -> None:
    if machine.left == 0 and machine in backend.state_machines:
        backend.state_machines.remove(machine)


def _validate(self: StepFunctionResponse) -> ActionResult:
    """ValidateStateMachineDefinition, which moto has not."""
    definition = self._get_param("definition")
    if len(definition.encode()) > LONGEST_DEFINITION:
        raise ValidationException(
            "1 validation error detected: Value at 'definition' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LONGEST_DEFINITION}"
        )
    found = validation.validate(definition, self._get_param("type") or revisions.STANDARD)
    failed = any(one.severity == ERROR for one in found)
    if (self._get_param("severity") or "ERROR") == "ERROR":
        found = [one for one in found if one.severity == ERROR]
    most = self._get_int_param("maxResults") or pages.PAGE
    diagnostics = [
        {field: value for field, value in one._asdict().items() if value is not None}
        for one in found[:most]
    ]
    return ActionResult(
        {
            "result": "FAIL" if failed else "OK",
            "diagnostics": diagnostics,
            "truncated": len(found) > most,
        }
    )
