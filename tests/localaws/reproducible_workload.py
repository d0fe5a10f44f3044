"""A day of the shop, and all that other machines draw: prints everything that can be read of it.

    python tests/localaws/reproducible_workload.py SEED ORDERS

Two runs with one seed print the same bytes (test_reproducibility.py), whatever the process.
"""

from __future__ import annotations

import io
import json
import sys
import textwrap
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from anyrole import any_role

import localaws
from localaws import clock

ROOT = Path(__file__).resolve().parents[2]
ROLE = "arn:aws:iam::123456789012:role/workload"

DRAWS = """
    import datetime, random, time, uuid
    def lambda_handler(event, context):
        now = datetime.datetime.now()
        print("drawn", uuid.uuid4(), random.random(), list({"red", "green", "blue"}))
        time.sleep(random.uniform(0, 3))
        if random.random() < 0.5:
            raise RuntimeError(f"drawn at {now}, {time.strftime('%c')}, {context.aws_request_id}")
        return [str(uuid.uuid4()), time.time_ns(), now.isoformat(),
                context.get_remaining_time_in_millis(), context.log_stream_name]
"""
ANSWERS = """
    import random, time, boto3
    sfn = boto3.client("stepfunctions")
    def lambda_handler(event, context):
        for record in event["Records"]:
            time.sleep(random.randint(1, 20))
            sfn.send_task_success(taskToken=record["body"], output='"answered"')
"""


def main(seed: int, orders: int) -> None:
    localaws.start(seed=seed)
    stack = localaws.deploy(ROOT / "template.yaml")
    load_products(stack.outputs["ProductsTableName"])
    inbox = subscribe(stack.outputs["NotificationsTopicArn"])
    arns = [*start_drawing(), *start_orders(stack.outputs["OrderWorkflowArn"], orders)]
    send_orders(stack.outputs["OrderQueueUrl"])
    clock.run_until(*arns)
    clock.advance(hours=1)  # repairs, redeliveries, dead letters
    show("stack", {"outputs": stack.outputs, "resources": stack.resources})
    show("time", clock.now)
    for name, read in {
        "execution": executions,
        "log": log_events,
        "row": rows,
        "message": messages,
    }.items():
        for item in read():
            show(name, item)
    show("inbox", inbox)
    localaws.stop()


def load_products(table: str) -> None:
    products = json.loads((ROOT / "data" / "products.json").read_text(encoding="utf-8"))
    for product in products:
        item = {k: {"S" if isinstance(v, str) else "N": str(v)} for k, v in product.items()}
        boto3.client("dynamodb").put_item(TableName=table, Item=item)


def subscribe(topic: str) -> str:
    url = str(boto3.client("sqs").create_queue(QueueName="inbox")["QueueUrl"])
    arn = "arn:aws:sqs:us-east-1:123456789012:inbox"
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def order(order_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "orderId": order_id,
        "userId": "test-user-123",
        "items": [{"productId": "prod-001", "quantity": 2, "price": 29.99}],
        "totalAmount": 59.98,
        **changes,
    }


def start_orders(machine: str, number: int) -> list[str]:
    """Most are approved; some are declined, answered by no gateway, invalid, or cut off."""
    special = [order("order-declined"), order("order-gateway-timeout")]
    special += [order("order-gateway-offline"), order("order-empty", items=[])]
    special += [order("order-wrong-price", totalAmount=1.0), {"orderId": "order-nothing"}]
    plain = [order(f"order-{n:04}") for n in range(number - len(special))]
    arns = [start(machine, one["orderId"], one) for one in special + plain]
    boto3.client("stepfunctions").stop_execution(executionArn=arns[-1], error="Operator")
    return arns


def send_orders(url: str) -> None:
    bodies = [json.dumps(order(f"queued-{n}")) for n in range(7)] + ["no order"]
    for body in bodies:
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)


