"""05.2: a statement of one's own in place of SAM's template of a policy."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

READ = "        - DynamoDBReadPolicy: {TableName: !Ref ProductsTable}\n"


def statement(action: str, resource: str = "!GetAtt ProductsTable.Arn") -> Attempt:
    """The function's policy allows an action on a resource."""
    lines = [
        "- Statement:",
        "    - Effect: Allow",
        f"      Action: {action}",
        f"      Resource: {resource}",
    ]
    return Attempt((Edit("template.yaml", READ, "".join(" " * 8 + line + "\n" for line in lines)),))


TOLD = "never scans, so its role need not allow it"
SOLUTION = statement("dynamodb:BatchGetItem")
WRONG = [
    WrongAnswer(
        "the action that sounds right",
        statement("dynamodb:GetItem"),
        "A good order",
        "failed (ClientError",
    ),
    WrongAnswer(
        "every table",
        statement("dynamodb:BatchGetItem", '"*"'),
        "Reading the orders",
        "allowed",
    ),
    WrongAnswer(
        "both ways of getting items",
        statement("[dynamodb:BatchGetItem, dynamodb:GetItem]"),
        "One product by itself",
        "allowed",
    ),
    WrongAnswer(
        "everything that begins with Batch",
        statement('["dynamodb:Batch*", "dynamodb:PutItem"]'),
        "A new price",
        "allowed",
    ),
]
