"""14.4: the order workflow charges at the gateway, and the mock is out of its reach."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import boto3

from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import payments, permissions, soundness

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="14.4",
    title="Replace the mock",
    level="extra",
    task="""\
`OrderWorkflow` still pays at the mock. Let it charge at the gateway instead, the card that its
customer has stored: **a good order ends as CONFIRMED, with one charge and the payment intent's id
as its transaction**; one whose bank says no ends as FAILED, with `PaymentDeclined`. The workflow's
role allows what it needs: it can call the new function, and the mock no more. No handler has to be
changed: the new one takes the mock's event and gives the mock's answer.

Edit `template.yaml`.""",
    files=("template.yaml", "state-machines/order-workflow.asl.json"),
    features="all",
    hints=(
        (
            "The definition names no function: `${ProcessPaymentFunctionArn}` is filled in by the "
            "template. Where?"
        ),
        (
            "Two places in `OrderWorkflow`: `DefinitionSubstitutions` says whom it calls, "
            "`Policies` whom its role may call."
        ),
        (
            "`ProcessPaymentFunctionArn: !GetAtt ChargePaymentFunction.Arn`, and "
            "`LambdaInvokePolicy: {FunctionName: !Ref ChargePaymentFunction}` in place of the "
            "mock's."
        ),
    ),
)


def _store(shop: Shop, user_id: str, card: str) -> None:
    """Let a user have a stored card, as the webhook would write it."""
    client = payments.provider(shop).client()
    customer = client.v1.customers.create({})
    stored = client.v1.payment_methods.attach(card, {"customer": customer.id})
    row = {"userId": user_id, "customerId": customer.id, "paymentMethodId": stored.id}
    table = boto3.resource("dynamodb").Table(shop.stack.outputs["PaymentMethodsTableName"])
    table.put_item(Item={**row, "storedAt": 1})


def _place(shop: Shop, order_id: str, card: str) -> str:
    """How an order of two mice ended, whose customer has stored a card."""
    _store(shop, f"user-of-{order_id}", card)
    order = shop.order(order_id, [("prod-001", 2)], userId=f"user-of-{order_id}")
    told = soundness.place(shop, order)
    where = "at the gateway" if told.transaction.startswith("pi_") else "at the mock"
    paid = f", paid {where}" if told.transaction else ""
    return f"{told.status or 'no row'}{paid}, {payments.counted(shop, order_id)}"


@exercise.scenario("A customer with a good card")
def _good(shop: Shop) -> Finding:
    expected = "CONFIRMED, paid at the gateway, 1 charge of 59.98"
    got = _place(shop, "order-stored-card", "pm_card_visa")
    return Finding(
        expected,
        got,
        got == expected,
        "order-stored-card is good, and its customer has stored a Visa card. What happened: "
        f"{got}.",
    )


@exercise.scenario("A customer whose bank says no")
def _declined(shop: Shop) -> Finding:
    expected = "FAILED, no charge"
    got = _place(shop, "order-poor-card", "pm_card_visa_chargeDeclinedInsufficientFunds")
    return Finding(
        expected,
        got,
        got == expected,
        "The card that the customer of order-poor-card has stored is declined. Whose card was "
        f"charged? What happened: {got}.",
    )


@exercise.scenario("Whom the workflow may call")
def _reach(shop: Shop) -> Finding:
    mock = boto3.client("lambda").get_function_configuration(
        FunctionName=shop.stack.resources["ProcessPaymentFunction"]
    )["FunctionArn"]
    found = [
        str(grant)
        for grant in permissions.grants(shop.stack)
        if grant.holder == "OrderWorkflow"
        and grant.action.startswith("lambda:")
        and fnmatchcase(mock, grant.resource)
    ]
    got = found[0] if found else "the mock is out of reach"
    return Finding(
        "the mock is out of reach",
        got,
        not found,
        "What a role does not allow cannot happen by mistake. The workflow calls the mock no more, "
        f"and may still: {got}.",
    )
