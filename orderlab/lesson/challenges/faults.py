"""The catalogue: each fault as edits of the application, and a line on what is felt of it."""

from __future__ import annotations

from dataclasses import dataclass

from orderlab.lesson.edits import Edit

TEMPLATE = "template.yaml"
DEFINITION = "state-machines/order-workflow.asl.json"
VALIDATION = "lambdas/validate_order_handler/app.py"
# What stands before the line that is meant, since the template has others like it.
BEFORE_TOPIC = """\
        ProcessPaymentFunctionArn: !GetAtt ProcessPaymentFunction.Arn
        OrdersTableName: !Ref OrdersTable
        """
BEFORE_STATUS = "stateMachineArn: [!GetAtt OrderWorkflow.Arn]\n                "


@dataclass(frozen=True)
class Fault:
    """A fault.

    Attributes:
        name: what `challenge` takes.
        felt: what the shop's people notice, in a sentence; it tells neither cause nor mend.
        hints: where to look, what to use, nearly the answer.
    """

    name: str
    felt: str
    edits: tuple[Edit, ...]
    hints: tuple[str, str, str]


FAULTS = (
    Fault(
        "unread-shelves",
        "No order gets through any more, and nobody says what is wrong with it.",
        (Edit(TEMPLATE, "PRODUCTS_TABLE: !Ref ProductsTable", "PRODUCTS_TABLE: !Ref OrdersTable"),),
        (
            "The first state fails. Its cause has a sentence about a permission.",
            "Is it the permission that is wrong, or the table that the function asks for?",
            "`PRODUCTS_TABLE` in the environment of `ValidateOrderFunction`.",
        ),
    ),
    Fault(
        "paid-for-nothing",
        "Customers are charged, and their orders are never confirmed.",
        (
            Edit(
                TEMPLATE,
                "              Action: dynamodb:UpdateItem\n"
                "              Resource: !GetAtt OrdersTable.Arn\n"
                "            - Effect: Allow # log delivery",
                "              Action: dynamodb:PutItem\n"
                "              Resource: !GetAtt OrdersTable.Arn\n"
                "            - Effect: Allow # log delivery",
            ),
        ),
        (
            "The state after the payment fails, after several attempts. Read one attempt's cause.",
            "No function is involved: whose role is it that asks the table?",
            "`OrderWorkflow` may `dynamodb:PutItem`, and the definition calls `updateItem`.",
        ),
    ),
    Fault(
        "wrong-mailbox",
        "Orders are paid and confirmed, and end as failed. No customer hears of one.",
        (
            Edit(
                TEMPLATE,
                f"{BEFORE_TOPIC}NotificationsTopicArn: !Ref NotificationsTopic\n",
                f"{BEFORE_TOPIC}NotificationsTopicArn: !Ref AlarmsTopic\n",
            ),
        ),
        (
            "The last state fails. Which topic does its cause name?",
            "The role is right. Compare the topic that it may publish to with the one it uses.",
            "`DefinitionSubstitutions` of `OrderWorkflow`: `NotificationsTopicArn`.",
        ),
    ),
    Fault(
        "stubborn",
        "Customers whose payment is declined complain that their bank was asked four times.",
        (
            Edit(
                DEFINITION,
                '            "PaymentGatewayTimeout"\n          ],',
                '            "PaymentGatewayTimeout",\n            "PaymentDeclined"\n          ],',
            ),
        ),
        (
            "`console.timeline` of `order-declined` shows how often the payment was tried.",
            "A decline is an answer. Which errors are tried again?",
            "`PaymentDeclined` in the Retry of `ProcessPayment`.",
        ),
    ),
    Fault(
        "impatient",
        "Orders are rejected although the payment gateway was only slow for a moment.",
        (
            Edit(
                DEFINITION,
                '            "PaymentGatewayTimeout"\n          ],',
                '            "GatewayTimeout"\n          ],',
            ),
        ),
        (
            "Send `order-gateway-timeout`, to which the gateway answers at the second call.",
            "How many attempts are there? Compare the error's name with those of the Retry.",
            "The function raises `PaymentGatewayTimeout`, and the Retry names `GatewayTimeout`.",
        ),
    ),
    Fault(
        "closed-door",
        "Orders are accepted at the web page and never seen again.",
        (
            Edit(
                TEMPLATE,
                "        - StepFunctionsExecutionPolicy: "
                "{StateMachineName: !GetAtt OrderWorkflow.Name}\n"
                "        - Statement: # to compare",
                "        - Statement: # to compare",
            ),
        ),
        (
            "There is no execution, so there is no history. Where does the order wait?",
            "Read the log of the function that takes orders from the queue.",
            "`StartWorkflowFunction` has lost its `StepFunctionsExecutionPolicy`.",
        ),
    ),
    Fault(
        "generous",
        "Somebody has bought a mouse for 0.99.",
        (Edit(VALIDATION, "to_money(price) != expected", "to_money(price) > expected"),),
        (
            "Nothing fails, and that is the trouble. Send an order with a wrong price.",
            "The validation compares each line's price with the table's.",
            "`catalogue_faults`: a price is wrong if it is another, not only if it is higher.",
        ),
    ),
    Fault(
        "no-trace",
        "Support stops an execution, and the order's row does not say so.",
        (
            Edit(
                TEMPLATE,
                f"{BEFORE_STATUS}status: [FAILED, TIMED_OUT, ABORTED]",
                f"{BEFORE_STATUS}status: [FAILED, TIMED_OUT]",
            ),
        ),
        (
            "No state runs after a stop. What in the stack looks at executions from outside?",
            "The log of `RepairOrderFunction`: was it called?",
            "The rule `WorkflowCutOff` no longer picks the status `ABORTED`.",
        ),
    ),
    Fault(
        "sleeping-alarm",
        "The shop breaks down for an hour, and nobody is called.",
        (
            Edit(
                TEMPLATE,
                "      MetricName: TechnicalFailures\n",
                "      MetricName: TechnicalFailure\n",
            ),
        ),
        (
            "Make an order fail on the shop's side, and look at the alarms a minute later.",
            "From the log to the alarm there are two steps: a metric filter, and a metric.",
            "The filter counts into `TechnicalFailures`. What does the alarm watch?",
        ),
    ),
    Fault(
        "lost-on-the-way",
        "Customers are charged, and one state later nobody knows whose order it was.",
        (Edit(DEFINITION, '"ResultPath": "$.payment"', '"ResultPath": "$"'),),
        (
            "`States.Runtime`: look one state back from the one that failed.",
            "Compare the input and the output of `ProcessPayment`.",
            "`ResultPath` of `ProcessPayment`: the result must go beside the order.",
        ),
    ),
    Fault(
        "one-cent",
        "Whole prices are fine, and an order of two mice at 29.99 is refused.",
        (Edit(VALIDATION, "    return Decimal(str(value))\n", "    return Decimal(value)\n"),),
        (
            "The order is refused by the validation. What does its summary say of the price?",
            "Two numbers look equal and are not. How does a price become a `Decimal`?",
            '`to_money`: `Decimal(29.99)` is not `Decimal("29.99")`.',
        ),
    ),
)
