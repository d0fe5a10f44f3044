"""12.2: a policy that allows another action than the one that the handler takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import soundness

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

TEMPLATE = "template.yaml"
MOST_LINES = 8

exercise = Exercise(
    id="12.2",
    title="Access denied",
    level="core",
    task=f"""\
**Ticket 2.** *"Since the security review on Friday not one order gets through. All are told that
something went wrong on our side."* Find out which permission is missing: who, which action, on
what? Afterwards good orders are confirmed again, and no role may do more than its function needs.
A change of at most {MOST_LINES} lines is enough.

Edit the stack of this ticket, in `exercises/12_2`: `template.yaml`.""",
    files=(TEMPLATE,),
    hints=(
        (
            "The error's name is of the SDK for Python, so the function was called, and a call "
            "that it made was refused. The cause has the whole sentence."
        ),
        (
            "The sentence names the role's session, the action and the resource. Look for the "
            "function's `Policies` in the template and compare the action."
        ),
        (
            "The handler asks with `BatchGetItem`, and the statement allows `GetItem`. Write "
            "`dynamodb:BatchGetItem`, or SAM's `DynamoDBReadPolicy` for the products' table."
        ),
    ),
    given=(
        Edit(
            TEMPLATE,
            "        - DynamoDBReadPolicy: {TableName: !Ref ProductsTable}\n",
            """\
        - Statement: # security review: it reads products, and nothing else
            - Effect: Allow
              Action: dynamodb:GetItem
              Resource: !GetAtt ProductsTable.Arn
""",
        ),
    ),
)


exercise.scenario("Two mice")(soundness.confirmed)


@exercise.scenario("One of each product")
def _each(shop: Shop) -> Finding:
    order = shop.order("order-one-of-each", [(name, 1) for name in soundness.in_stock(shop)])
    told = soundness.place(shop, order)
    return Finding(
        "succeeded, row CONFIRMED",
        told.words,
        told.ended.succeeded and told.status == "CONFIRMED",
        "order-one-of-each holds every product in stock once, and must be confirmed.",
    )


soundness.add_to(exercise, MOST_LINES)
