"""Versions and aliases of state machines.

docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html,
.../concepts-state-machine-alias.html; the words of the errors were recorded from AWS.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.stepfunctions.exceptions import ValidationException
from moto.stepfunctions.models import StateMachine, StateMachineAlias
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from localaws.mending import Mends
from localaws.stepfunctions import pages, revisions

ALIAS = re.compile(r"(?=.*[a-zA-Z_\-.])[a-zA-Z0-9_\-.]+")
LONGEST_ALIAS = 80
MOST_VERSIONS = 1000  # of a machine; docs: "Quotas related to versions and aliases"
MOST_ALIASES = 100


def install(mends: Mends) -> None:
    _mend_publish(mends)
    _mend_versions(mends)
    _mend_aliases(mends)
    _mend_changed_aliases(mends)
    _mend_listed_aliases(mends)


def _mend_publish(mends: Mends) -> None:
    """moto publishes the same revision again, and has no PublishStateMachineVersion."""

    def publish(self: StateMachine, description: str | None) -> None:
        latest: Any = self.versions.get(self.latest_version_number)
        revision = getattr(self, "revision_id", None)
        if latest is not None and latest.revision_id == revision:
            self.latest_version = latest
            return
        if len(self.versions) >= MOST_VERSIONS:
            raise api.ServiceQuotaExceededException(
                f"The maximum number of versions of a state machine is {MOST_VERSIONS}"
            )
        publish_anew(self, description)
        made: Any = self.latest_version
        made.revision_id, made.update_date = revision, self.update_date

    def publish_state_machine_version(self: StepFunctionResponse) -> ActionResult:
        machine: Any = revisions.machine_of(
            self.stepfunction_backend, self._get_param("stateMachineArn")
        )
        if revisions.is_deleting(machine):
            raise api.StateMachineDeleting(f"State Machine is being deleted: '{machine.arn}'")
        wanted, has = self._get_param("revisionId"), getattr(machine, "revision_id", None)
        if wanted is not None and wanted != (has or "INITIAL"):
            raise api.ConflictException(
                f"Failed to publish the State Machine version for revision {wanted}. "
                f"The current State Machine revision is {has or 'INITIAL'}."
            )
        machine.publish(self._get_param("description"))
        made = machine.latest_version
        return ActionResult(
            {"stateMachineVersionArn": made.arn, "creationDate": made.creation_date}
        )

    publish_anew: Callable[..., None] = mends.replace(StateMachine, "publish", publish)
    mends.replace(
        StepFunctionResponse, "publish_state_machine_version", publish_state_machine_version
    )


def _mend_versions(mends: Mends) -> None:
    """moto can neither list nor delete versions."""

    def list_state_machine_versions(self: StepFunctionResponse) -> ActionResult:
        machine = revisions.machine_of(
            self.stepfunction_backend, self._get_param("stateMachineArn")
        )
        versions = [machine.versions[number] for number in sorted(machine.versions, reverse=True)]
        shown, more = pages.page(versions, _paging(self), lambda version: version.arn)
        listed = [
            {"stateMachineVersionArn": one.arn, "creationDate": one.creation_date} for one in shown
        ]
        return ActionResult({"stateMachineVersions": listed, **more})

    def delete_state_machine_version(self: StepFunctionResponse) -> ActionResult:
        arn = self._get_param("stateMachineVersionArn")
        machine, number = _parts(self.stepfunction_backend, arn)
        if not number.isdigit():
            raise api.InvalidArn(f"Invalid Arn: '{arn}'")
        aliases = [
            alias.name
            for alias in (machine.aliases.values() if machine else ())
            if _routes(alias, arn)
        ]
        if aliases:
            raise api.ConflictException(
                "Version to be deleted must not be referenced by an alias. Current list of "
                f"aliases referencing this version: [{', '.join(aliases)}]"
            )
        if machine is not None:
            machine.versions.pop(int(number), None)
        return EmptyResult()

    for operation in (list_state_machine_versions, delete_state_machine_version):
        mends.replace(StepFunctionResponse, operation.__name__, operation)


def _paging(self: StepFunctionResponse) -> dict[str, Any]:
    return {field: self._get_param(field) for field in ("maxResults", "nextToken")}


def _routes(alias: StateMachineAlias, version_arn: str) -> bool:
    routes = alias.routing_configuration
    return any(route["stateMachineVersionArn"] == version_arn for route in routes)


def _parts(backend: StepFunctionsParserBackend, arn: str) -> tuple[StateMachine | None, str]:
    """The machine of a qualified ARN, if it is there, and the qualifier."""
    revisions.checked(arn)
    machine_arn, _, qualifier = arn.rpartition(":")
    for machine in backend.state_machines:
        if machine.arn == machine_arn:
            return machine, qualifier
    return None, qualifier


def _mend_aliases(mends: Mends) -> None:
    """moto takes any alias, replaces one of the same name, and answers in words of its own."""

    def create_state_machine_alias(
        self: StepFunctionsParserBackend,
        name: str,
        routing_configuration: list[dict[str, Any]],
        description: str | None,
    ) -> StateMachineAlias:
        _check_name(name)
        machine = _check_routes(self, routing_configuration)
        known = machine.aliases.get(name)
        if known is None:
            if len(machine.aliases) >= MOST_ALIASES:
                raise api.ServiceQuotaExceededException(
                    f"The maximum number of aliases of a state machine is {MOST_ALIASES}"
                )
            return create(self, name, routing_configuration, description)
        same = (known.routing_configuration, known.description)
        if same != (routing_configuration, description):
            raise api.ConflictException(
                "Failed to create alias because an alias with the same name and a different "
                "routing configuration already exists."
            )
        return known

    create: Callable[..., StateMachineAlias] = mends.replace(
        StepFunctionsParserBackend, "create_state_machine_alias", create_state_machine_alias
    )
    mends.replace(StepFunctionResponse, "_validate_routing_configuration", lambda *_: None)


def _mend_changed_aliases(mends: Mends) -> None:
    """moto finds no fault with an update's routing, and some with deleting what is gone."""

    def update_state_machine_alias(self: StepFunctionResponse) -> ActionResult:
        backend = self.stepfunction_backend
        machine, name = _parts(backend, self._get_param("stateMachineAliasArn"))
        alias = machine.aliases.get(name) if machine else None
        if alias is None:
            message = "Request references a resource that does not exist."
            raise api.ResourceNotFound(message)
        changes = {
            "description": self._get_param("description"),
            "routing_configuration": self._get_param("routingConfiguration"),
        }
        if all(value is None for value in changes.values()):
            raise ValidationException("Either description or routingConfiguration must be given")
        if changes["routing_configuration"] is not None:
            _check_routes(backend, changes["routing_configuration"], machine)
        alias.update(**changes)
        return ActionResult({"updateDate": alias.update_date})

    def describe_state_machine_alias(self: StepFunctionResponse) -> ActionResult:
        revisions.checked(self._get_param("stateMachineAliasArn"))
        return describe(self)

    def delete_state_machine_alias(self: StepFunctionResponse) -> ActionResult:
        machine, name = _parts(self.stepfunction_backend, self._get_param("stateMachineAliasArn"))
        if machine is not None:
            machine.aliases.pop(name, None)
        return EmptyResult()

    describe: Callable[..., ActionResult] = mends.replace(
        StepFunctionResponse, "describe_state_machine_alias", describe_state_machine_alias
    )
    for operation in (update_state_machine_alias, delete_state_machine_alias):
        mends.replace(StepFunctionResponse, operation.__name__, operation)


