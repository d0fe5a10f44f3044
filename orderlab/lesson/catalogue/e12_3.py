"""12.3: a substitution that names a function which does not exist."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import boto3

from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import soundness

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

TEMPLATE = "template.yaml"
MOST_LINES = 6

exercise = Exercise(
    id="12.3",
    title="A function that cannot be invoked",
    level="core",
    task=f"""\
**Ticket 3.** *"Nobody is charged any more. The payment team says that nothing arrives: their log
has been empty since Friday."* Find out whom the workflow calls instead. Afterwards payments go to
the function that there is, under its old name, in this stack and in one deployed as `test` beside
it. No role may do more than it needs; at most {MOST_LINES} lines change.

Edit the stack of this ticket, in `exercises/12_3`: `template.yaml`.""",
    files=(TEMPLATE,),
    hints=(
        (
            "An empty log is a finding: the function was never invoked. Which state failed, and "
            "which resource does the cause name?"
        ),
        (
            "The cause speaks of a permission, but compare the function's name in it with the "
            "functions in the stack. A permission for a function that is not there mends nothing."
        ),
        (
            "`DefinitionSubstitutions` writes the function's ARN by hand, with a name that no "
            "function has. `!GetAtt ProcessPaymentFunction.Arn` asks CloudFormation for it."
        ),
    ),
    given=(
        Edit(
            TEMPLATE,
            "        ProcessPaymentFunctionArn: !GetAtt ProcessPaymentFunction.Arn\n",
            "        ProcessPaymentFunctionArn: !Sub arn:${AWS::Partition}:lambda:${AWS::Region}:"
            "${AWS::AccountId}:function:${Environment}-PaymentFunction\n",
        ),
    ),
)


exercise.scenario("Two mice")(soundness.confirmed)


@exercise.scenario("The payment team's log")
def _log(shop: Shop) -> Finding:
    group = "/aws/lambda/dev-ProcessPaymentFunction"
    try:
        found = boto3.client("logs").filter_log_events(
            logGroupName=group, filterPattern='"Payment approved"'
        )["events"]
    except boto3.client("logs").exceptions.ResourceNotFoundException:
        found = []
    return Finding(
        "a line of the payment",
        "a line of the payment" if found else "none",
        bool(found),
        f"The payment team reads {group}, and their alarms do. The function keeps its name; the "
        "workflow must call that one.",
    )


@exercise.scenario("Deployed as test, beside it")
def _twin(shop: Shop) -> Finding:
    cloudformation = boto3.client("cloudformation")
    template = cloudformation.get_template(StackName=shop.stack.name)["TemplateBody"]
    cloudformation.create_stack(
        StackName="test-ecommerce-backend",
        TemplateBody=template if isinstance(template, str) else json.dumps(template),
        Parameters=[{"ParameterKey": "Environment", "ParameterValue": "test"}],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    [made] = cloudformation.describe_stacks(StackName="test-ecommerce-backend")["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in made.get("Outputs", [])}
    mouse = {"productId": "prod-001", "price": Decimal("29.99"), "stock": 10}
    boto3.resource("dynamodb").Table(outputs["ProductsTableName"]).put_item(Item=mouse)
    order = shop.order("order-in-test", [("prod-001", 2)])
    ended = shop.ended(shop.start(outputs["OrderWorkflowArn"], order))
    return Finding(
        "succeeded",
        ended.words,
        ended.succeeded,
        "A stack deployed with Environment test must call its own payment function. An ARN written "
        f"out fits one stack alone; its order was {ended.words}.",
    )


soundness.add_to(exercise, MOST_LINES)
