"""What the gallery shows: the executions that are looked at, and the views of them."""

from __future__ import annotations

from typing import NamedTuple

# Run once, before the views.
SETUP = (
    """
import json
from decimal import Decimal
from pathlib import Path

import boto3

import localaws
from localaws import branching, load
from orderlab import console

localaws.start()
stack = localaws.deploy("template.yaml")
workflow = stack.outputs["OrderWorkflowArn"]
products = boto3.resource("dynamodb").Table(stack.outputs["ProductsTableName"])
text = Path("data/products.json").read_text(encoding="utf-8")
with products.batch_writer() as batch:
    for product in json.loads(text, parse_float=Decimal):
        batch.put_item(Item=product)
""",
    """
def order(order_id, quantity=2):
    lines = [{"productId": "prod-001", "quantity": quantity, "price": 29.99}] if quantity else []
    return {
        "orderId": order_id,
        "userId": "test-user-123",
        "items": lines,
        "totalAmount": round(29.99 * quantity, 2),
    }


def run(order_id, quantity=2):
    [arn] = load.run(workflow, [order(order_id, quantity)], name="{orderId}").arns
    return arn


confirmed = run("test-order-001")
declined = run("order-declined")
retried = run("order-gateway-timeout")
empty = run("order-empty-basket", quantity=0)
""",
    """
orders = [order(f"order-{number}", quantity=number % 20) for number in range(100)]
many = load.run(workflow, orders, per_second=5, name="{orderId}")
""",
)


class View(NamedTuple):
    """A view of the console.

    Attributes:
        name: of its pictures' files.
        why: what it is for, in one or two sentences.
        code: what a person types; its last line is the view.
    """

    name: str
    title: str
    why: str
    code: str


