"""The order workflow: every state and every transition, and how each order ends."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

ROOT = Path(__file__).resolve().parents[2]
VALIDATE = "dev-ValidateOrderFunction"
DEFINITION = json.loads(
    (ROOT / "state-machines" / "order-workflow.asl.json").read_text(encoding="utf-8")
)
HAPPY = ["ValidateOrder", "IsOrderValid", "ProcessPayment", "ConfirmOrder", "NotifyConfirmed"]
REJECTED = ["RejectOrder", "NotifyRejected", "OrderFailed"]
INVALID = ["ValidateOrder", "IsOrderValid", *REJECTED]
DECLINED = ["ValidateOrder", "IsOrderValid", "ProcessPayment", *REJECTED]

seen: set[tuple[str, str]] = set()  # every transition that a test of this module has taken


def ids(payment: Any, approved: bool, timeouts: int = 0) -> Iterator[str]:
    """Order ids whose payment ends so, after exactly so many gateway timeouts."""
    for number in itertools.count():
        order_id = f"path-{number}"
        retry = 0
        while payment.times_out(order_id, retry):
            retry += 1
        if payment.is_approved(order_id) is approved and retry == timeouts:
            yield order_id


@pytest.fixture(scope="module")
def approved(payment: Any) -> Iterator[str]:
    return ids(payment, approved=True)


@pytest.fixture
def run(shop: Any) -> Callable[..., Any]:
    def run(payload: Any, name: str, machine: str | None = None) -> Any:
        execution = shop.run(payload, name, machine)
        seen.update(itertools.pairwise(execution.states))
        return execution

    return run


@pytest.fixture
def variant(shop: Any) -> Iterator[Callable[..., str]]:
    """A copy of the deployed machine with some of its states' fields changed; returns its ARN."""
    made: list[str] = []
    described = shop.stepfunctions.describe_state_machine(
        stateMachineArn=shop.output("OrderWorkflowArn")
    )

    def make(**changes: dict[str, Any]) -> str:
        definition = json.loads(described["definition"])
        definition |= changes.pop("machine", {})
        for state, fields in changes.items():
            definition["States"][state] |= fields
        answer = shop.stepfunctions.create_state_machine(
            name=f"variant-{id(changes)}",
            definition=json.dumps(definition),
            roleArn=described["roleArn"],
        )
        made.append(answer["stateMachineArn"])
        return made[-1]

    yield make
    for arn in made:
        shop.stepfunctions.delete_state_machine(stateMachineArn=arn)


def test_the_seeds_order_is_confirmed(shop: Any, run: Any) -> None:
    arrived = shop.inbox()
    execution = run(shop.order("test-order-001"), "test-order-001")
    assert (execution.status, execution.states) == ("SUCCEEDED", HAPPY)
    row = shop.row("test-order-001")
    assert (row["status"], row["totalAmount"], row["userId"]) == (
        "CONFIRMED",
        "59.98",
        "test-user-123",
    )
    assert row["transactionId"].startswith("txn_")
    assert row["executionArn"] == execution.arn
    [message] = arrived()
    assert message["Subject"] == "Order confirmed"
    assert "test-order-001" in message["Message"]
    assert row["transactionId"] in message["Message"]
    assert message["MessageAttributes"]["event"]["Value"] == "OrderConfirmed"
    output = json.loads(execution.description["output"])
    assert output["payment"] == {"transactionId": row["transactionId"], "status": "APPROVED"}
    assert output["validation"]["isValid"] is True


@pytest.mark.parametrize(
    ("name", "changes", "fault"),
    [
        ("order-empty-items", {"items": []}, "items"),
        (
            "order-unknown-product",
            {"items": [{"productId": "prod-999", "quantity": 2, "price": 29.99}]},
            "prod-999",
        ),
        (
            "order-wrong-price",
            {"items": [{"productId": "prod-001", "quantity": 2, "price": 1}], "totalAmount": 2},
            "items[0].price",
        ),
        ("order-wrong-total", {"totalAmount": 60}, "59.98"),
        (
            "order-too-little-stock",
            {
                "items": [{"productId": "prod-018", "quantity": 2, "price": 389}],
                "totalAmount": 778,
            },
            "prod-018",
        ),
    ],
)
def test_an_invalid_order_fails_with_its_fault(
    shop: Any, run: Any, name: str, changes: dict[str, Any], fault: str
) -> None:
    arrived = shop.inbox()
    execution = run(shop.order(name, **changes), name)
    assert (execution.status, execution.states) == ("FAILED", INVALID)
    assert execution.description["error"] == "OrderInvalid"
    assert fault in execution.description["cause"]
    row = shop.row(name)
    assert (row["status"], row["failureError"]) == ("FAILED", "OrderInvalid")
    assert row["failureCause"] == execution.description["cause"]
    [message] = arrived()
    assert message["Subject"] == "Order rejected"
    assert fault in message["Message"]


