"""04.1: the order workflow's Choice in JSONata."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Ended, Shop

exercise = Exercise(
    id="04.1",
    title="The Choice in JSONata",
    level="core",
    task="""\
`ValidateOrder` has moved to JSONata, and `IsOrderValid` is next. Write it in JSONata, so that each
order goes the way it went before, unchanged, and `$orderId` and `$failure` are set as they were. In
JSONata, a rule has a `Condition` in place of `Variable` and `BooleanEquals`.

Complete `is_order_valid` in the cell below; `lesson.check("04.1", is_order_valid)` puts it into a
machine whose every state is in JSONata.""",
    files=(),
    hints=(
        (
            "The rule and the `Assign` read the state's input. What is `$.validation` in JSONata, "
            "and what becomes of names that end in `.$`?"
        ),
        (
            "The input is `$states.input`, and what is to be worked out stands between `{%` and "
            "`%}`. `Default`, `Next` and text such as `OrderInvalid` stay as they are."
        ),
        (
            '`"Condition": "{% $states.input.validation.isValid %}"` in the rule, and in `Assign` '
            '`"orderId": "{% $states.input.validation.orderId %}"`; the summary likewise, twice.'
        ),
    ),
)

GOOD = {"isValid": True, "orderId": "order-good", "summary": "", "faults": []}
SUMMARY = "1 fault: items[0].price: prod-001 costs 29.99, not 0.99"
UNREADABLE = "The state after it reads $orderId and $failure, which IsOrderValid must set."


def _validated(shop: Shop, order_id: str, **validation: Any) -> dict[str, Any]:
    """An order as ValidateOrder gives it on."""
    order = shop.order(order_id, [("prod-001", 2)])
    return {**order, "validation": {**GOOD, "orderId": order_id, **validation}}


def _chosen(shop: Shop, given: Any) -> Ended:
    """What the learner's state does: the next one tells what it got, and the variables."""
    tells = {
        "input": "{% $states.input %}",
        "orderId": "{% $orderId %}",
        "failure": "{% $failure %}",
    }
    machine = {
        "QueryLanguage": "JSONata",
        "StartAt": "IsOrderValid",
        "States": {
            "IsOrderValid": shop.answer,
            "ProcessPayment": {"Type": "Pass", "End": True},
            "RejectOrder": {"Type": "Pass", "Output": tells, "End": True},
        },
    }
    return shop.run(machine, given)


def _refused(shop: Shop, order_id: str) -> tuple[Ended, Any, dict[str, Any]]:
    """How an order with a fault fares, what RejectOrder tells, and what it was given."""
    given = _validated(shop, order_id, isValid=False, summary=SUMMARY)
    ended = _chosen(shop, given)
    rejected = ended.succeeded and ended.states[-1] == "RejectOrder"
    return ended, ended.output if rejected else {}, given


def _way(ended: Ended) -> str:
    return ended.states[-1] if ended.succeeded else ended.words


@exercise.scenario("order-good goes on to the payment")
def _good(shop: Shop) -> Finding:
    given = _validated(shop, "order-good")
    ended = _chosen(shop, given)
    return Finding(
        "ProcessPayment",
        _way(ended),
        ended.succeeded and ended.states[-1] == "ProcessPayment" and ended.output == given,
        "order-good is valid: it must go on to ProcessPayment, as it came.",
    )


@exercise.scenario("order-wrong-price is rejected")
def _wrong(shop: Shop) -> Finding:
    ended, _, _ = _refused(shop, "order-wrong-price")
    return Finding(
        "RejectOrder",
        _way(ended),
        ended.succeeded and ended.states[-1] == "RejectOrder",
        "order-wrong-price is not valid: isValid is there, and it is false. "
        + ("" if ended.succeeded else UNREADABLE),
    )


@exercise.scenario("What RejectOrder can read")
def _variables(shop: Shop) -> Finding:
    _, told, _ = _refused(shop, "order-wrong-price")
    failure = {"Error": "OrderInvalid", "Cause": SUMMARY, "notice": SUMMARY}
    expected = {"orderId": "order-wrong-price", "failure": failure}
    got = {name: told.get(name) for name in expected}
    return Finding(
        json.dumps(expected),
        json.dumps(got),
        got == expected,
        "The validation's summary is the cause and the notice, and the order's id comes from the "
        "validation. RejectOrder reads them as variables.",
    )


@exercise.scenario("An order without an id")
def _nameless(shop: Shop) -> Finding:
    given = _validated(shop, "", isValid=False, summary=SUMMARY)
    del given["orderId"]
    ended = _chosen(shop, given)
    told = ended.output if ended.succeeded and ended.states[-1] == "RejectOrder" else {}
    return Finding(
        'RejectOrder, with the orderId ""',
        f"RejectOrder, with the orderId {json.dumps(told['orderId'])}" if told else _way(ended),
        bool(told) and told["orderId"] == "",
        "Whoever forgets the orderId is rejected, too. The execution's input has no id then; the "
        'validation gives one to all orders, "" to this one.',
    )


@exercise.scenario("The order itself")
def _order(shop: Shop) -> Finding:
    _, told, given = _refused(shop, "order-changed")
    got = told.get("input")
    return Finding(
        "unchanged",
        "unchanged" if got == given else json.dumps(got)[:150],
        got == given,
        "A Choice gives on what it got: the order, with its validation.",
    )
