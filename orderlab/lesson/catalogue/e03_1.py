"""03.1: one more field through ResultSelector."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="03.1",
    title="The status, too",
    level="core",
    task="""\
`ConfirmOrder` wants to read `$.payment.status`, which the function answers. Change `five` so that
it can. The rest of what `ConfirmOrder` gets must stay as it is.

Change `five` in the cell below; `lesson.check("03.1", five)` tries it with `test_state`.""",
    files=(),
    hints=(
        "Which of the five fields decides what of the answer is kept?",
        (
            "`ResultSelector` makes a new object. So far it has one field; the function's own "
            "answer is under `$.Payload`."
        ),
        (
            '`five["ResultSelector"] = {"id.$": "$.Payload.transactionId", "status.$": '
            '"$.Payload.status"}`.'
        ),
    ),
)

ORDER = {"orderId": "order-paid", "userId": "ana", "totalAmount": 59.98}
PAGE = {"channel": "web", "order": ORDER}


def _output(shop: Shop, transaction: str, status: str) -> Any:
    """What the next state gets, for an answer of the function's."""
    answer = {"StatusCode": 200, "Payload": {"transactionId": transaction, "status": status}}
    tested = shop.try_state(shop.answer, PAGE, {"result": answer})
    return json.loads(tested["output"]) if "output" in tested else tested.get("error")


def _payment(output: Any) -> dict[str, Any]:
    payment = output.get("payment") if isinstance(output, dict) else None
    return payment if isinstance(payment, dict) else {}


@exercise.scenario("The status of an approved payment")
def _approved(shop: Shop) -> Finding:
    status = _payment(_output(shop, "txn-1", "APPROVED")).get("status", "nothing")
    return Finding(
        "APPROVED",
        str(status),
        status == "APPROVED",
        "The function answered the status APPROVED, and ConfirmOrder must find it under "
        "$.payment.status.",
    )


@exercise.scenario("Another answer")
def _pending(shop: Shop) -> Finding:
    status = _payment(_output(shop, "txn-2", "PENDING")).get("status", "nothing")
    return Finding(
        "PENDING",
        str(status),
        status == "PENDING",
        "This time the function answered PENDING: the status must be its own.",
    )


@exercise.scenario("The rest of it")
def _rest(shop: Shop) -> Finding:
    expected = {**ORDER, "payment": {"id": "txn-3", "status": "APPROVED"}}
    output = _output(shop, "txn-3", "APPROVED")
    return Finding(
        json.dumps(expected),
        json.dumps(output),
        output == expected,
        "ConfirmOrder must get the order with payment.id and payment.status, and nothing else.",
    )
