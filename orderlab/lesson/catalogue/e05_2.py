"""05.2: the execution role of ValidateOrder allows what the function does, and no more."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import boto3

from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import reports

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

FUNCTION = "dev-ValidateOrderFunction"

exercise = Exercise(
    id="05.2",
    title="One call and no more",
    level="core",
    task="""\
`DynamoDBReadPolicy` is handy: it lets ValidateOrder also read products one by one, query them and
scan the whole table. The function makes one kind of call. **Let its role allow that call on the
table of products, and nothing else of DynamoDB.** Good orders are confirmed as before, and one with
a wrong price is refused as before.

Edit the `Policies` of `ValidateOrderFunction` in `template.yaml`.""",
    files=("template.yaml",),
    hints=(
        (
            "Which method of the client does `find_products` call? The action bears the name of "
            "the API's operation. How a policy of one's own is written, `RepairOrderFunction` "
            "shows in the same file."
        ),
        (
            "A `Statement` has `Effect`, `Action` and `Resource`. boto3's `batch_get_item` is the "
            "operation BatchGetItem; the ARN of a table is `!GetAtt ProductsTable.Arn`."
        ),
        (
            "In place of the line with `DynamoDBReadPolicy`: `- Statement:` and below it one item "
            "with `Effect: Allow`, `Action: dynamodb:BatchGetItem` and "
            "`Resource: !GetAtt ProductsTable.Arn`."
        ),
    ),
)

# A function of the check's own, which tries a call of DynamoDB under a role.
PROBE = """\
import boto3
from botocore.exceptions import ClientError

dynamodb = boto3.client("dynamodb")


def lambda_handler(event, context):
    try:
        getattr(dynamodb, event["operation"])(**event["parameters"])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"
"""


def probe(operation: str, **parameters: Any) -> str:
    """What comes of a call of DynamoDB under the role of ValidateOrder: "allowed", or the error."""
    functions = boto3.client("lambda")
    role = functions.get_function_configuration(FunctionName=FUNCTION)["Role"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("app.py", PROBE)
    with suppress(functions.exceptions.ResourceConflictException):  # an earlier scenario made it
        functions.create_function(
            FunctionName="probe",
            Role=role,
            Runtime="python3.13",
            Handler="app.lambda_handler",
            Code={"ZipFile": archive.getvalue()},
        )
    done = reports.invoke("probe", {"operation": operation, "parameters": parameters})
    return done.words if done.failed else str(done.payload)


def _refused(operation: str, because: str, **parameters: Any) -> Finding:
    got = probe(operation, **parameters)
    return Finding("AccessDeniedException", got, got == "AccessDeniedException", because)


def _keys(table: str, **key: str) -> dict[str, Any]:
    return {table: {"Keys": [{name: {"S": value} for name, value in key.items()}]}}


@exercise.scenario("A scan of all products")
def _scan(shop: Shop) -> Finding:
    return _refused(
        "scan",
        "The function never scans, so its role need not allow it: whoever gets into the function "
        "gets what its role may do.",
        TableName=shop.stack.outputs["ProductsTableName"],
    )


@exercise.scenario("A good order")
def _good(shop: Shop) -> Finding:
    ended = shop.process(shop.order("order-least-privilege", [("prod-001", 2), ("prod-002", 1)]))
    return Finding(
        "succeeded",
        ended.words,
        ended.succeeded,
        "The order order-least-privilege is a good one. The function must still be able to look up "
        "its products.",
    )


@exercise.scenario("An order with a wrong price")
def _wrong_price(shop: Shop) -> Finding:
    order = shop.order("order-wrong-price", [("prod-001", 1)], totalAmount=0.99)
    order["items"][0]["price"] = 0.99
    ended = shop.process(order)
    return Finding(
        "refused (OrderInvalid)",
        ended.words,
        ended.refused,
        "The price on order-wrong-price is not that of the table, so it is refused as before.",
    )


@exercise.scenario("Reading the orders")
def _orders(shop: Shop) -> Finding:
    table = shop.stack.outputs["OrdersTableName"]
    return _refused(
        "batch_get_item",
        "`Resource` says on which table. The orders, with their customers, are none of this "
        "function's business.",
        RequestItems=_keys(table, orderId="order-least-privilege"),
    )


@exercise.scenario("One product by itself")
def _one(shop: Shop) -> Finding:
    return _refused(
        "get_item",
        "GetItem is another action than BatchGetItem, and the function never makes that call.",
        TableName=shop.stack.outputs["ProductsTableName"],
        Key={"productId": {"S": "prod-001"}},
    )


@exercise.scenario("A new price")
def _write(shop: Shop) -> Finding:
    return _refused(
        "put_item",
        "The function reads. A role that lets it write lets a fault in it change prices.",
        TableName=shop.stack.outputs["ProductsTableName"],
        Item={"productId": {"S": "prod-001"}, "price": {"N": "0.01"}},
    )
