"""14.2: the payment function, given as on the first day: each of its calls is a new payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localaws import clock
from orderlab.lesson import places
from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import payments

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Ended, Shop

HANDLER = "lambdas/charge_payment_handler/app.py"
COURSES = (places.COURSE / HANDLER).read_text(encoding="utf-8")
# Of the course's own handler: what finds, makes and confirms an order's payment intent.
OURS = COURSES[COURSES.index("def find_intent(") : COURSES.index("@logger.inject_lambda_context")]
GIVEN = '''\
def charge_once(charge: Charge) -> str:
    """Charges an order. Returns the payment intent's id."""
    client = gateway()
    try:
        made = client.v1.payment_intents.create(
            {
                "amount": charge.cents,
                "currency": CURRENCY,
                "payment_method_types": ["card"],
                "metadata": {"orderId": charge.order_id, "userId": charge.user_id},
                "payment_method": charge.payment_method,
                "off_session": True,
                "confirm": True,
            },
            # IDEMPOTENCY
        )
    except stripe.StripeError as error:
        raise our_error(error, charge.order_id) from None
    return made.id


'''

exercise = Exercise(
    id="14.2",
    title="Once, for ever",
    level="core",
    task="""\
The gateway charges, and its answer is lost. **One order is charged once**: after the Retry, in a
replay as `-r1`, and in a replay **two days later**, when the gateway has forgotten every key; also
if it died during the first charge. A declined order can be paid with another card; an execution
without an answer must not succeed. The function may read and update the table `PAYMENTS_TABLE`,
whose key is `orderId`.

Edit `exercises/14_2/lambdas/charge_payment_handler/app.py`: `charge_once`.""",
    files=(HANDLER,),
    features="all",
    given=(Edit(HANDLER, OURS, GIVEN),),
    hints=(
        (
            "A key helps for a day. What helps for longer must be written down before money moves: "
            "which call makes a payment intent and takes none, and how is it confirmed later?"
        ),
        (
            "Create without `confirm`, with the order's id as the key. Keep the id in the row: "
            "`SET paymentIntentId = if_not_exists(paymentIntentId, :intent)` with "
            '`ReturnValues="ALL_NEW"` gives the first one\'s id to whoever comes second. '
            "Then confirm that one."
        ),
        (
            "Before you create, read the row. If it has an id, retrieve the intent: if its status "
            "is `succeeded`, return; else confirm it. Confirm with a key that differs between two "
            "cards: the order's id and the card's. The course's own handler does all of that."
        ),
    ),
)


def _said(ended: Ended, counted: str) -> str:
    return f"{'paid' if ended.succeeded else 'not paid'}, {counted}"


def _paid_once(shop: Shop, ended: Ended, order_id: str, why: str) -> Finding:
    expected, got = "paid, 1 charge of 59.98", _said(ended, payments.counted(shop, order_id))
    return Finding(
        expected,
        got,
        got == expected,
        f"{why} The execution: {ended.words}. The gateway: {payments.counted(shop, order_id)}.",
    )


@exercise.scenario("The answer is lost")
def _lost(shop: Shop) -> Finding:
    payments.provider(shop).fail("silence")
    ended = payments.charge(shop, "order-answer-lost")
    why = "The gateway charged order-answer-lost and hung up, and the Retry asked again."
    return _paid_once(shop, ended, "order-answer-lost", why)


@exercise.scenario("A replay, an hour later")
def _replayed(shop: Shop) -> Finding:
    payments.provider(shop).fail("silence")
    payments.charge(shop, "order-replayed")
    clock.advance(hours=1)
    ended = payments.charge(shop, "order-replayed", "-r1")
    why = "order-replayed was paid, and somebody replayed it as order-replayed-r1."
    return _paid_once(shop, ended, "order-replayed", why)


@exercise.scenario("Another card")
def _another_card(shop: Shop) -> Finding:
    payments.charge(shop, "order-second-card", card="pm_card_visa_chargeDeclined")
    ended = payments.charge(shop, "order-second-card", "-r1")
    why = "The first card of order-second-card was declined; the customer came with another one."
    return _paid_once(shop, ended, "order-second-card", why)


@exercise.scenario("A replay, two days later")
def _much_later(shop: Shop) -> Finding:
    payments.charge(shop, "order-of-friday")
    clock.advance(days=2)
    payments.provider(shop).forget_keys()
    ended = payments.charge(shop, "order-of-friday", "-r1")
    why = "order-of-friday was replayed on Sunday; by then the gateway has forgotten every key."
    return _paid_once(shop, ended, "order-of-friday", why)


@exercise.scenario("The gateway died during the charge")
def _died(shop: Shop) -> Finding:
    provider = payments.provider(shop)
    provider.fail("crash")
    first = payments.charge(shop, "order-gateway-died")
    provider.restart()
    provider.forget_keys()
    clock.advance(days=2)
    ended = payments.charge(shop, "order-gateway-died", "-r1")
    counted = payments.counted(shop, "order-gateway-died")
    expected = "not paid, then paid, 1 charge of 59.98"
    got = f"{'paid' if first.succeeded else 'not paid'}, then {_said(ended, counted)}"
    return Finding(
        expected,
        got,
        got == expected,
        "The gateway charged order-gateway-died and died before it could answer. The first "
        f"execution cannot know that ({first.words}); the replay two days later must find it out "
        f"({ended.words}). The gateway: {counted}.",
    )
