"""14.1: the order's id is the key, and cents are reckoned in Decimal."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer


def pay_once(client: Any, order: dict[str, Any]) -> Any:
    """Take an order's total, once. Returns the payment intent's id."""
    from decimal import Decimal

    import stripe

    asked = {"currency": "eur", "confirm": True, "payment_method_types": ["card"]}
    asked |= {"payment_method": order["paymentMethod"], "metadata": {"orderId": order["orderId"]}}
    asked["amount"] = int(Decimal(str(order["totalAmount"])) * 100)
    options = {"idempotency_key": order["orderId"]}
    for _ in range(2):
        try:
            return client.v1.payment_intents.create(asked, options).id
        except stripe.APIConnectionError:
            pass
    return client.v1.payment_intents.create(asked, options).id


def key_of_this_call(client: Any, order: dict[str, Any]) -> Any:
    import uuid

    import stripe

    asked = {"currency": "eur", "confirm": True, "payment_method_types": ["card"]}
    asked |= {"payment_method": order["paymentMethod"], "metadata": {"orderId": order["orderId"]}}
    asked["amount"] = round(order["totalAmount"] * 100)
    options = {"idempotency_key": str(uuid.uuid4())}
    for _ in range(2):
        try:
            return client.v1.payment_intents.create(asked, options).id
        except stripe.APIConnectionError:
            pass
    return client.v1.payment_intents.create(asked, options).id


def key_of_the_customer(client: Any, order: dict[str, Any]) -> Any:
    import stripe

    asked = {"currency": "eur", "confirm": True, "payment_method_types": ["card"]}
    asked |= {"payment_method": order["paymentMethod"]}
    asked["amount"] = round(order["totalAmount"] * 100)
    asked["metadata"] = {"orderId": order["orderId"]}
    options = {"idempotency_key": f"{order['userId']}-{asked['amount']}"}
    for _ in range(2):
        try:
            return client.v1.payment_intents.create(asked, options).id
        except stripe.APIConnectionError:
            pass
    return client.v1.payment_intents.create(asked, options).id


def cents_cut_off(client: Any, order: dict[str, Any]) -> Any:
    import stripe

    asked = {"currency": "eur", "confirm": True, "payment_method_types": ["card"]}
    asked |= {"payment_method": order["paymentMethod"], "metadata": {"orderId": order["orderId"]}}
    asked["amount"] = int(order["totalAmount"] * 100)
    options = {"idempotency_key": order["orderId"]}
    for _ in range(2):
        try:
            return client.v1.payment_intents.create(asked, options).id
        except stripe.APIConnectionError:
            pass
    return client.v1.payment_intents.create(asked, options).id


def key_with_the_amount(client: Any, order: dict[str, Any]) -> Any:
    import stripe

    asked = {"currency": "eur", "confirm": True, "payment_method_types": ["card"]}
    asked |= {"payment_method": order["paymentMethod"], "metadata": {"orderId": order["orderId"]}}
    asked["amount"] = round(order["totalAmount"] * 100)
    options = {"idempotency_key": f"{order['orderId']}-{asked['amount']}"}
    for _ in range(2):
        try:
            return client.v1.payment_intents.create(asked, options).id
        except stripe.APIConnectionError:
            pass
    return client.v1.payment_intents.create(asked, options).id


def silence_swallowed(client: Any, order: dict[str, Any]) -> Any:
    import stripe

    asked = {"currency": "eur", "confirm": True, "payment_method_types": ["card"]}
    asked |= {"payment_method": order["paymentMethod"], "metadata": {"orderId": order["orderId"]}}
    asked["amount"] = round(order["totalAmount"] * 100)
    for _ in range(3):
        try:
            return client.v1.payment_intents.create(asked, {"idempotency_key": order["orderId"]}).id
        except stripe.APIConnectionError:
            pass
    return None


TOLD = "The gateway counts: 2 charges of 59.98."
SOLUTION = Attempt(answer=pay_once)
WRONG = [
    WrongAnswer(
        "a key drawn in each call",
        Attempt(answer=key_of_this_call),
        "Called again by another process",
        "2 charges of 59.98",
    ),
    WrongAnswer(
        "customer and amount as the key",
        Attempt(answer=key_of_the_customer),
        "Two orders, one customer, one amount",
        "1 charge of 59.98, no charge",
    ),
    WrongAnswer(
        "cents cut off",
        Attempt(answer=cents_cut_off),
        "To the cent",
        "1 charge of 19.98",
    ),
    WrongAnswer(
        "the amount in the key",
        Attempt(answer=key_with_the_amount),
        "Another total under the same id",
        "2 charges of 29.99 and 59.98",
    ),
    WrongAnswer(
        "silence swallowed",
        Attempt(answer=silence_swallowed),
        "No answer at all",
        "None, 1 charge of 59.98",
    ),
]