def _check_name(name: str) -> None:
    constraint = ""
    if len(name) > LONGEST_ALIAS:
        constraint = f"Member must have length less than or equal to {LONGEST_ALIAS}"
    elif not ALIAS.fullmatch(name):
        pattern = r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$"
        constraint = f"Member must satisfy regular expression pattern: {pattern}"
    if constraint:
        raise ValidationException(
            f"1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: "
            f"{constraint}"
        )


def _check_routes(
    backend: StepFunctionsParserBackend,
    routes: list[dict[str, Any]],
    owner: StateMachine | None = None,
) -> StateMachine:
    """The machine that the versions of a routing configuration belong to.

    Raises:
        ValidationException: it is no sound configuration.
        StateMachineDoesNotExist: a version is not there.
    """
    if len(routes) > 2:
        items = ", ".join(
            f"RoutingConfigurationListItem(stateMachineVersionArn="
            f"{route['stateMachineVersionArn']}, weight={route['weight']})"
            for route in routes
        )
        raise ValidationException(
            f"1 validation error detected: Value '[{items}]' at 'routingConfiguration' failed to "
            "satisfy constraint: Member must have length less than or equal to 2"
        )
    for index, route in enumerate(routes, 1):
        if route["weight"] > 100:
            raise ValidationException(
                f"1 validation error detected: Value '{route['weight']}' at "
                f"'routingConfiguration.{index}.member.weight' failed to satisfy constraint: "
                "Member must have value less than or equal to 100"
            )
    arns = [route["stateMachineVersionArn"] for route in routes]
    listed = f"Received: [{', '.join(arns)}]"
    if not all(arn.rpartition(":")[2].isdigit() and arn.count(":") == 7 for arn in arns):
        raise ValidationException(
            f"Routing configuration must contain state machine version ARNs. {listed}"
        )
    if len(set(arns)) < len(arns):
        raise ValidationException(
            f"Routing configuration must contain distinct state machine version ARNs. {listed}"
        )
    weights = [route["weight"] for route in routes]
    if sum(weights) != 100:
        raise ValidationException(
            f"Sum of routing configuration weights must equal 100. Received: {weights}"
        )
    return _owner(backend, arns, owner)


def _owner(
    backend: StepFunctionsParserBackend, arns: list[str], owner: StateMachine | None
) -> StateMachine:
    for arn in arns:
        machine, number = _parts(backend, arn)
        if machine is None or int(number) not in machine.versions:
            raise api.StateMachineDoesNotExist(f"State Machine Does Not Exist: '{arn}'")
        if owner is not None and machine is not owner:
            raise ValidationException(
                "Routing configuration must contain versions of one state machine. "
                f"Received: [{', '.join(arns)}]"
            )
        owner = machine
    assert owner is not None
    return owner


def _mend_listed_aliases(mends: Mends) -> None:
    """moto lists the aliases of a machine, and not those of a version (responses.py:104)."""

    def list_state_machine_aliases(self: StepFunctionResponse) -> ActionResult:
        arn = self._get_param("stateMachineArn")
        version = arn if arn.count(":") == 7 else None
        machine = revisions.machine_of(
            self.stepfunction_backend, arn.rpartition(":")[0] if version else arn
        )
        aliases = [
            alias for alias in machine.aliases.values() if not version or _routes(alias, version)
        ]
        shown, more = pages.page(aliases, _paging(self), lambda alias: alias.arn)
        listed = [
            {"stateMachineAliasArn": one.arn, "creationDate": one.creation_date} for one in shown
        ]
        return ActionResult({"stateMachineAliases": listed, **more})

    mends.replace(StepFunctionResponse, "list_state_machine_aliases", list_state_machine_aliases)
