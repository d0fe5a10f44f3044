"""Charges an order at a payment gateway, for the state ProcessPayment.

The gateway is a mock that draws from the order's id, so that a run can be repeated. In production,
`process_payment` calls the real payment API (lesson 14); its errors and its result stay the same.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict

from aws_lambda_powertools.logging import Logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

APPROVAL_RATE = 0.90
TIMEOUT_RATE = 0.05
# Chosen so that some ids keep what they promise: test-order-001 is approved at once, order-declined
# is declined, order-gateway-timeout succeeds on its first retry, and order-gateway-offline gets no
# answer in any of four tries.
SALT = "mock-gateway-8093621"

logger = Logger()


# A class's name is the error name that the state machine's Retry and Catch match, hence no suffix.


class PaymentDeclined(Exception):
    """The gateway said no. Asking again would not change its mind."""


class PaymentGatewayTimeout(Exception):
    """The gateway did not answer. It may have charged, so a retry must not charge again."""


class PaymentResult(TypedDict):
    """What the state machine gets."""

    transactionId: str
    orderId: str
    amount: float
    status: str


def digest(*parts: object) -> str:
    """A hash of the parts: the same everywhere and for ever, unlike Python's hash()."""
    return hashlib.sha256("/".join(map(str, (SALT, *parts))).encode("utf-8")).hexdigest()


def draw(*parts: object) -> float:
    """A number from 0 up to 1, uniform over ids and equal for equal parts."""
    return int(digest(*parts)[:13], 16) / 16**13  # 52 bits, which a float holds exactly


def is_approved(order_id: str) -> bool:
    """Whether the gateway approves an order, as it does for nine in ten."""
    return draw("approval", order_id) < APPROVAL_RATE


def times_out(order_id: str, retry_count: int) -> bool:
    """Whether the gateway leaves a call unanswered: one in twenty, drawn anew for each retry."""
    return draw("timeout", order_id, retry_count) < TIMEOUT_RATE


def transaction_id(order_id: str) -> str:
    """The charge's id. One order has one, so charging twice is the same charge (idempotent)."""
    return "txn_" + digest("transaction", order_id)[:24]


def process_payment(order_id: str, user_id: str, amount: Decimal, retry_count: int = 0) -> str:
    """Charges a user once for an order, at the mock gateway. Returns the transaction's id.

    Raises:
        ValueError: the amount is not positive.
        PaymentGatewayTimeout: no answer; worth a retry.
        PaymentDeclined: a final no.
    """
    if amount <= 0:
        raise ValueError(f"cannot charge {amount} for order {order_id}")
    if times_out(order_id, retry_count):
        raise PaymentGatewayTimeout(f"no answer from the gateway for order {order_id}")
    if not is_approved(order_id):
        raise PaymentDeclined(f"order {order_id}: {user_id} was declined a charge of {amount}")
    return transaction_id(order_id)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PaymentResult:
    """Entry point. The event is {"orderId", "userId", "amount", "retryCount"}."""
    order_id, retry_count = event["orderId"], event["retryCount"]
    logger.append_keys(orderId=order_id, retryCount=retry_count)
    amount = Decimal(str(event["amount"]))
    try:
        transaction = process_payment(order_id, event["userId"], amount, retry_count)
    except (PaymentDeclined, PaymentGatewayTimeout) as error:
        logger.warning("Payment failed", extra={"error": type(error).__name__})
        raise
    logger.info("Payment approved", extra={"transactionId": transaction, "amount": str(amount)})
    return PaymentResult(
        transactionId=transaction,
        orderId=order_id,
        amount=event["amount"],
        status="APPROVED",
    )