def test_a_declined_payment_is_final(shop: Any, run: Any, payment: Any) -> None:
    order_id = next(ids(payment, approved=False))
    execution = run(shop.order(order_id), order_id)
    assert (execution.status, execution.states) == ("FAILED", DECLINED)
    assert [f["error"] for f in execution.failures()] == ["PaymentDeclined"]  # not retried
    assert execution.description["error"] == "PaymentDeclined"
    assert shop.row(order_id)["status"] == "FAILED"


def test_a_gateway_timeout_is_retried(shop: Any, run: Any, payment: Any) -> None:
    order_id = next(ids(payment, approved=True, timeouts=1))
    execution = run(shop.order(order_id), order_id)
    assert (execution.status, execution.states) == ("SUCCEEDED", HAPPY)
    assert [f["error"] for f in execution.failures()] == ["PaymentGatewayTimeout"]
    assert shop.row(order_id)["status"] == "CONFIRMED"


def test_without_an_id_there_is_no_row_but_a_notice(shop: Any, run: Any) -> None:
    before = shop.dynamodb.scan(TableName=shop.output("OrdersTableName"))["Count"]
    arrived = shop.inbox()
    payload = shop.order("x")
    del payload["orderId"]
    execution = run(payload, "nameless-order")
    assert (execution.status, execution.states) == ("FAILED", INVALID)
    assert [f["error"] for f in execution.failures()] == ["DynamoDB.AmazonDynamoDBException"]
    assert "orderId" in execution.description["cause"]
    [message] = arrived()
    assert "nameless-order" in message["Message"]
    assert shop.dynamodb.scan(TableName=shop.output("OrdersTableName"))["Count"] == before


def test_a_validation_that_breaks_rejects_the_order(
    shop: Any, run: Any, variant: Any, approved: Any
) -> None:
    machine = variant(
        # The workflow's role may invoke what begins so: SAM's LambdaInvokePolicy ends in a star.
        ValidateOrder={"Parameters": {"FunctionName": f"{VALIDATE}Gone", "Payload.$": "$"}}
    )
    order_id = next(approved)
    execution = run(shop.order(order_id), order_id, machine)
    assert (execution.status, execution.states) == ("FAILED", ["ValidateOrder", *REJECTED])
    assert execution.description["error"] == "Lambda.ResourceNotFoundException"
    assert shop.row(order_id)["status"] == "FAILED"


def test_a_confirmed_order_is_never_overwritten(shop: Any, run: Any, approved: Any) -> None:
    order_id = next(approved)
    assert run(shop.order(order_id), order_id).status == "SUCCEEDED"
    replay = run(shop.order(order_id, items=[]), f"{order_id}-r1")
    assert (replay.status, replay.states) == ("FAILED", INVALID)
    [failure] = replay.failures()
    assert failure["error"] == "DynamoDB.ConditionalCheckFailedException"
    assert shop.row(order_id)["status"] == "CONFIRMED"


def test_a_notice_that_fails_does_not_undo_a_payment(
    shop: Any, run: Any, variant: Any, approved: Any
) -> None:
    topic = shop.sns.create_topic(Name="gone")["TopicArn"]
    shop.sns.delete_topic(TopicArn=topic)
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}]
    parameters = DEFINITION["States"]["NotifyConfirmed"]["Parameters"] | {"TopicArn": topic}
    machine = variant(NotifyConfirmed={"Parameters": parameters, "Retry": retry})
    order_id = next(approved)
    execution = run(shop.order(order_id), order_id, machine)
    assert (execution.status, execution.states) == ("FAILED", HAPPY)
    assert execution.description["error"].startswith("SNS.")
    assert shop.row(order_id)["status"] == "CONFIRMED"


def test_a_rejection_whose_notice_fails_still_fails_the_order(
    shop: Any, run: Any, variant: Any
) -> None:
    topic = shop.sns.create_topic(Name="gone-too")["TopicArn"]
    shop.sns.delete_topic(TopicArn=topic)
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}]
    parameters = DEFINITION["States"]["NotifyRejected"]["Parameters"] | {"TopicArn": topic}
    machine = variant(NotifyRejected={"Parameters": parameters, "Retry": retry})
    execution = run(shop.order("order-unheard", items=[]), "order-unheard", machine)
    assert (execution.status, execution.states) == ("FAILED", INVALID)
    assert execution.description["error"] == "OrderInvalid"


