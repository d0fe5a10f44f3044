"""A payment gateway beside a learner's stack, and orders that are charged there."""

from __future__ import annotations

from functools import cache

import boto3

from orderlab.gateway import Gateway
from orderlab.lesson.judging.shop import Ended, Shop

FUNCTION = "ChargePaymentFunction"  # in the template


@cache
def provider(shop: Shop) -> Gateway:
    """A gateway of the shop's own, with nothing charged yet; the shop's function calls it."""
    started = Gateway()
    client = boto3.client("lambda")
    name = shop.stack.resources[FUNCTION]
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    variables["STRIPE_API_BASE"] = started.url
    client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
    return started


def charge(shop: Shop, order_id: str, replay: str = "", card: str = "pm_card_visa") -> Ended:
    """Charge an order of 59.98 through the workflow, to its end; `replay` as "-r1" is a replay."""
    order = {"orderId": order_id, "userId": "user-1", "amount": 59.98, "paymentMethod": card}
    machine = shop.stack.outputs["ChargeWorkflowArn"]
    return shop.ended(shop.start(machine, order, name=order_id + replay))


def counted(shop: Shop, order_id: str) -> str:
    """What the gateway has charged for an order: `1 charge of 59.98`, `no charge`."""
    found = provider(shop).charges(order_id)
    if not found:
        return "no charge"
    amounts = sorted({f"{one['amount'] / 100:.2f}" for one in found})
    return f"{len(found)} charge{'s' if len(found) > 1 else ''} of {' and '.join(amounts)}"
