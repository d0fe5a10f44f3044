"""Step Functions.

docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
"""

from __future__ import annotations

from localaws.iam.actions.needs import (
    Ask,
    Need,
    Resource,
    Rules,
    all_of,
    anything,
    at,
    needs,
    own,
    passing_role,
)
from localaws.iam.tokens import machine_of

NEW_MACHINE = at("arn:aws:states:{region}:{account}:stateMachine:{name}")
MACHINES = at("arn:aws:states:{region}:{account}:stateMachine:*")
NEW_ACTIVITY = at("arn:aws:states:{region}:{account}:activity:{name}")
EXECUTION = at("{executionArn}")
ACTIVITY = at("{activityArn}")


def machine(parameter: str = "stateMachineArn") -> Resource:
    """A state machine, also where a version or an alias of it is named.

    .../step-functions/latest/dg/auth-version-alias.html
    """

    def resource(ask: Ask) -> str:
        return ":".join(str(ask.value(parameter)).split(":")[:7])

    return resource


def waiting_machine(ask: Ask) -> str:
    """The machine whose task waits for a token."""
    return machine_of(str(ask.value("taskToken"))) or MACHINES(ask)


def _list_executions(ask: Ask) -> list[Need]:
    run = ask.value("mapRunArn")
    return [Need("states:ListExecutions", run or machine()(ask))]


RULES: Rules = {
    **own(
        "states",
        machine(),
        "CreateStateMachineAlias DeleteStateMachine DescribeStateMachine"
        " ListStateMachineAliases ListStateMachineVersions PublishStateMachineVersion"
        " StartExecution StartSyncExecution",
    ),
    "UpdateStateMachine": all_of(
        needs("states:UpdateStateMachine", machine()), passing_role("roleArn")
    ),
    "CreateStateMachine": all_of(
        needs("states:CreateStateMachine", NEW_MACHINE), passing_role("roleArn")
    ),
    **own(
        "states",
        machine("stateMachineAliasArn"),
        "DeleteStateMachineAlias DescribeStateMachineAlias UpdateStateMachineAlias",
    ),
    **own("states", machine("stateMachineVersionArn"), "DeleteStateMachineVersion"),
    **own(
        "states",
        EXECUTION,
        "DescribeExecution DescribeStateMachineForExecution GetExecutionHistory ListMapRuns"
        " RedriveExecution StopExecution",
    ),
    "ListExecutions": _list_executions,
    **own("states", waiting_machine, "SendTaskFailure SendTaskHeartbeat SendTaskSuccess"),
    **own("states", ACTIVITY, "DeleteActivity DescribeActivity GetActivityTask"),
    **own("states", NEW_ACTIVITY, "CreateActivity"),
    **own("states", at("{mapRunArn}"), "DescribeMapRun UpdateMapRun"),
    **own("states", MACHINES, "ListStateMachines"),
    **own("states", anything, "ListActivities ValidateStateMachineDefinition"),
    "TestState": all_of(needs("states:TestState", anything), passing_role("roleArn")),
    **own("states", at("{resourceArn}"), "ListTagsForResource TagResource UntagResource"),
}
