"""What all tests share: no network, and one local AWS with the shop's stack in it."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parent.parent
# Files whose tests share what takes long to make: each goes to one process, whole.
TOGETHER = {
    "test_aws.py",
    "test_elsewhere.py",
    "test_gallery.py",
    "test_grading.py",
    "test_moto_defects.py",
    "test_reproducibility.py",
    "test_sam.py",
}


INBOXES: dict[str, str] = {}  # of the test at hand: queues, and their subscriptions


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The local AWS stays up once it is started, so what wants moto to itself runs before.

    Tests marked with the other clock are left to the run with that clock. The run with the real
    one repeats what it may change: what uses the local AWS that the tests share.
    """
    clock = config.getoption("--clock")
    other = "real_clock" if clock == "simulated" else "simulated_clock"
    kept = [item for item in items if item.get_closest_marker(other) is None]
    if clock == "real":
        kept = [item for item in kept if _uses_cloud(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = sorted(kept, key=_uses_cloud)


def _uses_cloud(item: pytest.Item) -> bool:
    return "cloud" in getattr(item, "fixturenames", ())


class Scheduling(LoadScopeScheduling):
    """Which tests go to one process. Groups that are marked, as xdist has them, are none any more
    with pytest 9.2, which makes a test's id anew."""

    def _split_scope(self, nodeid: str) -> str:
        path, _, _ = nodeid.partition("::")
        return path if Path(path).name in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def ctrl_c() -> None:
    """A shell lets what it has put into the background ignore Ctrl-C, and some tests press it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Only this machine can be reached: what would leave it fails, and names where it wanted to."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"
        if not (str(host).startswith("127.") or host in ("localhost", "::1")):
            raise AssertionError(f"a test wanted to reach {host}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--clock",
        choices=("simulated", "real"),
        default="simulated",
        help="the clock of the local AWS that the tests share",
    )


def wait_until(condition: Callable[[], Any], what: str, seconds: float = 120) -> Any:
    """Look until `condition` is true, and return its value; fail, saying what did not happen.

    The seconds are the local AWS's: on the simulated clock they pass between two looks.
    """
    from localaws import cloud

    clock = cloud.running().clock
    end = clock.time() + seconds
    while True:
        value = condition()
        if value:
            return value
        if clock.time() > end:
            pytest.fail(f"{what}: not within {seconds} s")
        clock.sleep(0.5 if clock.simulated else 0.01)


@pytest.fixture(scope="session")
def until() -> Callable[..., Any]:
    return wait_until


@pytest.fixture(scope="session")
def cloud(request: pytest.FixtureRequest) -> Iterator[Any]:
    import localaws

    localaws.start(clock=request.config.getoption("--clock"))
    yield localaws
    localaws.stop()


@dataclass
class Run:
    """One execution that has ended."""

    arn: str
    description: dict[str, Any]
    events: list[dict[str, Any]]

    @property
    def status(self) -> str:
        return str(self.description["status"])

    @property
    def states(self) -> list[str]:
        entered = (e.get("stateEnteredEventDetails") for e in self.events)
        return [details["name"] for details in entered if details]

    def failures(self) -> list[dict[str, Any]]:
        """The error and cause of each TaskFailed event."""
        return [e["taskFailedEventDetails"] for e in self.events if e["type"] == "TaskFailed"]


class Shop:
    """The deployed order stack, and how a test uses it."""

    def __init__(self, cloud: Any, *name: str, **parameters: str) -> None:
        """`name` of the stack, where it is not the usual one, and the template's parameters."""
        import boto3

        from orderlab import customers

        self.stack = cloud.deploy(ROOT / "template.yaml", *name, parameters=parameters)
        self.stepfunctions = boto3.client("stepfunctions")
        self.dynamodb = boto3.client("dynamodb")
        self.sqs = boto3.client("sqs")
        self.sns = boto3.client("sns")
        products = json.loads((ROOT / "data" / "products.json").read_text(encoding="utf-8"))
        for product in products:
            item = {k: {"S" if isinstance(v, str) else "N": str(v)} for k, v in product.items()}
            self.dynamodb.put_item(TableName=self.output("ProductsTableName"), Item=item)
        if table := self.stack.outputs.get("CustomersTableName"):
            customers.load(ROOT, table)

    def output(self, name: str) -> str:
        return str(self.stack.outputs[name])

    def order(self, order_id: str, **changes: Any) -> dict[str, Any]:
        """The seed's test order under another id."""
        return {
            "orderId": order_id,
            "userId": "test-user-123",
            "items": [{"productId": "prod-001", "quantity": 2, "price": 29.99}],
            "totalAmount": 59.98,
        } | changes

    def start(self, payload: Any, name: str, machine: str | None = None) -> str:
        started = self.stepfunctions.start_execution(
            stateMachineArn=machine or self.output("OrderWorkflowArn"),
            name=name,
            input=json.dumps(payload),
        )
        return str(started["executionArn"])

    def ended(self, arn: str) -> Run:
        """Wait for an execution's end."""
        description = wait_until(
            lambda: _unless_running(self.stepfunctions.describe_execution(executionArn=arn)),
            f"the end of {arn}",
        )
        pages = self.stepfunctions.get_paginator("get_execution_history").paginate(executionArn=arn)
        return Run(arn, description, [event for page in pages for event in page["events"]])

    def run(self, payload: Any, name: str, machine: str | None = None) -> Run:
        return self.ended(self.start(payload, name, machine))

    def row(self, order_id: str) -> dict[str, str]:
        """An order's row, its values as strings; empty where there is none."""
        found = self.dynamodb.get_item(
            TableName=self.output("OrdersTableName"),
            Key={"orderId": {"S": order_id}},
            ConsistentRead=True,
        )
        return {k: next(iter(v.values())) for k, v in found.get("Item", {}).items()}

    def repaired(self, order_id: str) -> dict[str, str]:
        """The row once the repair function has written how the execution ended."""
        return wait_until(
            lambda: row if "executionStatus" in (row := self.row(order_id)) else None,
            f"the repair of {order_id}",
        )

    def inbox(self) -> Callable[[], list[dict[str, Any]]]:
        """Subscribe to the notifications; returns a call that gives what has arrived since."""
        topic = self.output("NotificationsTopicArn")
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        name = f"inbox-{time.monotonic_ns()}"
        queue = self.sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        endpoint = attributes["Attributes"]["QueueArn"]
        subscribed = self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
        INBOXES[queue] = subscribed["SubscriptionArn"]

        def arrived() -> list[dict[str, Any]]:
            answer = self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
            return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

        return arrived


def _unless_running(description: dict[str, Any]) -> dict[str, Any] | None:
    return None if description["status"] == "RUNNING" else description


@pytest.fixture(autouse=True)
def no_inbox_is_left() -> Iterator[None]:
    """A queue that holds messages is measured each minute, and tests let weeks pass."""
    yield
    if INBOXES:
        import boto3

        for queue, subscription in INBOXES.items():
            boto3.client("sns").unsubscribe(SubscriptionArn=subscription)
            boto3.client("sqs").delete_queue(QueueUrl=queue)
        INBOXES.clear()


@pytest.fixture(scope="session")
def shop(cloud: Any) -> Shop:
    return Shop(cloud)


@pytest.fixture(scope="session")
def grown(cloud: Any) -> Shop:
    """A stack of its own, named `grown-…`, with all that grows around the order workflow."""
    return Shop(cloud, "grown-backend", Environment="grown", Features="all")


@pytest.fixture(scope="session")
def payment() -> Any:
    """The mock gateway's own functions: the oracle of what it will answer."""
    import importlib.util

    path = ROOT / "lambdas" / "process_payment_handler" / "app.py"
    spec = importlib.util.spec_from_file_location("payment_oracle", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POWERTOOLS_SERVICE_NAME", "oracle")
        spec.loader.exec_module(module)
    return module
