"""13.3: a new version tried with a tenth of the traffic, then taken or put back."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3

from localaws import clock
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

MANY = 40
_numbers = itertools.count(1)

exercise = Exercise(
    id="13.3",
    title="A tenth first",
    level="extra",
    features="all",
    task="""\
Write `release(sfn, machine, alias, definition, watch)`. It updates the state machine `machine` (an
ARN) to `definition` (a text), publishes a version, and lets the alias `alias` (an ARN, all of whose
traffic goes to one version) send **a tenth** to it. Then it calls `watch()` once: meanwhile orders
come. If executions of the **new** version have ended and none of them failed, timed out or was
aborted, all traffic goes to it; otherwise all goes back. It returns whether the new one was taken.

Write it in the cell below, with its imports inside; `lesson.check("13.3", release)` runs it.""",
    files=(),
    hints=(
        (
            "`describe_state_machine_alias` tells which version is there now, before you change "
            "anything. Weights are whole numbers and sum to 100."
        ),
        (
            "`publish_state_machine_version` returns the new version's ARN, and `list_executions` "
            "takes that ARN as `stateMachineArn`: those are the executions that count. What if "
            "there is none?"
        ),
        (
            "`statuses = {one['status'] for one in …}`, and the new one is taken if `SUCCEEDED` is "
            "in it and nothing of `FAILED`, `TIMED_OUT`, `ABORTED`."
        ),
    ),
)

OLD = {"Type": "Pass", "End": True}
GOOD = {**OLD, "Comment": "New, and as good."}
BAD = {"Type": "Fail", "Error": "NewAndBroken"}


def _machine(**states: Any) -> str:
    """Orders with `fails` in their input fail, whatever the version; all others go on to Work."""
    choice = {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.input.fails = true %}", "Next": "Refuse"}],
        "Default": "Work",
    }
    refuse = {"Type": "Fail", "Error": "OrderInvalid"}
    return json.dumps(
        {
            "QueryLanguage": "JSONata",
            "StartAt": "Look",
            "States": {"Look": choice, "Refuse": refuse, **states},
        }
    )


@dataclass
class Trial:
    """What a release did.

    Attributes:
        during: the alias' weights while orders came, by version: `{"1": 90, "2": 10}`.
        after: the same, in the end.
        answer: what the learner's function returned.
    """

    during: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    answer: Any = None

    @property
    def words(self) -> str:
        routes = " and ".join(f"{share} % to version {name}" for name, share in self.after.items())
        return f"{routes}, returned {self.answer!r}"


def _weights(alias: str) -> dict[str, int]:
    found = boto3.client("stepfunctions").describe_state_machine_alias(stateMachineAliasArn=alias)
    routes = found["routingConfiguration"]
    return {
        one["stateMachineVersionArn"].rpartition(":")[2]: one["weight"]
        for one in routes
        if one["weight"]
    }


def _trial(
    shop: Shop, name: str, new: dict[str, Any], come: Callable[[str, str], None] | None = None
) -> Trial:
    """Let the learner's function release `new`; `come` starts what comes meanwhile."""
    client, trial = boto3.client("stepfunctions"), Trial()
    role = client.describe_state_machine(stateMachineArn=shop.stack.outputs["OrderWorkflowArn"])
    made = client.create_state_machine(
        name=f"{name}-{next(_numbers)}",
        definition=_machine(Work=OLD),
        roleArn=role["roleArn"],
        publish=True,
    )
    machine, version = made["stateMachineArn"], made["stateMachineVersionArn"]
    route = [{"stateMachineVersionArn": version, "weight": 100}]
    alias = client.create_state_machine_alias(name="live", routingConfiguration=route)
    arn = alias["stateMachineAliasArn"]

    def watch() -> None:
        trial.during = _weights(arn)
        (come or _many)(arn, version)
        clock.advance(hours=1)

    trial.answer = shop.answer(client, machine, arn, _machine(Work=new), watch)
    trial.after = _weights(arn)
    return trial


def _many(alias: str, _: str) -> None:
    for _number in range(MANY):
        boto3.client("stepfunctions").start_execution(stateMachineArn=alias, input="{}")


def _some_fail_on_the_old(alias: str, old: str) -> None:
    _many(alias, old)
    client = boto3.client("stepfunctions")
    for _number in range(5):
        client.start_execution(stateMachineArn=old, input='{"fails": true}')


def _nobody(_: str, __: str) -> None:
    """It is Sunday."""


def _finding(trial: Trial, taken: bool, because: str) -> Finding:
    wanted = Trial(after={"2" if taken else "1": 100}, answer=taken)
    got = trial.words
    held = trial.after == wanted.after and trial.answer is taken
    return Finding(wanted.words, got, held, f"{because} Got: {got}.")


@exercise.scenario("A definition that is good")
def _good(shop: Shop) -> Finding:
    return _finding(
        _trial(shop, "release-good", GOOD),
        True,
        "All executions of the new version succeeded: it must have all traffic.",
    )


@exercise.scenario("While it is watched")
def _tenth(shop: Shop) -> Finding:
    during = _trial(shop, "release-tenth", GOOD).during
    got = " and ".join(f"{share} % to version {name}" for name, share in during.items())
    return Finding(
        "90 % to version 1 and 10 % to version 2",
        got or "watch was not called",
        during == {"1": 90, "2": 10},
        "While nobody knows whether it is good, a tenth of the orders may meet the new version. "
        f"Got: {got or 'watch was not called'}.",
    )


@exercise.scenario("A definition that fails")
def _bad(shop: Shop) -> Finding:
    return _finding(
        _trial(shop, "release-bad", BAD),
        False,
        "The new version fails: all traffic must go back to the one before.",
    )


@exercise.scenario("Failures of the old version")
def _old_fails(shop: Shop) -> Finding:
    return _finding(
        _trial(shop, "release-old-fails", GOOD, _some_fail_on_the_old),
        True,
        "Five orders failed on version 1, as such orders did last week. They say nothing about the "
        "new version.",
    )


@exercise.scenario("Nobody comes")
def _quiet(shop: Shop) -> Finding:
    return _finding(
        _trial(shop, "release-on-sunday", BAD, _nobody),
        False,
        "No execution of the new version has ended, so nobody knows anything about it. No failure "
        "is not a success.",
    )
