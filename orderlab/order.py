"""One order through the whole stack, told in the terminal: `python -m orderlab.order [FILE]`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from orderlab import products

ROOT = Path(__file__).resolve().parent.parent
SEED_ORDER: dict[str, Any] = {
    "orderId": "test-order-001",
    "userId": "test-user-123",
    "items": [{"productId": "prod-001", "quantity": 2, "price": 29.99}],
    "totalAmount": 59.98,
}
SIGNS = {"SUCCEEDED": "\u2713"}


class OrderFileError(Exception):
    """The order's file cannot be used; the message says why."""


def main(arguments: Sequence[str]) -> int:
    """Deploy, send the order, and tell what became of it.

    Args:
        arguments: the path of a JSON file with an order; without one, the seed's test order.

    Returns:
        0 when the order was confirmed, 1 when it was not, 2 when its file cannot be used, 130
        when it was interrupted.
    """
    begun = time.perf_counter()
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a Windows console may lack the check mark
    try:
        order = read_order(Path(arguments[0])) if arguments else SEED_ORDER
    except OrderFileError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        return _send(order, begun)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def read_order(path: Path) -> Any:
    """Read an order. It need not be a good one: the stack says what is wrong with it.

    Raises:
        OrderFileError: the file cannot be read, or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OrderFileError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise OrderFileError(f"{path} is not JSON: {error}") from error


def application() -> Path:
    """The folder to deploy: the learner's copy where there is one, with what they changed."""
    copy = ROOT / "work"
    return copy if (copy / "template.yaml").exists() else ROOT


def _send(order: Any, begun: float) -> int:
    import boto3

    import localaws

    folder = application()
    print(f"Deploying {folder / 'template.yaml'} to the local AWS ...", flush=True)
    localaws.start()
    try:
        stack = localaws.deploy(folder / "template.yaml")
        products.load(folder, stack.outputs["ProductsTableName"])
        messages = _Inbox(stack.outputs["NotificationsTopicArn"])
        arn = boto3.client("stepfunctions").start_execution(
            stateMachineArn=stack.outputs["OrderWorkflowArn"], input=json.dumps(order)
        )["executionArn"]
        description = _follow(arn)
        _tell_end(description, order, stack.outputs["OrdersTableName"], messages)
    except localaws.DeployError as error:
        print(f"The stack could not be deployed: {error}", file=sys.stderr)
        return 1
    finally:
        localaws.stop()
    print(f"{time.perf_counter() - begun:.1f} s")
    return 0 if description["status"] == "SUCCEEDED" else 1


class _Inbox:
    """A queue of our own that the topic's messages arrive in."""

    def __init__(self, topic_arn: str) -> None:
        import boto3

        self._sqs = boto3.client("sqs")
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        made = self._sqs.create_queue(QueueName="order-inbox", Attributes={"Policy": policy})
        self._url = made["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        boto3.client("sns").subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint=attributes["Attributes"]["QueueArn"]
        )

    def messages(self) -> list[str]:
        answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        return [json.loads(m["Body"])["Message"] for m in answer.get("Messages", [])]


def _follow(arn: str) -> dict[str, Any]:
    """Print each state and each failure as it comes; returns the ended execution."""
    import boto3

    stepfunctions = boto3.client("stepfunctions")
    told = 0
    while True:
        description: dict[str, Any] = stepfunctions.describe_execution(executionArn=arn)
        events = stepfunctions.get_execution_history(executionArn=arn)["events"]
        for line in _lines(events[told:]):
            print(f"  {line}", flush=True)
        told = len(events)
        if description["status"] != "RUNNING":
            return description
        time.sleep(0.05)


def _lines(events: list[dict[str, Any]]) -> Iterator[str]:
    for event in events:
        if "stateEnteredEventDetails" in event:
            yield event["stateEnteredEventDetails"]["name"]
        elif event["type"] == "TaskFailed":
            yield f"  failed: {event['taskFailedEventDetails']['error']}"


def _tell_end(description: dict[str, Any], order: Any, table: str, messages: _Inbox) -> None:
    status = description["status"]
    print(f"{SIGNS.get(status, 'x')} {status}", end="")
    error = f": {description['error']}: {description['cause']}" if "error" in description else ""
    print(error)
    row = _row(order, table)
    print("Row:     " + (", ".join(f"{k}={v}" for k, v in row.items()) or "none"))
    for message in messages.messages():
        print(f"Message: {message}")


def _row(order: Any, table: str) -> dict[str, Any]:
    import boto3

    order_id = order.get("orderId") if isinstance(order, dict) else None
    if not isinstance(order_id, str) or not order_id:
        return {}
    found = boto3.resource("dynamodb").Table(table).get_item(Key={"orderId": order_id})
    row = found.get("Item", {})
    return {name: row[name] for name in ("orderId", "status", "transactionId") if name in row}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
