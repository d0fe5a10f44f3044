"""StopExecution: an execution ends at once, whatever it waits for, and leaves nothing behind.

Rules: docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

KINDS = ["wait", "callback", "function", "backoff", "map", "parallel", "nested"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_ends_at_the_instant_of_the_stop(
    executions: Any, waiting: Any, clock: Any, sfn: Any, kind: str
) -> None:
    arn = executions.start(waiting(kind))
    clock.advance(seconds=42)
    answer = sfn.stop_execution(executionArn=arn, error="Operator", cause="enough")
    description = executions.describe(arn)
    assert description["status"] == "ABORTED"
    assert (description["error"], description["cause"]) == ("Operator", "enough")
    assert description["stopDate"] == answer["stopDate"] == to_the_millisecond(clock.now)
    history = executions.history(arn)
    assert (history[-1].at, history[-1].type) == (42, "ExecutionAborted")
    assert history[-1].details == {"error": "Operator", "cause": "enough"}
    clock.advance(hours=2)
    assert executions.history(arn) == history
    assert executions.describe(arn) == description


@pytest.mark.parametrize("kind", KINDS)
def test_it_leaves_no_timer_behind(
    executions: Any, waiting: Any, machine: Any, wait: Any, clock: Any, quiet: None, kind: str
) -> None:
    """The next read of another goes to the other's timer, not to one of the stopped."""
    arn = executions.start(waiting(kind))
    clock.advance(seconds=1)
    executions.client.stop_execution(executionArn=arn)
    if kind == "function":
        clock.advance(hours=1)  # the function itself runs to its end
    begun = clock.now
    other = executions.start(machine(wait(9000)))
    assert executions.describe(other)["status"] == "SUCCEEDED"
    assert (clock.now - begun).total_seconds() == 9000


def test_before_it_has_begun(executions: Any, machine: Any, wait: Any, clock: Any) -> None:
    """A start and a stop in one cell."""
    arn = executions.start(machine(wait(60)))
    executions.client.stop_execution(executionArn=arn)
    assert executions.describe(arn)["status"] == "ABORTED"
    types = [moment.type for moment in executions.history(arn)]
    assert (types[0], types[-1]) == ("ExecutionStarted", "ExecutionAborted")
    assert executions.seconds(arn) == 0


def test_stopping_twice_changes_nothing(
    executions: Any, machine: Any, wait: Any, clock: Any, sfn: Any
) -> None:
    arn = executions.start(machine(wait(60)))
    clock.advance(seconds=5)
    sfn.stop_execution(executionArn=arn)
    first = executions.describe(arn)
    clock.advance(seconds=5)
    sfn.stop_execution(executionArn=arn, error="Again")
    assert executions.describe(arn) == first


def test_the_function_at_work_runs_to_its_end(
    executions: Any, machine: Any, call: Any, make_queue: Any, clock: Any
) -> None:
    """docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html"""
    queue = make_queue()
    send = f"boto3.client('sqs').send_message(QueueUrl={queue.url!r}, MessageBody='effect')"
    task = call(f"time.sleep(30)\n{send}", Timeout=60)
    arn = executions.start(machine(task))
    clock.advance(seconds=10)
    executions.client.stop_execution(executionArn=arn)
    history = executions.history(arn)
    assert queue.bodies() == []
    clock.advance(seconds=25)
    assert queue.bodies() == ["effect"]
    assert executions.history(arn) == history
    group = f"/aws/lambda/{task['Parameters']['FunctionName']}"
    events = boto3.client("logs").filter_log_events(logGroupName=group)["events"]
    assert any("Duration: 30000.00 ms" in event["message"] for event in events)


@pytest.mark.parametrize("levels", [1, 2])
def test_a_stopped_parent_stops_its_child(
    executions: Any, machine: Any, waiting: Any, clock: Any, make_machine: Any, levels: int
) -> None:
    """docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync"""
    definition = waiting("nested")
    children = [definition["States"]["B"]["Parameters"]["StateMachineArn"]]
    for _ in range(levels - 1):
        children.append(make_machine(definition))
        definition["States"]["B"]["Parameters"]["StateMachineArn"] = children[-1]
    arn = executions.start(definition)
    clock.advance(seconds=42)
    executions.client.stop_execution(executionArn=arn)
    for child in children:
        [execution] = executions.client.list_executions(stateMachineArn=child)["executions"]
        assert execution["status"] == "ABORTED"
        assert executions.seconds(execution["executionArn"]) == 42


def test_a_failed_branch_stops_the_child_of_another(
    executions: Any, machine: Any, waiting: Any, wait: Any
) -> None:
    nested = waiting("nested")
    child = nested["States"]["B"]["Parameters"]["StateMachineArn"]
    fail = machine(wait(7), {"Type": "Fail", "Error": "OnPurpose"})
    arn = executions.run(machine({"Type": "Parallel", "Branches": [nested, fail]}))
    assert executions.seconds(arn) == 7
    [execution] = executions.client.list_executions(stateMachineArn=child)["executions"]
    assert execution["status"] == "ABORTED"
    assert executions.seconds(execution["executionArn"]) == 7


def test_a_handler_stops_the_execution_that_invoked_it(
    executions: Any, machine: Any, call: Any
) -> None:
    code = (
        "time.sleep(3)\n"
        "boto3.client('stepfunctions').stop_execution(executionArn=event['arn'], error='Own')\n"
        "time.sleep(3)"
    )
    task = call(code, Timeout=30)
    task["Parameters"]["Payload"] = {"arn.$": "$$.Execution.Id"}
    del task["Parameters"]["Payload.$"]
    arn = executions.run(machine(task))
    assert executions.describe(arn)["status"] == "ABORTED"
    assert executions.describe(arn)["error"] == "Own"
    assert executions.seconds(arn) == pytest.approx(3)


def test_eventbridge_hears_of_it_at_once(
    executions: Any, machine: Any, wait: Any, clock: Any, make_queue: Any, sfn: Any
) -> None:
    allowed = {"Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Resource": "*", **allowed}]})
    queue = make_queue(Policy=policy)
    events = boto3.client("events")
    pattern = '{"source": ["aws.states"], "detail": {"status": ["ABORTED"]}}'
    events.put_rule(Name="aborted", EventPattern=pattern)
    events.put_targets(Rule="aborted", Targets=[{"Id": "q", "Arn": queue.arn}])
    arn = executions.start(machine(wait(600)))
    clock.advance(seconds=9)
    sfn.stop_execution(executionArn=arn)
    events.remove_targets(Rule="aborted", Ids=["q"])
    [body] = [body for body in queue.bodies() if arn in body]
    detail = json.loads(body)["detail"]
    assert (detail["status"], detail["stopDate"]) == ("ABORTED", int(clock.now.timestamp() * 1000))


def to_the_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