VIEWS = (
    View(
        "stack",
        "A stack",
        "What was deployed, which events lead from where to where, and how much of everything is "
        "in it now.",
        "console.stack(stack.name)",
    ),
    View(
        "machine",
        "A state machine",
        "The workflow as it is written: its states with what each one calls, the rules of its "
        "Choice, and its ways out for errors, dashed.",
        "console.show(workflow)",
    ),
    View(
        "draft",
        "A draft with its faults",
        "A definition need not be deployed. It is drawn as far as it can be, and says what is "
        "wrong with it; a Map and a Parallel state are frames around what they run.",
        """
draft = {
    "StartAt": "ReserveItems",
    "States": {
        "ReserveItems": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Reserve",
                "States": {
                    "Reserve": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::dynamodb:updateItem",
                        "End": True,
                    }
                },
            },
            "Catch": [
                {"ErrorEquals": ["States.ALL"], "Next": "Refund"},
            ],
            "Next": "IsGift",
        },
        "IsGift": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.gift", "BooleanEquals": True, "Next": "Tell"}],
        },
        "Tell": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "TellCustomer",
                    "States": {
                        "TellCustomer": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::sns:publish",
                            "End": True,
                        }
                    },
                },
                {
                    "StartAt": "TellWarehouse",
                    "States": {
                        "TellWarehouse": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::sqs:sendMessage",
                            "End": True,
                        }
                    },
                },
            ],
            "End": True,
        },
        "Refund": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"},
        "WrapGift": {"Type": "Pass", "Next": "Tell"},
    },
}
console.show(draft)
""",
    ),
    View(
        "execution",
        "An execution",
        "Where it went, what came of each state, and what failed. Below the picture, all its "
        "events and the data of every state unfold.",
        "console.show(declined)",
    ),
    View(
        "watch",
        "An execution, live",
        "The same while it runs, drawn anew with every event. In JupyterLab, a slider then goes "
        "through the events, and a click on a state shows its data.",
        "console.watch(retried)",
    ),
    View(
        "state",
        "One state",
        "What every step did to the data between a state's input and its output, the difference "
        "marked; the error if there was one; and the log lines of that very invocation.",
        'console.state(retried, "ProcessPayment")',
    ),
    View(
        "history",
        "The history",
        "Its events as a pandas DataFrame, to filter and to count.",
        'console.history(retried)[["id", "time", "type", "state"]].head(12)',
    ),
    View(
        "timeline",
        "A timeline",
        "A bar for each attempt. Backoffs and waits are hatched, on the execution's own clock.",
        "console.timeline(retried)",
    ),
    View(
        "compare",
        "Two executions side by side",
        "Where they part, and what in their data made them do so.",
        "console.compare(confirmed, empty)",
    ),
    View(
        "branch",
        "What if",
        "An execution goes back to one of its events, and on from there with one thing changed. "
        "The local AWS alone can do this.",
        """
outage = branching.fault(function="dev-ProcessPaymentFunction", error="PaymentDeclined")
console.branch(confirmed, at="ProcessPayment", change=outage)
""",
    ),
    View(
        "outcomes",
        "Many executions",
        "How they ended, which way they took, how long it lasted, what failed where, and when.",
        "console.outcomes(workflow, many)",
    ),
    View(
        "coverage",
        "Coverage",
        "Which states, transitions, catches and retries these executions have reached.",
        "console.coverage(workflow, many)",
    ),
    View(
        "dashboard",
        "A dashboard",
        "A CloudWatch dashboard, drawn from its own definition: metrics, metric math, alarms and "
        "queries of logs, each at its place.",
        """
of_workflow = ["StateMachineArn", workflow]
ended = {
    "title": "Orders, by how they ended",
    "metrics": [
        ["AWS/States", "ExecutionsSucceeded", *of_workflow, {"label": "succeeded"}],
        [".", "ExecutionsFailed", ".", ".", {"label": "failed"}],
    ],
    "stacked": True,
}
took = {
    "title": "How long they took",
    "metrics": [["AWS/States", "ExecutionTime", *of_workflow, {"stat": "p90", "label": "p90"}]],
    "yAxis": {"left": {"min": 0, "label": "milliseconds"}},
}
common = {"region": "us-east-1", "stat": "Sum", "period": 60}
charts = [
    {"type": "metric", "x": x, "y": 0, "width": 12, "height": 6, "properties": common | chart}
    for x, chart in ((0, ended), (12, took))
]
group = "/aws/states/dev-OrderProcessingWorkflow"
errors = "filter type = 'ExecutionFailed' | stats count(*) as orders by details.error"
log = {"title": "What failed", "region": "us-east-1", "query": f"SOURCE '{group}' | {errors}"}
table = {"type": "log", "x": 0, "y": 6, "width": 24, "height": 4, "properties": log}
body = json.dumps({"start": "-PT10M", "widgets": [*charts, table]})
boto3.client("cloudwatch").put_dashboard(DashboardName="Shop", DashboardBody=body)
console.dashboard("Shop")
""",
    ),
    View(
        "logs",
        "A log group",
        "The newest lines of a function, a state machine or a log group, with the words that you "
        "look for.",
        'console.logs("dev-ProcessPaymentFunction", contains="order-gateway-timeout")',
    ),
    View(
        "queue",
        "A queue",
        "How many messages it has, whose dead letters they are, and what is in them. To look at "
        "messages is to receive them; they are given back at once.",
        """
sqs = boto3.client("sqs")
sqs.send_message(QueueUrl=stack.outputs["OrderDeadLetterQueueUrl"], MessageBody="no JSON")
console.queue("dev-OrderDeadLetterQueue", peek=True)
""",
    ),
    View(
        "table",
        "A table",
        "Its keys, its settings and some of its items.",
        'console.table("dev-Orders", limit=5)',
    ),
    View(
        "topic",
        "A topic",
        "Who is subscribed to it, and with which filter.",
        """
sns = boto3.client("sns")
sns.subscribe(
    TopicArn=stack.outputs["NotificationsTopicArn"],
    Protocol="sqs",
    Endpoint="arn:aws:sqs:us-east-1:123456789012:dev-OrderQueue",
    Attributes={"FilterPolicy": json.dumps({"status": ["CONFIRMED"]})},
)
console.topic("dev-OrderNotifications")
""",
    ),
)
