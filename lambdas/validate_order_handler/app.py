"""Checks an order against the product table, for the state ValidateOrder.

A fault in the order is a result, not an error: the workflow chooses on `isValid`. Only trouble of
ours, such as a table that does not answer, raises and is retried by the state machine.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, TypeGuard

import boto3
from aws_lambda_powertools.logging import Logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PRODUCTS_TABLE = os.environ["PRODUCTS_TABLE"]
LOOKUP_ATTEMPTS = 4
SUMMARY_LENGTH = 1000

logger = Logger()
dynamodb = boto3.client("dynamodb")


# ---- The shape of an order -------------------------------------------------------------------
# Repeated, line by line, in order_entry_handler: each function is packaged from its own folder,
# and these lines are not worth a layer. A test holds the two copies equal.


class Fault(TypedDict):
    """One fault: a code for programs, a field such as "items[0].price", a message for people."""

    code: str
    field: str
    message: str


def is_id(value: object) -> TypeGuard[str]:
    """Whether a value can be an id. An order's id also names its execution, hence the rule."""
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,80}", value) is not None


def is_user_id(value: object) -> bool:
    """Whether a value can be a user's id, which another system chose."""
    return isinstance(value, str) and 0 < len(value) <= 128 and value.isprintable()


def is_quantity(value: object) -> TypeGuard[int]:
    """Whether a value counts pieces: JSON's true would pass for 1 in Python."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 1_000_000


def is_amount(value: object) -> TypeGuard[float]:
    """Whether a value is a price: a positive JSON number with at most two decimals."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return 0 < value <= 1_000_000_000 and round(to_money(value), 2) == to_money(value)


def is_items(value: object) -> TypeGuard[list[Any]]:
    """Whether a value is a list of lines. BatchGetItem takes 100 keys, so an order has no more."""
    return isinstance(value, list) and 0 < len(value) <= 100


def to_money(value: float) -> Decimal:
    """The number as it was written: Decimal(29.99) would be 29.989999999999998436805981327..."""
    return Decimal(str(value))


Rules = Mapping[str, tuple[Callable[[object], bool], str]]
ID_RULE = "1 to 80 of the characters A-Z a-z 0-9 - _"
AMOUNT_RULE = "a positive number with at most two decimals"
ORDER_RULES: Rules = {
    "orderId": (is_id, ID_RULE),
    "userId": (is_user_id, "a printable string of 1 to 128 characters"),
    "items": (is_items, "a list of 1 to 100 lines"),
    "totalAmount": (is_amount, AMOUNT_RULE),
}
LINE_RULES: Rules = {
    "productId": (is_id, ID_RULE),
    "quantity": (is_quantity, "a whole number from 1 to 1000000"),
    "price": (is_amount, AMOUNT_RULE),
}


def validate_required_fields(order: Mapping[str, Any], rules: Rules = ORDER_RULES) -> list[str]:
    """The names of the required fields that are missing."""
    return [name for name in rules if name not in order]


def field_faults(record: object, rules: Rules, path: str = "") -> list[Fault]:
    """Every field of one JSON object that is missing or has a wrong value."""
    if not isinstance(record, dict):
        message = f"must be a JSON object, not {shown(record)}"
        return [Fault(code="INVALID_VALUE", field=path or "order", message=message)]
    prefix = f"{path}." if path else ""
    missing = validate_required_fields(record, rules)
    faults = [
        Fault(code="MISSING_FIELD", field=prefix + name, message="is required") for name in missing
    ]
    for name, (is_good, rule) in rules.items():
        if name in record and not is_good(record[name]):
            message = f"must be {rule}, not {shown(record[name])}"
            faults.append(Fault(code="INVALID_VALUE", field=prefix + name, message=message))
    return faults


def shape_faults(order: object) -> list[Fault]:
    """Every fault that can be seen without looking anything up. Takes any JSON value."""
    faults = field_faults(order, ORDER_RULES)
    if isinstance(order, dict) and is_items(order.get("items")):
        for index, line in enumerate(order["items"]):
            faults += field_faults(line, LINE_RULES, f"items[{index}]")
    return faults


