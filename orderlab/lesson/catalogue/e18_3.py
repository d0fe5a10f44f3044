"""18.3: forty dead letters, three causes: recover 37, quarantine 3, charge none twice."""

from __future__ import annotations

import json
from dataclasses import dataclass
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


def _named(story: str) -> str:
    """An order's id that is new, however often the exercise is played on one stack."""
    return f"order-{story}-{clock.now:%d%H%M}"


def _start(shop: Shop, order: dict[str, Any], replay: str = "") -> None:
    machine = shop.stack.outputs["OrderWorkflowArn"]
    shop.ended(shop.start(machine, order, name=order["orderId"] + replay))


@exercise.scenario("One letter of each kind")
def _three(shop: Shop) -> Finding:
    began = clock.now
    plain, partner, known = (
        shop.order(_named(story), [(MOUSE, 2)]) for story in ("plain", "by-partner", "known")
    )
    _start(shop, known)
    other = shop.order(known["orderId"], [(MOUSE, 5)])
    bodies = [json.dumps(plain), _envelope(partner), json.dumps(other)]
    found = letters.recover(shop, bodies, [plain["orderId"], partner["orderId"]], began)
    expected = "2 recovered, 1 in quarantine, 0 left"
    return Finding(
        expected,
        found.words,
        found.words == expected,
        f"{plain['orderId']} and {partner['orderId']} (in an envelope) are to run; "
        f"{known['orderId']} has run with two mice and came with five: a person's business. What "
        f"became of them: {found.words}.",
    )


@dataclass(frozen=True)
class Forty:
    """The bodies that are poison, and what the program has made of all forty."""

    poison: tuple[str, ...]
    found: Recovered


@cache
def _forty(shop: Shop) -> Forty:
    """The forty letters, laid there once."""
    began = clock.now
    plain = [shop.order(_named(f"plain-{n:02}"), [(MOUSE, 1 + n % 4)]) for n in range(30)]
    partner = [shop.order(_named(f"by-partner-{n}"), [(MOUSE, 2)]) for n in range(7)]
    known = [shop.order(_named(f"known-{n}"), [(MOUSE, 2)]) for n in range(3)]
    for order in (*known, plain[3]):
        _start(shop, order)
    for order in (plain[10], plain[20], partner[4]):  # a colleague was helpful
        _start(shop, order, "-r1")
    other = [shop.order(order["orderId"], [(MOUSE, 7)]) for order in known]
    bodies = [json.dumps(order) for order in plain]
    bodies[3] = json.dumps(dict(reversed(plain[3].items())), indent=1)  # by another program
    bodies += [_envelope(order) for order in partner]
    poison = (json.dumps(other[0]), json.dumps(other[1]), _envelope(other[2]))
    names = [order["orderId"] for order in (*plain, *partner)]
    return Forty(poison, letters.recover(shop, [*bodies, *poison], names, began))


@exercise.scenario("Forty letters")
def _all(shop: Shop) -> Finding:
    found = _forty(shop).found
    expected = f"{RECOVERABLE} recovered, {POISON} in quarantine, 0 left"
    return Finding(
        expected,
        found.words,
        found.words == expected,
        "37 are to run or have run, and 3 are a person's business. One of each is particular: "
        "the fourth plain order has run, and its letter writes the same basket in another way; the "
        "third known one has its other basket in an envelope. "
        + (f"Left after half an hour, for example: {found.left[0][:80]}…" if found.left else ""),
    )


@exercise.scenario("What the customers pay")
def _charges(shop: Shop) -> Finding:
    order_id, most = _forty(shop).found.charges.most_common(1)[0]
    return Finding(
        "each once",
        f"{order_id} {most} times" if most > 1 else "each once",
        most == 1,
        f"The gateway was asked {most} times for the money of {order_id}, and agreed. The letter "
        "does not know that a colleague has started a replay; who looks at the executions does.",
    )


@exercise.scenario("Which three lie in quarantine")
def _which(shop: Shop) -> Finding:
    forty = _forty(shop)
    right = sum(body in forty.poison for body in forty.found.quarantined)
    return Finding(
        "the three with seven mice",
        "the three with seven mice" if right == POISON else f"{right} of them",
        right == POISON,
        "Whoever decides about them needs the bodies of the letters, as they came.",
    )