def _slow_machine(variant: Any, make_slow: str, seconds: int) -> str:
    return str(
        variant(
            machine={"TimeoutSeconds": seconds},
            ValidateOrder={"Parameters": {"FunctionName": make_slow, "Payload.$": "$"}},
        )
    )


@pytest.fixture(scope="module")
def slow_function(shop: Any) -> str:
    """A validation that takes two seconds."""
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "import time\ndef lambda_handler(e, c): time.sleep(2)")
    functions = boto3.client("lambda")
    alike = functions.get_function_configuration(FunctionName=VALIDATE)
    answer = functions.create_function(
        FunctionName=f"{VALIDATE}Slow",
        Runtime="python3.13",
        Role=alike["Role"],
        Handler="app.lambda_handler",
        Code={"ZipFile": buffer.getvalue()},
        Timeout=5,
    )
    return str(answer["FunctionArn"])


@pytest.fixture
def watched(shop: Any) -> Iterator[Callable[[str], None]]:
    """Makes the rule that repairs rows look at a variant, too, and the function read about it."""
    events, iam = boto3.client("events"), boto3.client("iam")
    workflow = shop.output("OrderWorkflowArn")
    rules = [r for r in events.list_rules()["Rules"] if workflow in r.get("EventPattern", "")]
    [rule] = rules
    pattern = json.loads(rule["EventPattern"])
    function = boto3.client("lambda").get_function_configuration(
        FunctionName="dev-RepairOrderFunction"
    )
    variants = {"RoleName": function["Role"].rpartition("/")[2], "PolicyName": "variants"}
    read = ["states:DescribeExecution", "states:GetExecutionHistory"]
    executions = workflow.replace(":stateMachine:", ":execution:").rpartition(":")[0]
    statement = {"Effect": "Allow", "Action": read, "Resource": f"{executions}:variant-*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(**variants, PolicyDocument=document)

    def watch(machine: str) -> None:
        detail = pattern["detail"] | {"stateMachineArn": [machine]}
        changed = json.dumps(pattern | {"detail": detail})
        events.put_rule(Name=rule["Name"], EventPattern=changed)

    yield watch
    events.put_rule(Name=rule["Name"], EventPattern=rule["EventPattern"])
    iam.delete_role_policy(**variants)


def test_a_timed_out_execution_says_so_in_the_row(
    shop: Any, variant: Any, watched: Any, slow_function: str
) -> None:
    machine = _slow_machine(variant, slow_function, seconds=1)
    watched(machine)
    arn = shop.start(shop.order("order-timed-out"), "order-timed-out", machine)
    row = shop.repaired("order-timed-out")
    assert (row["status"], row["executionStatus"]) == ("TIMED_OUT", "TIMED_OUT")
    assert shop.ended(arn).status == "TIMED_OUT"


def test_an_aborted_execution_says_so_in_the_row(
    shop: Any, variant: Any, watched: Any, slow_function: str
) -> None:
    machine = _slow_machine(variant, slow_function, seconds=60)
    watched(machine)
    arn = shop.start(shop.order("order-aborted"), "order-aborted", machine)
    shop.stepfunctions.stop_execution(executionArn=arn, error="Operator", cause="by hand")
    row = shop.repaired("order-aborted")
    assert (row["status"], row["executionStatus"]) == ("ABORTED", "ABORTED")
    execution = shop.ended(arn)
    assert execution.status == "ABORTED"
    assert execution.description["error"] == "Operator"
    assert execution.description["cause"] == "by hand"


def test_a_paid_order_that_could_not_be_confirmed_is_marked_paid(
    shop: Any, run: Any, variant: Any, watched: Any, approved: Any
) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}]
    parameters = DEFINITION["States"]["ConfirmOrder"]["Parameters"] | {"TableName": "no-table"}
    machine = variant(ConfirmOrder={"Parameters": parameters, "Retry": retry})
    watched(machine)
    order_id = next(approved)
    execution = run(shop.order(order_id), order_id, machine)
    assert execution.description["error"] == "DynamoDB.AmazonDynamoDBException"  # not allowed
    row = shop.repaired(order_id)
    assert (row["status"], row["executionStatus"]) == ("PAID", "FAILED")


def test_every_transition_was_taken(shop: Any) -> None:
    """Runs last in this module: what the tests above have not reached is named."""
    drawn = set()
    for name, state in DEFINITION["States"].items():
        targets = [state.get("Next"), state.get("Default")]
        targets += [rule["Next"] for rule in state.get("Choices", []) + state.get("Catch", [])]
        drawn |= {(name, target) for target in targets if target}
    assert drawn - seen == set()
    assert {state for pair in seen for state in pair} == set(DEFINITION["States"])
