"""14.2: what takes no money first, then the row, then the money: the course's own handler."""

from orderlab.lesson.catalogue.e14_2 import GIVEN, HANDLER, OURS
from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

KEYED = '            {"idempotency_key": charge.order_id},\n'
NO_KEY = "            # IDEMPOTENCY\n"
KEEP = """\
    dynamodb.update_item(
        TableName=PAYMENTS_TABLE,
        Key={"orderId": {"S": charge.order_id}},
        UpdateExpression="SET paymentIntentId = :intent",
        ExpressionAttributeValues={":intent": {"S": made.id}},
    )
"""
KNOWN = """\
    row = dynamodb.get_item(TableName=PAYMENTS_TABLE, Key={"orderId": {"S": charge.order_id}})
    if "paymentIntentId" in row.get("Item", {}):
        return row["Item"]["paymentIntentId"]["S"]
    client = gateway()
"""
KEYED_BY_CARD = KEYED.replace("charge.order_id", 'f"{charge.order_id}/{charge.payment_method}"')


def keeping_afterwards(key: str) -> tuple[Edit, ...]:
    """The first day's function with a key, and the row written once the charge has succeeded."""
    return (
        Edit(HANDLER, NO_KEY, key),
        Edit(HANDLER, "    client = gateway()\n", KNOWN),
        Edit(HANDLER, "    return made.id\n", f"{KEEP}    return made.id\n"),
    )


TOLD = "The gateway: 2 charges of 59.98."
SOLUTION = Attempt((Edit(HANDLER, GIVEN, OURS),))
WRONG = [
    WrongAnswer(
        "the order's id as the key of everything",
        Attempt((Edit(HANDLER, NO_KEY, KEYED),)),
        "Another card",
        "not paid, no charge",
    ),
    WrongAnswer(
        "a key and no memory",
        Attempt((Edit(HANDLER, NO_KEY, KEYED_BY_CARD),)),
        "A replay, two days later",
        "paid, 2 charges of 59.98",
    ),
    WrongAnswer(
        "written down after the charge",
        Attempt(keeping_afterwards(KEYED_BY_CARD)),
        "The gateway died during the charge",
        "not paid, then paid, 2 charges of 59.98",
    ),
]
