"""03.2: a catcher in JSONata that keeps the order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="03.2",
    title="A catcher in JSONata",
    level="core",
    task="""\
Give `in_jsonata` a `Catch` for `PaymentDeclined` that leads to `RejectOrder`. `RejectOrder` must
get the order, with the error's name under `failure`. A catcher in JSONata has an `Output` too, and
in it `$states.errorOutput` is the error output.

Change `in_jsonata` in the cell below; `lesson.check("03.2", in_jsonata)` tries it.""",
    files=(),
    hints=(
        "Without an `Output`, the next state gets the error output alone. What must stand in it?",
        (
            "`$merge` makes one object of several. The order is `$states.input.order`; the error's "
            "name is `$states.errorOutput.Error`."
        ),
        (
            '`"Output": "{% $merge([$states.input.order, '
            "{'failure': $states.errorOutput.Error}]) %}\"` in a catcher with `ErrorEquals` and "
            "`Next`."
        ),
    ),
)

ORDER = {"orderId": "order-paid", "userId": "ana", "totalAmount": 59.98}
PAGE = {"channel": "web", "order": ORDER}


def _failed(shop: Shop, error: str) -> tuple[dict[str, Any], Any]:
    """TestState's answer where the task fails with an error, and the output in it."""
    mock = {"errorOutput": {"error": error, "cause": "no money"}}
    tested = dict(shop.try_state(shop.answer, PAGE, mock))
    return tested, json.loads(tested.get("output", "null"))


@exercise.scenario("Where a declined payment leads")
def _leads(shop: Shop) -> Finding:
    tested, _ = _failed(shop, "PaymentDeclined")
    next_state = tested.get("nextState", "nowhere")
    return Finding(
        "RejectOrder",
        str(next_state),
        next_state == "RejectOrder",
        "PaymentDeclined must be caught and lead to RejectOrder.",
    )


@exercise.scenario("What RejectOrder gets")
def _gets(shop: Shop) -> Finding:
    _, output = _failed(shop, "PaymentDeclined")
    expected = {**ORDER, "failure": "PaymentDeclined"}
    return Finding(
        json.dumps(expected),
        json.dumps(output),
        output == expected,
        "RejectOrder needs the order's fields, and the error's name under failure.",
    )


@exercise.scenario("Another error")
def _other(shop: Shop) -> Finding:
    tested, _ = _failed(shop, "Lambda.ServiceException")
    return Finding(
        "FAILED",
        str(tested["status"]),
        tested["status"] == "FAILED",
        "Lambda.ServiceException is no decline: nobody has said no to this order, so it must not "
        "be rejected.",
    )


@exercise.scenario("An approved payment")
def _approved(shop: Shop) -> Finding:
    answer = {"StatusCode": 200, "Payload": {"transactionId": "txn-1", "status": "APPROVED"}}
    tested = shop.try_state(shop.answer, PAGE, {"result": answer})
    output = json.loads(tested.get("output", "null"))
    expected = {**ORDER, "payment": {"id": "txn-1"}}
    return Finding(
        json.dumps(expected),
        json.dumps(output),
        output == expected,
        "What happens to an approved payment must stay as it is.",
    )
