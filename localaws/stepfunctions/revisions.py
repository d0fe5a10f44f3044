"""State machines as they are started: a revision of the definition, by version or by alias.

docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html,
.../concepts-state-machine-alias.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from moto.moto_api._internal import mock_random
from moto.stepfunctions.models import StateMachine, StateMachineVersion
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

STANDARD, EXPRESS = "STANDARD", "EXPRESS"
_ARN = re.compile(r"arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:stateMachine:[^:/]+(:[^:/]+)?")


@dataclass(slots=True, frozen=True)
class Revision:
    """What an execution was started with, whatever becomes of its machine: shared by all of them.

    The names are those that moto's executions ask a state machine for.
    """

    arn: str
    name: str
    definition: str
    roleArn: str  # noqa: N815
    type: str
    loggingConfiguration: dict[str, Any]  # noqa: N815
    tracingConfiguration: dict[str, Any]  # noqa: N815
    update_date: Any
    revision_id: str | None

    @property
    def sm_type(self) -> str:
        return self.type


class Target(NamedTuple):
    """What a start is for. The ARNs are None where none was given."""

    machine: StateMachine
    revision: Revision
    version_arn: str | None
    alias_arn: str | None


def current(machine: StateMachine) -> Revision:
    """The revision of a machine that an execution gets now."""
    made: Revision | None = getattr(machine, "revision", None)
    if made is None or _configuration(made) != _configuration(machine):
        # An update need not be ours: what a stack sets is noticed here.
        made = machine.revision = _revision(machine, machine)
    return made


def _configuration(machine: Any) -> tuple[Any, ...]:
    logging, tracing = machine.loggingConfiguration, machine.tracingConfiguration
    return machine.definition, machine.roleArn, logging, tracing, machine.update_date


def _revision(machine: StateMachine, source: Any) -> Revision:
    return Revision(
        machine.arn,
        machine.name,
        source.definition,
        source.roleArn,
        machine.type,
        source.loggingConfiguration,
        source.tracingConfiguration,
        source.update_date,
        getattr(source, "revision_id", None),
    )


def machine_of(backend: StepFunctionsParserBackend, arn: str) -> StateMachine:
    """The state machine of an unqualified ARN.

    Raises:
        InvalidArn: it is none.
        StateMachineDoesNotExist: there is none of it.
    """
    checked(arn)
    for machine in backend.state_machines:
        if machine.arn == arn:
            return machine
    raise _no_machine(arn)


def target(backend: StepFunctionsParserBackend, arn: str) -> Target:
    """What an ARN starts: of a machine, of one of its versions, or of one of its aliases.

    Raises:
        InvalidArn, StateMachineDoesNotExist: as `machine_of`.
        StateMachineDeleting: the machine is being deleted.
    """
    checked(arn)
    parts = arn.split(":")
    try:
        machine = machine_of(backend, ":".join(parts[:7]))
    except api.StateMachineDoesNotExist:
        raise _no_machine(arn) from None
    if is_deleting(machine):
        raise api.StateMachineDeleting(f"State Machine is being deleted: '{machine.arn}'")
    if len(parts) == 7:
        return Target(machine, current(machine), None, None)
    if parts[7].isdigit():
        version = version_of(machine, arn)
        return Target(machine, _of_version(machine, version), arn, None)
    alias = machine.aliases.get(parts[7])
    if alias is None:
        raise _no_machine(arn)
    version = version_of(machine, _drawn(alias.routing_configuration))
    return Target(machine, _of_version(machine, version), version.arn, arn)


def _drawn(routes: list[dict[str, Any]]) -> str:
    """One of the versions of an alias, as often as its weight says."""
    arns = [route["stateMachineVersionArn"] for route in routes]
    if len(arns) == 1:
        return str(arns[0])
    return str(mock_random.choices(arns, [route["weight"] for route in routes])[0])


def version_of(machine: StateMachine, arn: str) -> StateMachineVersion:
    """A version of a machine; raises StateMachineDoesNotExist where there is none of this ARN."""
    version = machine.versions.get(int(arn.rsplit(":", 1)[1]))
    if version is None:
        raise _no_machine(arn)
    return version


def _of_version(machine: StateMachine, version: Any) -> Revision:
    made: Revision | None = getattr(version, "revision", None)
    if made is None:
        made = version.revision = _revision(machine, version)
    return made


def is_deleting(machine: StateMachine) -> bool:
    return bool(getattr(machine, "deleting", False))


def checked(arn: str) -> None:
    """Raises InvalidArn where a text is no ARN of a state machine, a version or an alias."""
    if not _ARN.fullmatch(arn):
        raise api.InvalidArn(f"Invalid Arn: '{arn}'")


def _no_machine(arn: str) -> api.StateMachineDoesNotExist:
    return api.StateMachineDoesNotExist(f"State Machine Does Not Exist: '{arn}'")
