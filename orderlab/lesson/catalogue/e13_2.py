"""13.2: a state that sends the e-mail, added to the order workflow while 50 orders wait."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import boto3

from localaws import clock, faults
from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import mails
from orderlab.lesson.places import COURSE

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Ended, Shop

WORKFLOW, TEMPLATE = "state-machines/order-workflow.asl.json", "template.yaml"
ORDERS = 50
MOUSE = [("prod-001", 1)]
NO = ("PaymentDeclined", "PaymentGatewayTimeout")  # how an order may end that is not paid

exercise = Exercise(
    id="13.2",
    title=f"While {ORDERS} orders wait",
    level="core",
    features="all",
    task=f"""\
In this copy, the rule that starts the e-mail is switched off: events may be missing. The order
workflow itself sees to it, in a state **after `ConfirmOrder`**. Whoever orders from then on gets
**one** e-mail, also if the order is replayed, and a late one if SES throttles for ten minutes.
Whatever fails in it, a paid order stays confirmed and its execution succeeds. When you deploy,
{ORDERS} orders are on their way: they were written to by hand and get **none**.

Edit, in `exercises/13_2`, `{WORKFLOW}` and `{TEMPLATE}`.""",
    files=(WORKFLOW, TEMPLATE),
    given=(
        Edit(
            TEMPLATE,
            "            DeadLetterConfig: {Arn: !GetAtt MailDeadLetterQueue.Arn}\n",
            "            DeadLetterConfig: {Arn: !GetAtt MailDeadLetterQueue.Arn}\n"
            "            State: DISABLED\n",
        ),
    ),
    hints=(
        (
            "The mail machine already claims, waits and remembers. Does the order workflow have to "
            "do all that again, within its TimeoutSeconds, or can it start somebody who does?"
        ),
        (
            "`arn:aws:states:::states:startExecution` starts it and goes on. Its input must look "
            "as the event does: `detail.input` is the order as a text. The workflow's role needs "
            "states:StartExecution, and its DefinitionSubstitutions the ARN."
        ),
        (
            '`"Input": {"detail": {"input.$": "States.JsonToString($$.Execution.Input)"}}`, '
            '`"ResultPath": null`, a Retry, and a Catch of States.ALL to NotifyConfirmed. In the '
            "template: `StepFunctionsExecutionPolicy: {StateMachineName: !GetAtt "
            "ConfirmationMailWorkflow.Name}`."
        ),
    ),
)


def _workflow(shop: Shop) -> str:
    return str(shop.stack.outputs["OrderWorkflowArn"])


def _status(shop: Shop, order_id: str) -> str:
    table = boto3.resource("dynamodb").Table(shop.stack.outputs["OrdersTableName"])
    return str(table.get_item(Key={"orderId": order_id}).get("Item", {}).get("status", "no row"))


def _place(shop: Shop, order_id: str, name: str = "", hours: float = 0.1) -> Ended:
    """An order, and some time for its e-mail."""
    order = shop.order(order_id, MOUSE)
    ended = shop.ended(shop.start(_workflow(shop), order, name=name or order_id))
    clock.advance(hours=hours)
    return ended


def _counted(number: int) -> str:
    return f"{number or 'no'} letter{'' if number == 1 else 's'}"


@exercise.scenario("One order")
def _one(shop: Shop) -> Finding:
    ended = _place(shop, "order-with-letter")
    got = f"{ended.words}, {_counted(len(mails.letters('order-with-letter')))}"
    return Finding(
        "succeeded, 1 letter",
        got,
        got == "succeeded, 1 letter",
        f"The order order-with-letter was paid, and its customer wants to know. Got: {got}.",
    )


@exercise.scenario("SES takes nothing, and Step Functions starts nothing")
def _refused(shop: Shop) -> Finding:
    with (
        faults.inject(service="sesv2", error="MessageRejected"),
        faults.inject(
            service="stepfunctions",
            operations=["StartExecution", "StartSyncExecution"],
            error="ServiceUnavailable",
        ),
    ):
        ended = _place(shop, "order-mail-refused")
    got = f"{ended.words}, {_status(shop, 'order-mail-refused')}"
    return Finding(
        "succeeded, CONFIRMED",
        got,
        got == "succeeded, CONFIRMED" and "NotifyConfirmed" in ended.states,
        "The customer has paid. An e-mail that fails may not fail the order's execution, nor keep "
        f"the notice away. Got: {got}.",
    )


@exercise.scenario("SES throttles for ten minutes")
def _throttled(shop: Shop) -> Finding:
    until = clock.now + timedelta(minutes=10)
    with faults.inject(service="sesv2", error="TooManyRequestsException", until=until):
        ended = _place(shop, "order-late-letter", hours=2)
    got = f"{ended.words}, {_counted(len(mails.letters('order-late-letter')))}"
    return Finding(
        "succeeded, 1 letter",
        got,
        got == "succeeded, 1 letter",
        "Ten minutes are longer than the order workflow's TimeoutSeconds, and the letter must come "
        f"nevertheless. Got: {got}.",
    )


@exercise.scenario("The same order, replayed")
def _replayed(shop: Shop) -> Finding:
    _place(shop, "order-replayed")
    _place(shop, "order-replayed", name="order-replayed-r1")
    number = len(mails.letters("order-replayed"))
    return Finding(
        "1 letter",
        _counted(number),
        number == 1,
        f"The order order-replayed ran twice and has had {_counted(number)}. A customer takes two "
        "for two orders.",
    )


@exercise.scenario(f"{ORDERS} orders that wait while you deploy")
def _waiting(shop: Shop) -> Finding:
    ids = [f"order-before-{number:02}" for number in range(ORDERS)]
    ends = _deployed_meanwhile(shop)
    got = f"{ends}, {_counted(mails.counted(ids))}"
    return Finding(
        f"{ORDERS} ended as they began, no letters",
        got,
        got == f"{ORDERS} ended as they began, no letters",
        "They began on the old definition and end on it; these customers were written to by hand. "
        f"Got: {got}. What sends a letter, and does it ask when the order began?",
    )


@exercise.scenario("Those who come afterwards")
def _after(shop: Shop) -> Finding:
    _deployed_meanwhile(shop)
    ids = [f"order-after-{number}" for number in range(5)]
    good = [one for one in ids if _place(shop, one).succeeded]
    each = Counter(len(mails.letters(one)) for one in good)
    got = ", ".join(f"{count} with {_counted(number)}" for number, count in each.items())
    return Finding(
        f"{len(good)} with 1 letter",
        got,
        each == {1: len(good)},
        f"Whoever orders after the deployment gets one letter. Got: {got}.",
    )


@cache
def _deployed_meanwhile(shop: Shop) -> str:
    """Orders that began before the learner's definition was deployed; how they ended, in words.

    What CloudFormation does to a state machine is UpdateStateMachine: the old definition is put
    back, orders begin on it and wait for the gateway, and the learner's comes again.
    """
    client = boto3.client("stepfunctions")
    machine = client.describe_state_machine(stateMachineArn=_workflow(shop))
    old = (COURSE / WORKFLOW).read_text(encoding="utf-8")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:"
    for name, value in {
        "ValidateOrderFunctionArn": arn + shop.stack.resources["ValidateOrderFunction"],
        "ProcessPaymentFunctionArn": arn + shop.stack.resources["ProcessPaymentFunction"],
        "OrdersTableName": shop.stack.outputs["OrdersTableName"],
        "NotificationsTopicArn": shop.stack.outputs["NotificationsTopicArn"],
    }.items():
        old = old.replace(f"${{{name}}}", value)
    client.update_state_machine(stateMachineArn=_workflow(shop), definition=old)
    wait = clock.now + timedelta(seconds=2)
    payment = shop.stack.resources["ProcessPaymentFunction"]
    with faults.inject(function=payment, error="PaymentGatewayTimeout", until=wait):
        ids = [f"order-before-{number:02}" for number in range(ORDERS)]
        orders = [shop.order(one, MOUSE) for one in ids]
        started = [shop.start(_workflow(shop), one, name=one["orderId"]) for one in orders]
        clock.advance(seconds=1)
        client.update_state_machine(
            stateMachineArn=_workflow(shop), definition=machine["definition"]
        )
        clock.run_until(*started)
    clock.advance(minutes=10)
    ends = [client.describe_execution(executionArn=one) for one in started]
    well = sum(one["status"] == "SUCCEEDED" or one.get("error") in NO for one in ends)
    return f"{well} ended as they began"
