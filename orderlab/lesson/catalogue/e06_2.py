"""06.2: whatever comes again starts nothing, and nothing is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from localaws import clock, faults
from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging.intake import Intake

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

HANDLER = "lambdas/start_workflow_handler/app.py"
MOUSE = "prod-001"
ONCE = "1 execution, no dead letter"

exercise = Exercise(
    id="06.2",
    title="Clicked once, paid once",
    level="core",
    task=f"""\
This stack has last winter's consumer: it starts an execution for each message that comes. Mend it.
Afterwards **one order starts one execution**, however often its message comes, while it runs and
after it has ended, from one click or from two; a known order is no failure. And **the same id with
another basket is neither lost nor run**: it ends among the dead letters, for a person to decide.

Edit `start_order` in `exercises/06_2/{HANDLER}`; its role may call DescribeExecution.""",
    files=(HANDLER,),
    given=(
        Edit(
            HANDLER,
            """\
The queue delivers at least once, so the same order can come twice. The execution is named by the
order's id, and a name is taken only once in 90 days: whatever comes again starts nothing.

A message cannot ask for a replay: an operator starts one with StartExecution under the name
`<id>-r1`, so that no message, however often it is delivered, ever charges an order again.
""",
            """\
It starts each message's order, and Lambda then deletes the message.
""",
        ),
        Edit(HANDLER, "from decimal import Decimal\n", ""),
        Edit(
            HANDLER,
            '''\
class OrderConflictError(Exception):
    """The order's id is taken by another basket. Nobody but a person can tell which is right."""


''',
            "",
        ),
        Edit(
            HANDLER,
            '''\
def same_json(left: str, right: str) -> bool:
    """Whether two texts hold the same JSON: spaces and the order of keys do not matter.

    Python's own comparison takes true for 1, hence the numbers marked as such; 1 and 1.0 are equal.
    """

    def parse(text: str) -> Any:
        def number(digits: str) -> tuple[str, Decimal]:
            return "number", Decimal(digits)

        return json.loads(text, parse_int=number, parse_float=number)

    return bool(parse(left) == parse(right))


def start_once(order_id: str, body: str) -> str:
    """Starts the order's execution unless it was started before. Returns the execution's ARN.

    StartExecution answers an equal call with the execution that is still running, and with
    ExecutionAlreadyExists when it has ended or the input differs:
    docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html

    Raises:
        OrderConflictError: the order was started before with another input.
        botocore.exceptions.ClientError: Step Functions refused; the message will come again.
    """
    try:
        started = sfn.start_execution(stateMachineArn=STATE_MACHINE_ARN, name=order_id, input=body)
    except sfn.exceptions.ExecutionAlreadyExists:
        arn = STATE_MACHINE_ARN.replace(":stateMachine:", ":execution:") + f":{order_id}"
        known = sfn.describe_execution(executionArn=arn)
        if not same_json(known["input"], body):
            raise OrderConflictError(f"{arn} was started with another basket") from None
        logger.info("Order was started before", extra={"executionArn": arn})
        return arn
''',
            '''\
def start_order(order_id: str, body: str) -> str:
    """Starts the order's execution. Returns the execution's ARN.

    Raises:
        botocore.exceptions.ClientError: Step Functions refused; the message will come again.
    """
    started = sfn.start_execution(stateMachineArn=STATE_MACHINE_ARN, input=body)
''',
        ),
        Edit(
            HANDLER,
            "            return start_once(order_id, record.body)\n",
            "            return start_order(order_id, record.body)\n",
        ),
    ),
    hints=(
        (
            "Give each execution a name that the order decides. Then StartExecution itself refuses "
            "the second. What does its error not tell you?"
        ),
        (
            "`sfn.exceptions.ExecutionAlreadyExists` means *known*, not *equal*. "
            "`sfn.describe_execution` returns the `input` that the known one was started with; an "
            "execution's ARN is the state machine's, with `:execution:` for `:stateMachine:` and "
            "`:` and the name at its end. What raises in here comes again."
        ),
        (
            "`name=order_id`; in `except sfn.exceptions.ExecutionAlreadyExists:` describe the "
            "execution, return its ARN if `json.loads(known['input']) == json.loads(body)`, and "
            "raise otherwise."
        ),
    ),
)


@exercise.scenario("One message, delivered three times while its order runs")
def _three_times(shop: Shop) -> Finding:
    intake = Intake(shop)
    intake.deliver(shop.order("delivered-thrice", [(MOUSE, 2)]), times=3)
    got = intake.became("delivered-thrice")
    return Finding(
        ONCE,
        got,
        got == ONCE,
        "The message of delivered-thrice came three times and must start one execution. What came "
        f"of it: {got}. Each execution asks for the money.",
    )


@exercise.scenario("Two clicks: two messages of one order")
def _two_clicks(shop: Shop) -> Finding:
    intake = Intake(shop)
    for _ in range(2):
        intake.post(shop.order("two-clicks", [(MOUSE, 2)]))
    got = intake.became("two-clicks")
    return Finding(
        ONCE,
        got,
        got == ONCE,
        "A second click makes a second message, with an id of its own, of the same order. It is "
        "the order that must not run twice.",
    )


@exercise.scenario("The consumer crashes after the start")
def _crash(shop: Shop) -> Finding:
    """The handler does its work and then runs into its timeout, so nothing is deleted."""
    intake = Intake(shop)
    with faults.inject(function=intake.function, latency=60):
        intake.post(shop.order("start-and-crash", [(MOUSE, 2)]))
        clock.advance(seconds=30)
    got = intake.became("start-and-crash")
    return Finding(
        ONCE,
        got,
        got == ONCE,
        "The order start-and-crash was started, then the function ran into its timeout, and a "
        "minute later, when the order had ended, its message came again. It is known and equal: a "
        "success.",
    )


@exercise.scenario("The same id with another basket")
def _conflict(shop: Shop) -> Finding:
    intake = Intake(shop)
    intake.post(shop.order("id-taken", [(MOUSE, 2)]))
    clock.advance(minutes=1)
    intake.post(shop.order("id-taken", [(MOUSE, 3)]))
    got = intake.became("id-taken")
    expected = "1 execution, 1 dead letter"
    return Finding(
        expected,
        got,
        got == expected,
        "The second order id-taken holds three mice, not two. Nobody but a person can tell which "
        "is right: it must not run, and it must not vanish.",
    )


@exercise.scenario("Another basket while the first one runs")
def _conflict_at_once(shop: Shop) -> Finding:
    intake = Intake(shop)
    for pieces in (2, 3):
        intake.send(json.dumps(shop.order("id-taken-at-once", [(MOUSE, pieces)])))
    got = intake.became("id-taken-at-once")
    expected = "1 execution, 1 dead letter"
    return Finding(
        expected,
        got,
        got == expected,
        "Both orders id-taken-at-once came in one batch. One runs, the other waits for a person.",
    )


@exercise.scenario("The same basket, written otherwise")
def _written_otherwise(shop: Shop) -> Finding:
    intake = Intake(shop)
    order = shop.order("other-spaces", [(MOUSE, 2)])
    intake.send(json.dumps(order))
    clock.advance(minutes=1)
    intake.send(json.dumps(dict(reversed(order.items())), indent=1))
    got = intake.became("other-spaces")
    return Finding(
        ONCE,
        got,
        got == ONCE,
        "The second message of other-spaces has other spaces and another order of keys. As JSON it "
        "is the same, and so it is the same order.",
    )