def shown(value: object) -> str:
    """A value in words short enough for a message."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else f"a list of {len(value)}"
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def summarise(faults: list[Fault]) -> str:
    """All faults in one line of at most SUMMARY_LENGTH characters; "" when there are none."""
    if not faults:
        return ""
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    text = f"{count}: " + "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults)
    return text if len(text) <= SUMMARY_LENGTH else f"{text[: SUMMARY_LENGTH - 3]}..."


# ---- The catalogue ---------------------------------------------------------------------------


class Product(NamedTuple):
    """What the product table says."""

    price: Decimal
    stock: Decimal


class ValidationResult(TypedDict):
    """What the state machine gets. `orderId` is "" when the order has no usable string there."""

    isValid: bool
    orderId: str
    faults: list[Fault]
    summary: str


def order_lines(order: object) -> list[tuple[str, dict[str, Any]]]:
    """The lines that are JSON objects, each with its path ("items[0]")."""
    if not isinstance(order, dict) or not is_items(order.get("items")):
        return []
    lines = enumerate(order["items"])
    return [(f"items[{index}]", line) for index, line in lines if isinstance(line, dict)]


def find_products(product_ids: set[str]) -> dict[str, Product]:
    """Looks products up, all in one BatchGetItem. A product that does not exist is left out.

    DynamoDB may leave keys unprocessed when it is busy and asks to repeat those after a pause:
    docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html

    Raises:
        TimeoutError: some keys were still unprocessed after LOOKUP_ATTEMPTS calls.
        botocore.exceptions.ClientError: DynamoDB refused the call.
    """
    if not product_ids:
        return {}  # BatchGetItem refuses an empty list of keys
    keys = [{"productId": {"S": product_id}} for product_id in sorted(product_ids)]
    projection = "productId, price, stock"
    request: Any = {PRODUCTS_TABLE: {"Keys": keys, "ProjectionExpression": projection}}
    products: dict[str, Product] = {}
    for attempt in range(LOOKUP_ATTEMPTS):
        if attempt > 0:
            time.sleep(random.uniform(0, 0.1 * 2**attempt))  # full jitter
        response = dynamodb.batch_get_item(RequestItems=request)
        for item in response["Responses"].get(PRODUCTS_TABLE, []):
            product = Product(Decimal(item["price"]["N"]), Decimal(item["stock"]["N"]))
            products[item["productId"]["S"]] = product
        request = response.get("UnprocessedKeys")
        if not request:
            return products
    raise TimeoutError(f"{PRODUCTS_TABLE} left keys unprocessed {LOOKUP_ATTEMPTS} times")


def catalogue_faults(order: object, products: Mapping[str, Product]) -> list[Fault]:
    """Unknown products, wrong prices, and more pieces than there are in stock.

    A line's wrong fields are shape_faults' business; what is right in it is still checked here.
    """
    faults: list[Fault] = []
    ordered: dict[str, int] = {}  # pieces of each product, over all lines
    last_path: dict[str, str] = {}
    for path, line in order_lines(order):
        product_id, quantity, price = (line.get(name) for name in LINE_RULES)
        if not is_id(product_id):
            continue
        if product_id not in products:
            message = f"there is no product {product_id}"
            faults.append(Fault(code="UNKNOWN_PRODUCT", field=f"{path}.productId", message=message))
            continue
        expected = products[product_id].price
        if is_amount(price) and to_money(price) != expected:
            message = f"{product_id} costs {expected}, not {price}"
            faults.append(Fault(code="PRICE_MISMATCH", field=f"{path}.price", message=message))
        if is_quantity(quantity):
            ordered[product_id] = ordered.get(product_id, 0) + quantity
            last_path[product_id] = path
    for product_id, quantity in ordered.items():
        stock = products[product_id].stock
        if quantity > stock:
            field = f"{last_path[product_id]}.quantity"
            message = f"{quantity} of {product_id} ordered, {stock} in stock"
            faults.append(Fault(code="INSUFFICIENT_STOCK", field=field, message=message))
    return faults


def total_faults(order: dict[str, Any]) -> list[Fault]:
    """Whether the total is the sum of the lines, to the cent. Takes an order of good shape."""
    total = to_money(order["totalAmount"])
    expected = sum(to_money(line["price"]) * line["quantity"] for line in order["items"])
    if total == expected:
        return []
    message = f"the lines sum to {expected:.2f}, not {total:.2f}"
    return [Fault(code="TOTAL_MISMATCH", field="totalAmount", message=message)]


def validate_order(order: Any) -> ValidationResult:
    """Finds every fault of an order. Takes any JSON value; raises what find_products raises."""
    faults = shape_faults(order)
    if not faults:
        faults += total_faults(order)
    ids = {line["productId"] for _, line in order_lines(order) if is_id(line.get("productId"))}
    faults += catalogue_faults(order, find_products(ids))
    order_id = order.get("orderId") if isinstance(order, dict) else None
    return ValidationResult(
        isValid=not faults,
        orderId=order_id if isinstance(order_id, str) else "",
        faults=faults,
        summary=summarise(faults),
    )


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: Any, context: LambdaContext) -> ValidationResult:
    """Entry point. The event is the order itself, the execution's whole input."""
    if isinstance(event, dict) and is_id(event.get("orderId")):
        logger.append_keys(orderId=event["orderId"])
    result = validate_order(event)
    if result["isValid"]:
        logger.info("Order is valid")
    else:
        logger.warning("Order has faults", extra={"faults": result["faults"]})
    return result
