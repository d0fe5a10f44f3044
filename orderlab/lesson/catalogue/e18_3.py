"""18.3: forty dead letters, three causes: recover 37, quarantine 3, charge none twice."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from localaws import clock
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import letters
from orderlab.lesson.judging.letters import Recovered

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

MOUSE = "prod-001"
RECOVERABLE, POISON = 37, 3

exercise = Exercise(
    id="18.3",
    title="Forty letters, three causes",
    level="core",
    features="all",
    task="""\
The outage is over, and forty letters are left: plain orders; orders in SNS's **envelope**, which no
function here reads (the order is the text under `Message`); orders, in an envelope or not, whose id
an execution has with **another basket**. Write `recover_all` (two URLs, an ARN, a table's name):
afterwards the first two kinds have run, **none is charged twice**, not even one that has run
already as `<id>` or as a colleague's replay `<id>-r1`; the third kind lies in the table with
`letterId`, `body` and `cause`; `dead` is empty. `lesson.check("18.3", recover_all)` runs it.""",
    files=(),
    hints=(
        (
            "For each letter, three questions in this order: what is the order in it? Is there an "
            "execution that has it, and with which basket? And only then: where does it go?"
        ),
        (
            "`receive_message` gives ten at most: go on until it gives none. `describe_execution` "
            "tells an execution's `input`, or raises `ExecutionDoesNotExist`. Compare baskets as "
            "parsed JSON, since spaces and the order of keys mean nothing."
        ),
        (
            'Unwrap: `if order.get("Type") == "Notification": order = '
            'json.loads(order["Message"])`. Look for `<id>` and `<id>-r1` at `workflow.replace('
            '":stateMachine:", ":execution:") + ":" + name`. None there: send `json.dumps(order)` '
            "to `queue`. An equal one: nothing. Another: `put_item`. Last of all, delete."
        ),
    ),
)


def _envelope(order: dict[str, Any]) -> str:
    """An order as SNS hands it to a queue without raw delivery."""
    return json.dumps(
        {
            "Type": "Notification",
            "MessageId": "22222222-2222-4222-8222-222222222222",
            "TopicArn": "arn:aws:sns:us-east-1:123456789012:partner-orders",
            "Message": json.dumps(order),
            "Timestamp": "2026-01-05T09:00:00.000Z",
        }
    )


def _start(shop: Shop, order: dict[str, Any], replay: str = "") -> None:
    machine = shop.stack.outputs["OrderWorkflowArn"]
    shop.ended(shop.start(machine, order, name=order["orderId"] + replay))


@exercise.scenario("One letter of each kind")
def _three(shop: Shop) -> Finding:
    began = clock.now
    known = shop.order("order-known", [(MOUSE, 2)])
    _start(shop, known)
    bodies = [
        json.dumps(shop.order("order-plain", [(MOUSE, 2)])),
        _envelope(shop.order("order-by-partner", [(MOUSE, 2)])),
        json.dumps(shop.order("order-known", [(MOUSE, 5)])),
    ]
    found = letters.recover(shop, bodies, ["order-plain", "order-by-partner"], began)
    expected = "2 recovered, 1 in quarantine, 0 left"
    return Finding(
        expected,
        found.words,
        found.words == expected,
        "order-plain and order-by-partner (in an envelope) are to run; order-known came with five "
        f"mice, has run with two, and is a person's business. What became of them: {found.words}.",
    )


@cache
def _forty(shop: Shop) -> tuple[datetime, Recovered]:
    """The forty letters, laid there once; what the program made of them."""
    began = clock.now
    plain = [shop.order(f"order-plain-{n:02}", [(MOUSE, 1 + n % 4)]) for n in range(30)]
    partner = [shop.order(f"order-by-partner-{n}", [(MOUSE, 2)]) for n in range(7)]
    known = [shop.order(f"order-known-{n}", [(MOUSE, 2)]) for n in range(3)]
    for order in (*known, plain[3]):
        _start(shop, order)
    for order in (plain[10], plain[20], partner[4]):  # a colleague was helpful
        _start(shop, order, "-r1")
    other = [shop.order(order["orderId"], [(MOUSE, 7)]) for order in known]
    bodies = [json.dumps(order) for order in plain]
    bodies[3] = json.dumps(dict(reversed(plain[3].items())), indent=1)  # by another program
    bodies += [_envelope(order) for order in partner]
    bodies += [json.dumps(other[0]), json.dumps(other[1]), _envelope(other[2])]
    names = [order["orderId"] for order in (*plain, *partner)]
    return began, letters.recover(shop, bodies, names, began)


@exercise.scenario("Forty letters")
def _all(shop: Shop) -> Finding:
    _, found = _forty(shop)
    expected = f"{RECOVERABLE} recovered, {POISON} in quarantine, 0 left"
    return Finding(
        expected,
        found.words,
        found.words == expected,
        "37 are to run or have run, and 3 are a person's business. One of each is particular: "
        "order-plain-03 runs already, and its letter writes the same basket in another way; "
        "order-known-2 hides its other basket in an envelope. "
        + (f"Left after half an hour, for example: {found.left[0][:80]}…" if found.left else ""),
    )


@exercise.scenario("What the customers pay")
def _charges(shop: Shop) -> Finding:
    _, found = _forty(shop)
    order_id, most = found.charges.most_common(1)[0]
    return Finding(
        "each once",
        f"{order_id} {most} times" if most > 1 else "each once",
        most == 1,
        f"The gateway was asked {most} times for the money of {order_id}, and agreed. The letter "
        "does not know that a colleague has started a replay; who looks at the executions does.",
    )


@exercise.scenario("Which three lie in quarantine")
def _which(shop: Shop) -> Finding:
    _, found = _forty(shop)
    right = sum("order-known-" in body and "7" in body for body in found.quarantined)
    return Finding(
        "the three with seven mice",
        "the three with seven mice" if right == POISON else f"{right} of them",
        right == POISON,
        "Whoever decides about order-known-0, -1 and -2 needs the bodies of their letters.",
    )
