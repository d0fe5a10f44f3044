"""15.1: one condition for each product, one for the order's row, and lines added up first."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer


def actions(order: Any) -> list[Any]:
    pieces: dict[str, int] = {}
    for line in order["items"]:
        pieces[line["productId"]] = pieces.get(line["productId"], 0) + line["quantity"]
    row = {"reservationId": {"S": order["orderId"]}, "status": {"S": "RESERVED"}}
    put = {
        "TableName": "dev-Reservations",
        "Item": row,
        "ConditionExpression": "attribute_not_exists(reservationId)",
    }
    updates = [
        {
            "Update": {
                "TableName": "dev-Products",
                "Key": {"productId": {"S": product}},
                "UpdateExpression": "SET stock = stock - :q ADD reserved :q",
                "ConditionExpression": "stock >= :q",
                "ExpressionAttributeValues": {":q": {"N": str(quantity)}},
            }
        }
        for product, quantity in pieces.items()
    ]
    return [{"Put": put}, *updates]


def without_conditions(order: Any) -> list[Any]:
    row = {"reservationId": {"S": order["orderId"]}, "status": {"S": "RESERVED"}}
    return [
        {"Put": {"TableName": "dev-Reservations", "Item": row}},
        *(
            {
                "Update": {
                    "TableName": "dev-Products",
                    "Key": {"productId": {"S": line["productId"]}},
                    "UpdateExpression": "SET stock = stock - :q ADD reserved :q",
                    "ExpressionAttributeValues": {":q": {"N": str(line["quantity"])}},
                }
            }
            for line in order["items"]
        ),
    ]


def more_than_ordered(order: Any) -> list[Any]:
    row = {"reservationId": {"S": order["orderId"]}, "status": {"S": "RESERVED"}}
    return [
        {"Put": {"TableName": "dev-Reservations", "Item": row}},
        *(
            {
                "Update": {
                    "TableName": "dev-Products",
                    "Key": {"productId": {"S": line["productId"]}},
                    "UpdateExpression": "SET stock = stock - :q ADD reserved :q",
                    "ConditionExpression": "stock > :q",
                    "ExpressionAttributeValues": {":q": {"N": str(line["quantity"])}},
                }
            }
            for line in order["items"]
        ),
    ]


def line_by_line(order: Any) -> list[Any]:
    row = {"reservationId": {"S": order["orderId"]}, "status": {"S": "RESERVED"}}
    return [
        {"Put": {"TableName": "dev-Reservations", "Item": row}},
        *(
            {
                "Update": {
                    "TableName": "dev-Products",
                    "Key": {"productId": {"S": line["productId"]}},
                    "UpdateExpression": "SET stock = stock - :q ADD reserved :q",
                    "ConditionExpression": "stock >= :q",
                    "ExpressionAttributeValues": {":q": {"N": str(line["quantity"])}},
                }
            }
            for line in order["items"]
        ),
    ]


def row_unconditionally(order: Any) -> list[Any]:
    pieces: dict[str, int] = {}
    for line in order["items"]:
        pieces[line["productId"]] = pieces.get(line["productId"], 0) + line["quantity"]
    row = {"reservationId": {"S": order["orderId"]}, "status": {"S": "RESERVED"}}
    return [
        {"Put": {"TableName": "dev-Reservations", "Item": row}},
        *(
            {
                "Update": {
                    "TableName": "dev-Products",
                    "Key": {"productId": {"S": product}},
                    "UpdateExpression": "SET stock = stock - :q ADD reserved :q",
                    "ConditionExpression": "stock >= :q",
                    "ExpressionAttributeValues": {":q": {"N": str(quantity)}},
                }
            }
            for product, quantity in pieces.items()
        ),
    ]


TOLD = "Of five mice and three chairs"
SOLUTION = Attempt(answer=actions)
WRONG = [
    WrongAnswer(
        "moves the pieces, and asks no condition",
        Attempt(answer=without_conditions),
        "A mouse that is there, and a chair that is not",
        "taken, prod-001: 3 + 2, prod-018: -1 + 1",
    ),
    WrongAnswer(
        "more in stock than ordered",
        Attempt(answer=more_than_ordered),
        "The last desks",
        "refused (TransactionCanceledException)",
    ),
    WrongAnswer(
        "an action for each line",
        Attempt(answer=line_by_line),
        "One product on two lines",
        "refused (ValidationException)",
    ),
    WrongAnswer(
        "the row is written without a condition",
        Attempt(answer=row_unconditionally),
        "The same order again",
        "taken, prod-001: 1 + 4",
    ),
]
