"""12.2: the statement allows the action that the handler takes, on the table that it reads."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

TEMPLATE = "template.yaml"
HANDLER = "lambdas/validate_order_handler/app.py"
ACTION = "              Action: dynamodb:GetItem\n"
RESOURCE = "              Resource: !GetAtt ProductsTable.Arn\n"
NARROW = ACTION + RESOURCE
STATEMENT = f"""\
        - Statement: # security review: it reads products, and nothing else
            - Effect: Allow
{NARROW}"""

TOLD = "order-two-mice is good"
SOLUTION = Attempt(
    (Edit(TEMPLATE, NARROW, f"              Action: dynamodb:BatchGetItem\n{RESOURCE}"),)
)
WRONG = [
    WrongAnswer(
        "every action of DynamoDB",
        Attempt((Edit(TEMPLATE, NARROW, f"              Action: dynamodb:*\n{RESOURCE}"),)),
        "Permissions",
        "ValidateOrderFunction: dynamodb:*",
    ),
    WrongAnswer(
        "AWS's own policy for all of DynamoDB",
        Attempt((Edit(TEMPLATE, STATEMENT, "        - AmazonDynamoDBFullAccess\n"),)),
        "Permissions",
        "ValidateOrderFunction: ",
    ),
    WrongAnswer(
        "the refusal is caught, and nothing is checked any more",
        Attempt(
            (
                Edit(
                    HANDLER,
                    "    faults += catalogue_faults(order, find_products(ids))\n",
                    "    try:\n"
                    "        faults += catalogue_faults(order, find_products(ids))\n"
                    "    except Exception:\n"
                    '        logger.exception("no catalogue")\n',
                ),
            )
        ),
        "order-wrong-price",
        "succeeded",
    ),
]
