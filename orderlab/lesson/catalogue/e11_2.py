"""11.2: a subscriber who hears of large declines, and others who notice nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3

from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import notices
from orderlab.lesson.judging.notices import Notice

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="11.2",
    title="The fraud desk",
    level="core",
    task="""\
The fraud desk gets a queue of its own, `dev-FraudDesk`. In it arrives the notice of each **declined
payment over 100.00** (exactly 100.00 is not over), and nothing else. Who reads the notices today
sees no difference: every order, with whatever fault, still brings one, with its subject, message
and `event`.

Edit `template.yaml` (a queue, its policy, a subscription) and
`state-machines/order-workflow.asl.json` (what `NotifyRejected` says).""",
    files=("template.yaml", "state-machines/order-workflow.asl.json"),
    hints=(
        (
            "A filter policy compares attributes, and `NotifyRejected` has one. Two more are "
            "needed: the error's name, and the amount as a Number. `$failure.Error` is the first. "
            "For the second: in which of the states before is it certain that there is a total?"
        ),
        (
            "Put the amount into `failure`, in each `Assign` that sets it: where a payment was "
            "declined, `States.Format('{}', $$.Execution.Input.totalAmount)`; elsewhere \"0\". In "
            "the template: `AWS::SQS::Queue`, `AWS::SQS::QueuePolicy` and `AWS::SNS::Subscription` "
            "with `FilterPolicy`."
        ),
        (
            'NotifyRejected: `"error": {"DataType": "String", "StringValue.$": "$failure.Error"}` '
            'and `"amount": {"DataType": "Number", "StringValue.$": "$failure.amount"}`. The '
            "subscription: `FilterPolicy: {error: [PaymentDeclined], amount: [{numeric: "
            '[">", 100]}]}`. The queue\'s policy lets `sns.amazonaws.com` do `sqs:SendMessage`, '
            "with `aws:SourceArn` the topic's ARN."
        ),
    ),
)

QUEUE = "dev-FraudDesk"
HEADPHONES, KEYBOARD, CABLE, CLOTH = "prod-006", "prod-002", "prod-013", "prod-015"


def _desk_url() -> str | None:
    sqs = boto3.client("sqs")
    try:
        return str(sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"])
    except sqs.exceptions.QueueDoesNotExist:
        return None


def _desk(shop: Shop, order: Mapping[str, Any], wanted: int, because: str) -> Finding:
    """What the desk gets of one order."""
    url = _desk_url()
    if url is None:
        return Finding(
            f"a queue {QUEUE}", "none", False, f"The stack has no queue of the name {QUEUE}."
        )
    notices.bodies(url)
    ended = shop.process(order)
    got = len(notices.bodies(url))
    words = "1 notice" if got == 1 else f"{got} notices"
    expected = "1 notice" if wanted else "0 notices"
    end = ended.description.get("error", "SUCCEEDED")
    return Finding(f"{expected} for the desk", f"{words} ({end})", got == wanted, because)


@exercise.scenario("A decline of 199.00")
def _large(shop: Shop) -> Finding:
    order = shop.order("declined-large", [(HEADPHONES, 1)])
    because = (
        "The payment of declined-large was declined and its notice published. It is not in the "
        "queue: is the queue subscribed, does its policy let SNS in, and has the notice what the "
        "filter policy asks for?"
    )
    return _desk(shop, order, 1, because)


@exercise.scenario("A decline of 12.50")
def _small(shop: Shop) -> Finding:
    order = shop.order("declined-cable", [(CABLE, 1)])
    return _desk(shop, order, 0, "declined-cable was declined at 12.50, which is not over 100.")


@exercise.scenario("A decline of exactly 100.00")
def _exactly(shop: Shop) -> Finding:
    order = shop.order("order-declined-exactly-100", [(CABLE, 8)])
    return _desk(shop, order, 0, "Eight cables cost exactly 100.00, which is not over 100.")


@exercise.scenario("A decline of 100.10")
def _just_over(shop: Shop) -> Finding:
    order = shop.order("decline-over-100", [(CABLE, 8), (CLOTH, 1)])
    return _desk(shop, order, 1, "100.10 is over 100.00, and decline-over-100 was declined.")


@exercise.scenario("A confirmed order of 398.00")
def _confirmed(shop: Shop) -> Finding:
    order = shop.order("confirmed-over-100", [(HEADPHONES, 2)])
    return _desk(shop, order, 0, "confirmed-over-100 was paid: nothing for the fraud desk.")


@exercise.scenario("An invalid order of 398.00")
def _invalid(shop: Shop) -> Finding:
    order = shop.order("invalid-over-100", [(HEADPHONES, 2), ("prod-019", 1)])
    because = (
        "The lamp of invalid-over-100 is out of stock, so nobody was asked to pay: a rejected "
        "order is not a declined payment."
    )
    return _desk(shop, order, 0, because)


@exercise.scenario("A gateway without an answer, 199.00")
def _silent(shop: Shop) -> Finding:
    order = shop.order("order-gateway-offline", [(HEADPHONES, 1)])
    because = "PaymentGatewayTimeout is the gateway's trouble. The customer was not declined."
    return _desk(shop, order, 0, because)


def _told(shop: Shop, order: Mapping[str, Any], says: str, event: str) -> Finding:
    """What those who read the notices today get of one order; `says` has a place for its name."""
    topic = shop.stack.outputs["NotificationsTopicArn"]
    mail = notices.subscribe(topic, "mail")
    by_event = notices.subscribe(topic, "by-event", {"event": [event]})
    ended = shop.process(order)
    execution = ended.description["name"]
    message = says.format(order.get("orderId"), execution)
    subject = {"OrderConfirmed": "Order confirmed", "OrderRejected": "Order rejected"}[event]
    got, filtered = notices.take(mail), notices.take(by_event)
    same = [(one.subject, one.message) for one in got] == [(subject, message)]
    expected = f"{subject}: {message}".replace(execution, "…")
    if same and not filtered:
        told = f"nothing for whoever filters by event {event}"
    else:
        told = _in_words(got).replace(execution, "…")
    return Finding(
        expected,
        told,
        same and len(filtered) == 1,
        "Somebody reads these notices already, some by a filter policy on `event`. Order "
        f"{order.get('orderId')} must bring one, with the subject, the message and the event that "
        "it had.",
    )


def _in_words(got: list[Notice]) -> str:
    return "; ".join(f"{one.subject}: {one.message}" for one in got) or "no notice"


@exercise.scenario("What a declined customer reads")
def _mail_declined(shop: Shop) -> Finding:
    order = shop.order("declined-large", [(HEADPHONES, 1)])
    says = "Order {1} is rejected. The payment was declined."
    return _told(shop, order, says, "OrderRejected")


@exercise.scenario("What a customer with an order without a total reads")
def _mail_without_total(shop: Shop) -> Finding:
    order = shop.order("order-without-total", [(KEYBOARD, 1)])
    del order["totalAmount"]
    says = "Order {1} is rejected. 1 fault: totalAmount: is required"
    return _told(shop, order, says, "OrderRejected")


@exercise.scenario("What a customer with a total in words reads")
def _mail_words(shop: Shop) -> Finding:
    order = shop.order("order-total-in-words", [(KEYBOARD, 1)], totalAmount="eighty-nine")
    says = (
        "Order {1} is rejected. 1 fault: totalAmount: must be a positive number with at most two "
        'decimals, not "eighty-nine"'
    )
    return _told(shop, order, says, "OrderRejected")


@exercise.scenario("What a happy customer reads")
def _mail_confirmed(shop: Shop) -> Finding:
    order = shop.order("test-order-001", [("prod-001", 2)])
    says = "Order {0} is confirmed. Paid: 59.98 (txn_3269577661167fbf42b34672)."
    return _told(shop, order, says, "OrderConfirmed")