def start_drawing() -> list[str]:
    """Parallel, Map, jitter, retries and callbacks, over handlers that draw and fail."""
    sqs, functions = boto3.client("sqs"), boto3.client("lambda")
    any_role("workload")
    tokens = sqs.create_queue(QueueName="tokens", Attributes={"VisibilityTimeout": "180"})
    make_function("draws", DRAWS)
    make_function("answers", ANSWERS)
    functions.create_event_source_mapping(
        EventSourceArn="arn:aws:sqs:us-east-1:123456789012:tokens",
        FunctionName="answers",
        BatchSize=1,  # several at one time
    )
    draw = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "draws"},
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "JitterStrategy": "FULL"}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Wait"}],
        "ResultPath": "$.drawn",
        "Next": "Wait",
    }
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": tokens["QueueUrl"], "MessageBody.$": "$$.Task.Token"},
        "HeartbeatSeconds": 600,
        "End": True,
    }
    wait = {"Type": "Wait", "SecondsPath": "$.seconds", "End": True}
    branch = {"StartAt": "Draw", "States": {"Draw": draw, "Wait": wait}}
    mapped = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "MaxConcurrency": 2,
        "End": True,
        "ItemProcessor": branch,
    }
    parallel = {
        "Type": "Parallel",
        "End": True,
        "Branches": [
            {"StartAt": "Map", "States": {"Map": mapped}},
            {"StartAt": "Ask", "States": {"Ask": ask}},
            {
                "StartAt": "Random",
                "States": {
                    "Random": {
                        "Type": "Pass",
                        "End": True,
                        "Parameters": {
                            "id.$": "States.UUID()",
                            "number.$": "States.MathRandom(1, 1000)",
                        },
                    }
                },
            },
        ],
    }
    machine = make_machine("drawing", {"StartAt": "All", "States": {"All": parallel}})
    unanswered = {
        **ask,
        "Parameters": {
            "QueueUrl": sqs.create_queue(QueueName="unread")["QueueUrl"],
            "MessageBody.$": "$$.Task.Token",
        },
    }
    late = make_machine("late", {"StartAt": "Ask", "States": {"Ask": unanswered}})
    items = [{"seconds": n} for n in (3, 1, 2, 5)]
    return [start(late, None, {}), *(start(machine, None, {"items": items}) for _ in range(5))]


def make_function(name: str, code: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), textwrap.dedent(code))
    boto3.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ROLE,
        Handler="app.lambda_handler",
        Code={"ZipFile": buffer.getvalue()},
        Timeout=30,
    )


def make_machine(name: str, definition: dict[str, Any]) -> str:
    answer = boto3.client("stepfunctions").create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=ROLE
    )
    return str(answer["stateMachineArn"])


def start(machine: str, name: str | None, payload: Any) -> str:
    named = {"name": name} if name else {}
    answer = boto3.client("stepfunctions").start_execution(
        stateMachineArn=machine, input=json.dumps(payload), **named
    )
    return str(answer["executionArn"])


# What can be read.


def pages(service: str, operation: str, key: str, **given: Any) -> list[Any]:
    paginator = boto3.client(service).get_paginator(operation)
    return [item for page in paginator.paginate(**given) for item in page[key]]


def executions() -> Any:
    client = boto3.client("stepfunctions")
    for machine in pages("stepfunctions", "list_state_machines", "stateMachines"):
        arn = machine["stateMachineArn"]
        for execution in pages(
            "stepfunctions", "list_executions", "executions", stateMachineArn=arn
        ):
            found = execution["executionArn"]
            yield client.describe_execution(executionArn=found)
            yield pages("stepfunctions", "get_execution_history", "events", executionArn=found)


def log_events() -> Any:
    for group in pages("logs", "describe_log_groups", "logGroups"):
        yield group
        name = group["logGroupName"]
        yield from pages("logs", "filter_log_events", "events", logGroupName=name)


def rows() -> Any:
    for table in pages("dynamodb", "list_tables", "TableNames"):
        yield from pages("dynamodb", "scan", "Items", TableName=table)


def messages() -> Any:
    client = boto3.client("sqs")
    for url in client.list_queues()["QueueUrls"]:
        yield client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        while found := client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], VisibilityTimeout=3600
        ).get("Messages"):
            yield found


def show(kind: str, item: Any) -> None:
    if isinstance(item, dict):
        item.pop("ResponseMetadata", None)
    print(kind, json.dumps(item, default=text))


def text(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
