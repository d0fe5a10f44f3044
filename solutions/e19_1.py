"""19.1: a call for each part of what the state promises, the last retry and the first after it."""

from collections.abc import Callable
from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer


def test_process_payment(react: Callable[..., dict[str, Any]]) -> None:
    declined = react("PaymentDeclined")
    assert declined["status"] == "CAUGHT_ERROR"
    assert declined["nextState"] == "RejectOrder"
    assert react("PaymentGatewayTimeout", 2)["status"] == "RETRIABLE"
    for error, retries in (("PaymentGatewayTimeout", 3), ("KeyError", 0)):
        caught = react(error, retries)
        assert caught["status"] == "CAUGHT_ERROR"
        assert caught["nextState"] == "RejectOrder"
    paid = react()
    assert paid["nextState"] == "ConfirmOrder"
    assert paid["output"]["payment"]["transactionId"] == "txn_1"
    assert paid["output"]["totalAmount"] == 59.98


def statuses(react: Callable[..., dict[str, Any]]) -> None:
    assert react("PaymentDeclined")["status"] == "CAUGHT_ERROR"
    assert react("PaymentGatewayTimeout", 0)["status"] == "RETRIABLE"
    assert react("PaymentGatewayTimeout", 3)["status"] == "CAUGHT_ERROR"
    assert react("KeyError")["status"] == "CAUGHT_ERROR"
    assert react()["status"] == "SUCCEEDED"


def first_tries(react: Callable[..., dict[str, Any]]) -> None:
    assert react("PaymentDeclined")["nextState"] == "RejectOrder"
    assert react("PaymentGatewayTimeout")["status"] == "RETRIABLE"
    assert react("KeyError")["nextState"] == "RejectOrder"
    assert react()["output"]["totalAmount"] == 59.98


def errors(react: Callable[..., dict[str, Any]]) -> None:
    assert react("PaymentDeclined")["nextState"] == "RejectOrder"
    assert react("PaymentGatewayTimeout", 2)["status"] == "RETRIABLE"
    assert react("PaymentGatewayTimeout", 3)["nextState"] == "RejectOrder"
    assert react("KeyError")["nextState"] == "RejectOrder"
    assert react()["nextState"] == "ConfirmOrder"


TOLD = "the test says that it is wrong"
SOLUTION = Attempt(answer=test_process_payment)
WRONG = [
    WrongAnswer(
        "statuses alone", Attempt(answer=statuses), "A decline that is confirmed", "the test passes"
    ),
    WrongAnswer(
        "the first try alone",
        Attempt(answer=first_tries),
        "Silence that is asked again for longer",
        "the test passes",
    ),
    WrongAnswer(
        "where to, and not with what",
        Attempt(answer=errors),
        "A payment that replaces the order",
        "the test passes",
    ),
]
