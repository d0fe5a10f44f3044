"""Roles are looked at when a function, a mapping or a state machine is made or changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, UnknownFunctionException
from moto.awslambda.models import EventSourceMapping, LambdaBackend, LambdaFunction, LambdaStorage
from moto.core.exceptions import AWSError
from moto.stepfunctions.models import StateMachine, StepFunctionBackend

from localaws.iam import roles
from localaws.iam.grants import role_may
from localaws.mending import Mends

# docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
POLLING = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
# docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
DELIVERY = (
    "CreateLogDelivery",
    "GetLogDelivery",
    "UpdateLogDelivery",
    "DeleteLogDelivery",
    "ListLogDeliveries",
    "PutResourcePolicy",
    "DescribeResourcePolicies",
    "DescribeLogGroups",
)
# The rules by which Step Functions hears of the end of what it has started:
# docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html
MANAGED_RULES = {
    "states:startExecution": "StepFunctionsGetEventsForStepFunctionsExecutionRule",
    "batch:submitJob": "StepFunctionsGetEventsForBatchJobsRule",
    "ecs:runTask": "StepFunctionsGetEventsForECSTaskRule",
}
RULE_ACTIONS = ("PutTargets", "PutRule", "DescribeRule")
MANAGED = {"events:managedby": ["states.amazonaws.com"]}


class _AccessDenied(AWSError):
    """Step Functions' own, which its model does not name."""

    TYPE = "AccessDeniedException"


def install(mends: Mends) -> None:
    _mend_functions(mends)
    _mend_mappings(mends)
    _mend_machines(mends)


def _mend_functions(mends: Mends) -> None:
    """moto asks whether a function's role exists, not whom it trusts (awslambda/models.py:1761).

    docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    """

    def check(role_arn: str) -> None:
        if not roles.trusts(role_arn, "lambda"):
            raise InvalidParameterValueException(
                "The role defined for the function cannot be assumed by Lambda."
            )

    def put_function(self: LambdaStorage, fn: LambdaFunction) -> None:
        if roles.standing(fn.role) is not None:
            check(fn.role)
        put(self, fn)

    def update_configuration(self: LambdaFunction, updates: dict[str, Any]) -> Any:
        if updates.get("Role"):
            check(updates["Role"])
        return update(self, updates)

    put: Callable[..., None] = mends.replace(LambdaStorage, "put_function", put_function)
    update: Callable[..., Any] = mends.replace(
        LambdaFunction, "update_configuration", update_configuration
    )


def _mend_mappings(mends: Mends) -> None:
    """moto maps a queue that the function's role may not read (awslambda/models.py:2111)."""

    def create(self: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
        queue = spec.get("EventSourceArn") or ""
        if queue.split(":")[2:3] == ["sqs"] and spec.get("FunctionName"):
            try:
                function = self.get_function(spec["FunctionName"])
            except UnknownFunctionException:
                return make(self, spec)  # has words of its own for it
            for action in POLLING:
                if not role_may(function.role, "lambda", f"sqs:{action}", queue):
                    raise InvalidParameterValueException(
                        "The function execution role does not have permissions to call "
                        f"{action} on SQS"
                    )
        return make(self, spec)

    make: Callable[..., EventSourceMapping] = mends.replace(
        LambdaBackend, "create_event_source_mapping", create
    )


def _mend_machines(mends: Mends) -> None:
    """moto takes any role for a state machine (stepfunctions/models.py:643)."""

    def create(
        self: StepFunctionBackend,
        name: str,
        definition: str,
        roleArn: str,  # noqa: N803  moto's name
        *given: Any,
        **more: Any,
    ) -> StateMachine:
        self._validate_role_arn(roleArn)
        place = f"{self.region_name}:{self.account_id}"
        _check_machine(place, name, definition, roleArn, more.get("loggingConfiguration"))
        return make(self, name, definition, roleArn, *given, **more)

    def update(self: StateMachine, **changes: Any) -> None:
        _, _, _, region, account, *_ = self.arn.split(":")
        _check_machine(
            f"{region}:{account}",
            self.name,
            changes.get("definition") or self.definition,
            changes.get("roleArn") or self.roleArn,
            changes.get("loggingConfiguration") or self.loggingConfiguration,
        )
        change(self, **changes)

    make: Callable[..., StateMachine] = mends.replace(
        StepFunctionBackend, "create_state_machine", create
    )
    change: Callable[..., None] = mends.replace(StateMachine, "update", update)


def _check_machine(
    place: str, name: str, definition: str, role: str, logging: dict[str, Any] | None
) -> None:
    """`place`: region and account, as an ARN has them."""
    if not roles.trusts(role, "states", f"arn:aws:states:{place}:stateMachine:{name}"):
        raise _AccessDenied(
            "Neither the global service principal states.amazonaws.com, nor the regional one is "
            "authorized to assume the provided role."
        )
    for rule in _managed_rules(json.loads(definition)):
        arn = f"arn:aws:events:{place}:rule/{rule}"
        if not all(role_may(role, "states", f"events:{one}", arn, MANAGED) for one in RULE_ACTIONS):
            raise _AccessDenied(f"'{role}' is not authorized to create managed-rule.")
    if _logs(logging) and not all(role_may(role, "states", f"logs:{a}", "*") for a in DELIVERY):
        raise _AccessDenied(
            "The state machine IAM Role is not authorized to access the Log Destination"
        )


def _logs(configuration: dict[str, Any] | None) -> bool:
    settings = configuration or {}
    return settings.get("level", "OFF") != "OFF" and bool(settings.get("destinations"))


def _managed_rules(definition: dict[str, Any]) -> Iterator[str]:
    """The rules that tasks of a definition need which wait for the end of a job."""
    for state in (definition.get("States") or {}).values():
        job, found, _ = str(state.get("Resource", "")).partition(".sync")
        if found and job.partition(":::")[2] in MANAGED_RULES:
            yield MANAGED_RULES[job.partition(":::")[2]]
        inner = (state.get("Iterator"), state.get("ItemProcessor"), *state.get("Branches", ()))
        for machine in filter(None, inner):
            yield from _managed_rules(machine)
