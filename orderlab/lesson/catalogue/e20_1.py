"""20.1: after a delete, all that a stack has left behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import boto3

from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging.stacks import IDLE_FUNCTION, Resources, SmallStack

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

QUEUE: Resources = {"Orders": {"Type": "AWS::SQS::Queue"}}
LOG = {"Type": "AWS::Logs::LogGroup"}
KEPT_LOG: Resources = {"Charges": {**LOG, "DeletionPolicy": "Retain"}}
MANY = 51  # queues, for more events than a page holds

exercise = Exercise(
    id="20.1",
    title="Prove that nothing remains",
    level="core",
    task="""\
Complete `remains(stack_id)`: the physical ids of all that a stack has left behind after its delete,
as a sorted list. Its events name what was **skipped** and what could **not be deleted**, also in an
update before. Two more things belong to the truth: the log group `/aws/lambda/<name>` that Lambda
has made for a function of the stack is in no template; and a log group that somebody has deleted
by hand meanwhile does not remain. `stack_id` is the stack's ARN: by its name alone, CloudFormation
finds no deleted stack. `lesson.check("20.1", remains)` runs the function.""",
    files=(),
    hints=(
        (
            "One resource has many events, and the newest comes first: which one counts? And what "
            "names a thing for certain: its logical id, or its physical one?"
        ),
        (
            'Ask for all pages: `cfn.get_paginator("describe_stack_events").paginate(StackName='
            "stack_id)`. The stack has events of its own, whose `PhysicalResourceId` is its ARN. "
            "Whether a log group exists, `describe_log_groups(logGroupNamePrefix=…)` says."
        ),
        (
            '`newest.setdefault(event["PhysicalResourceId"], event)` over all events keeps the '
            "newest of each thing. Left are those in `DELETE_SKIPPED` or `DELETE_FAILED`, without "
            "the stack itself; and for each `AWS::Lambda::Function` its log group. Then leave out "
            "log groups that do not exist: `/aws/lambda/…` and `AWS::Logs::LogGroup` alike."
        ),
    ),
)


def _expects(shop: Shop, stack: SmallStack, left: Sequence[str], because: str) -> Finding:
    expected = sorted(left)
    try:
        answer = shop.answer(stack.id)
        got = str(answer)
    except Exception as error:  # noqa: BLE001 - the learner's own
        answer, got = None, f"{type(error).__name__}: {error}"
    return Finding(str(expected), got, answer == expected, because)


def _deleted(
    resources: Resources, *kept: str, before: Callable[[SmallStack], object] | None = None
) -> tuple[SmallStack, list[str]]:
    """A stack that was made and deleted, and the names of those of its resources that are kept."""
    stack = SmallStack(resources)
    names = [stack.physical_id(one) for one in kept]
    if before is not None:
        before(stack)
    stack.delete()
    return stack, names


@exercise.scenario("A queue, and a log group that is kept")
def _kept(shop: Shop) -> Finding:
    stack, left = _deleted({**QUEUE, **KEPT_LOG}, "Charges")
    because = (
        "The queue was deleted. The log group has DeletionPolicy: Retain, and its last event is "
        "DELETE_SKIPPED."
    )
    return _expects(shop, stack, left, because)


@exercise.scenario("Nothing is left")
def _nothing(shop: Shop) -> Finding:
    stack, left = _deleted({**QUEUE, "Log": LOG})
    because = "Both were deleted, so the list is empty."
    return _expects(shop, stack, left, because)


@exercise.scenario("A bucket that is not empty")
def _bucket(shop: Shop) -> Finding:
    def fill(stack: SmallStack) -> None:
        bucket = stack.physical_id("Files")
        boto3.client("s3").put_object(Bucket=bucket, Key="invoice", Body=b"59.98")

    stack, left = _deleted({**QUEUE, "Files": {"Type": "AWS::S3::Bucket"}}, "Files", before=fill)
    because = (
        "The bucket holds a file, so its delete failed, and the stack still stands in "
        "DELETE_FAILED. The bucket remains. The stack is what was asked about, and no resource of "
        "itself."
    )
    return _expects(shop, stack, left, because)


@exercise.scenario("A log group that was replaced")
def _replaced(shop: Shop) -> Finding:
    def named(story: str) -> Resources:
        own = {"LogGroupName": {"Fn::Sub": f"${{AWS::StackName}}-{story}"}}
        return {**QUEUE, "Charges": {**LOG, "Properties": own, "UpdateReplacePolicy": "Retain"}}

    stack, _ = _deleted(named("first"), before=lambda one: one.update(named("second")))
    because = (
        "An update gave the log group another name. The first one was kept then (Update"
        "ReplacePolicy: Retain), and the second one went with the stack. Both had the logical id "
        "Charges."
    )
    return _expects(shop, stack, [f"{stack.name}-first"], because)


@exercise.scenario("More events than a page holds")
def _pages(shop: Shop) -> Finding:
    queues = {f"Orders{number}": {"Type": "AWS::SQS::Queue"} for number in range(MANY)}
    stack, left = _deleted({**queues, **KEPT_LOG}, "Charges")
    because = (
        f"The log group was skipped first, then {MANY} queues were deleted: its event is not among "
        "the newest hundred."
    )
    return _expects(shop, stack, left, because)


@exercise.scenario("A function that has run")
def _function(shop: Shop) -> Finding:
    def invoke(stack: SmallStack) -> None:
        boto3.client("lambda").invoke(FunctionName=stack.physical_id("Idle"))

    stack, names = _deleted(IDLE_FUNCTION, "Idle", before=invoke)
    because = (
        "Role and function were deleted. The log group that Lambda made when the function ran was "
        "never the stack's."
    )
    return _expects(shop, stack, [f"/aws/lambda/{names[0]}"], because)


@exercise.scenario("A function that has never run")
def _never(shop: Shop) -> Finding:
    stack, _ = _deleted(IDLE_FUNCTION)
    because = "Nobody has invoked the function, so Lambda has made no log group for it."
    return _expects(shop, stack, [], because)


@exercise.scenario("Tidied up by hand")
def _by_hand(shop: Shop) -> Finding:
    stack, names = _deleted({**QUEUE, **KEPT_LOG}, "Charges")
    boto3.client("logs").delete_log_group(logGroupName=names[0])
    because = "The log group was kept, and then somebody deleted it by hand: nothing remains."
    return _expects(shop, stack, [], because)
