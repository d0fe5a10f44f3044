"""What cannot be branched, and where a changed definition leads elsewhere."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from localaws import branching, clock, faults

pytestmark = pytest.mark.simulated_clock

NOTHING = branching.definition(lambda machine: machine.update(Comment="the same, but for this"))
STATES = {
    "First": {"Type": "Pass", "Result": {"kind": "b"}, "Next": "Which"},
    "Which": {
        "Type": "Choice",
        "Choices": [{"Variable": "$.kind", "StringEquals": "a", "Next": "A"}],
        "Default": "B",
    },
    "A": {"Type": "Pass", "Next": "Last"},
    "B": {"Type": "Pass", "Next": "Last"},
    "Last": {"Type": "Pass", "End": True},
}


@pytest.fixture
def original(execute: Any, look: Any) -> Any:
    return look(execute(STATES))


@pytest.mark.parametrize(
    ("change", "departs"),
    [
        (
            branching.state(
                "Which", Choices=[{"Variable": "$.kind", "StringEquals": "b", "Next": "A"}]
            ),
            "6, PassStateEntered of B",
        ),
        (branching.state("First", Result={"kind": "c"}), "3, PassStateExited of First"),
        (
            branching.definition(
                {"StartAt": "Z", "States": {"Z": {"Type": "Pass", "Next": "First"}, **STATES}}
            ),
            "2, PassStateEntered of First",
        ),
        (branching.state("B", Next=None, End=True), "8, PassStateEntered of Last"),
        (
            branching.definition({"StartAt": "First", "States": {"First": {"Type": "Succeed"}}}),
            "2, PassStateEntered of First",
        ),
    ],
)
def test_a_definition_that_leads_elsewhere(
    original: Any, look: Any, change: branching.Change, departs: str
) -> None:
    machine = original.description["stateMachineArn"]
    with pytest.raises(ValueError, match=f"it departs at event {departs}"):
        change.apply(original.arn, original.find("Last"))
    sfn = boto3.client("stepfunctions")
    assert len(sfn.list_executions(stateMachineArn=machine)["executions"]) == 1
    # The same name is free again, and what comes before the difference fits.
    number = int(departs.partition(",")[0]) - 1
    assert look(change.apply(original.arn, number).arn).arn.endswith("-b1")


def test_the_machine_keeps_its_definition(original: Any, look: Any) -> None:
    sfn = boto3.client("stepfunctions")
    arn = original.description["stateMachineArn"]
    before = sfn.describe_state_machine(stateMachineArn=arn)["definition"]
    branch = branching.state("Last", Result=3).apply(original.arn, 5)
    assert look(branch.arn).description["output"] == "3"
    assert sfn.describe_state_machine(stateMachineArn=arn)["definition"] == before
    of = sfn.describe_state_machine_for_execution
    assert of(executionArn=original.arn)["definition"] == before
    assert '"Result": 3' in of(executionArn=branch.arn)["definition"]


@pytest.mark.parametrize(
    ("change", "at", "reason"),
    [
        (NOTHING, 0, "has no event 0: its events are numbered from 1 to 10"),
        (NOTHING, 11, "has no event 11"),
        (NOTHING, True, "at is the id of an event"),
        (NOTHING, "First", "at is the id of an event"),
        (NOTHING, 10, "With event 10, ExecutionSucceeded, the execution has ended"),
        (branching.state("Nobody", Comment="?"), 3, "has no state 'Nobody'. It has: First, Which"),
        (branching.state("Last", End=True), 3, "leaves the definition as it is"),
        (branching.state("A", Type="Pas"), 3, "Invalid State Machine Definition"),
        (branching.definition("{}"), 3, "Invalid State Machine Definition"),
        (branching.fault(function="nobody", error="E"), 3, "There is no function 'nobody'"),
        (branching.fault(error="E"), 3, "A fault has one target"),
        (branching.input(1), 3, "brings no input in"),
    ],
)
def test_what_makes_no_sense(original: Any, change: branching.Change, at: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        change.apply(original.arn, at)
    assert not faults.active()
    sfn = boto3.client("stepfunctions")
    machine = original.description["stateMachineArn"]
    assert len(sfn.list_executions(stateMachineArn=machine)["executions"]) == 1


def test_what_is_no_change() -> None:
    with pytest.raises(TypeError, match="nonsense"):
        branching.fault(nonsense=1)
    with pytest.raises(ValueError, match="Name the fields"):
        branching.state("A")


def test_one_of_another_cloud(cloud: Any) -> None:
    for account in ("123456789012", "210987654321"):
        arn = f"arn:aws:states:us-east-1:{account}:execution:Machine:e1"
        with pytest.raises(ValueError, match=r"Only an execution of the local AWS .* is none"):
            NOTHING.apply(arn, 1)


def test_an_express_execution(cloud: Any, role: str) -> None:
    sfn = boto3.client("stepfunctions")
    machine = sfn.create_state_machine(
        name="branch-express",
        definition='{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 9, "End": true}}}',
        roleArn=role,
        type="EXPRESS",
    )["stateMachineArn"]
    arn = sfn.start_execution(stateMachineArn=machine)["executionArn"]
    for _ in range(2):
        with pytest.raises(ValueError, match="Express execution keeps no history"):
            NOTHING.apply(arn, 1)
        clock.advance(seconds=20)


def test_a_distributed_map(execute: Any, look: Any) -> None:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Item",
        "States": {"Item": {"Type": "Pass", "End": True}},
    }
    each = {"Type": "Map", "ItemProcessor": processor, "Next": "Done"}
    original = look(execute({"Each": each, "Done": {"Type": "Pass", "End": True}}, [1, 2]))
    run = original.find("MapRunStarted")
    with pytest.raises(ValueError, match=f"Branch at an event before {run}"):
        NOTHING.apply(original.arn, original.find("Done"))
    for at in range(1, run):
        assert look(NOTHING.apply(original.arn, at).arn).types == original.types
    [map_run] = boto3.client("stepfunctions").list_map_runs(executionArn=original.arn)["mapRuns"]
    listed = boto3.client("stepfunctions").list_executions(mapRunArn=map_run["mapRunArn"])
    with pytest.raises(ValueError, match="child execution of a distributed Map"):
        NOTHING.apply(listed["executions"][0]["executionArn"], 1)


def test_a_redrive(execute: Any, look: Any, table: str) -> None:
    get: dict[str, Any] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:getItem",
        "Parameters": {"TableName": "no-such-table", "Key": {"id": {"S": "a"}}},
        "End": True,
    }
    arn = execute({"Get": get})
    boto3.client("stepfunctions").redrive_execution(executionArn=arn)
    clock.run_until(arn)
    again = look(arn)
    redriven = again.find("ExecutionRedriven")
    with pytest.raises(ValueError, match="a redrive"):
        NOTHING.apply(arn, redriven + 1)
    mended = branching.state("Get", Parameters={**get["Parameters"], "TableName": table})
    branch = mended.apply(arn, again.find("Get", 0))
    assert look(branch.arn).status == "SUCCEEDED"


def test_a_branch_that_failed_is_redriven(execute: Any, look: Any) -> None:
    states = {
        "First": {"Type": "Pass", "Next": "Fails"},
        "Fails": {"Type": "Fail", "Error": "E"},
    }
    original = look(execute(states))
    branch = NOTHING.apply(original.arn, original.find("First"))
    boto3.client("stepfunctions").redrive_execution(executionArn=branch.arn)
    clock.run_until(branch.arn)
    assert look(branch.arn).types[-2:] == ["FailStateEntered", "ExecutionFailed"]


def test_a_paused_clock(original: Any) -> None:
    with clock.pause(), pytest.raises(RuntimeError, match="The clock is paused"):
        NOTHING.apply(original.arn, 3)


def test_nothing_runs_here_or_its_clock_is_real(python: Any) -> None:
    told = python(
        """
        import localaws
        from localaws import branching

        def refused(change):
            try:
                change.apply("arn:aws:states:us-east-1:123456789012:execution:Machine:e1", 1)
            except RuntimeError as error:
                print(error)

        refused(branching.input({}))
        localaws.start(clock="real")
        refused(branching.input({}))
        localaws.stop()
        """
    )
    first, second = told.splitlines()
    assert "localaws.start()" in first
    assert 'localaws.reset(clock="simulated")' in second
