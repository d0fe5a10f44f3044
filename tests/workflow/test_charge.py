"""An order is charged once at the gateway, and its payment row says what is known of that."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from localaws import clock, faults
from orderlab import console
from orderlab.gateway.cards import CARDS
from orderlab.lesson.judging.payments import counted, provider
from tests import shapes
from tests.workflow.grants.charge import charge, now, row, tell, webhook_secret

ROOT = Path(__file__).resolve().parents[2]
ONCE = "1 charge of 59.98"


def checked(shop: Any, order_id: str) -> dict[str, Any]:
    """An order's payment row, which has the shape that is documented."""
    found = row(shop, order_id)
    shapes.check("payment-row", json.loads(json.dumps(found, default=_plain)))
    return found


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, set) else int(value)


def deliver(shop: Any, *kinds: str) -> list[int]:
    """Carry the gateway's letters to the webhook; the answers' statuses."""
    letters = provider(shop).letters(webhook_secret(shop), now(), kinds)
    url = shop.output("PaymentWebhooksUrl")
    return [
        requests.post(url, data=body, headers=headers, timeout=30).status_code
        for body, headers in letters
    ]


def test_a_good_order(grown: Any) -> None:
    run = charge(grown, "charge-good")
    assert run.states == ["ChargePayment", "RecordPayment", "HowDidItEnd", "Paid"]
    shapes.check("payment-result", json.loads(run.description["output"]))
    found = checked(grown, "charge-good")
    assert (found["status"], found["executionArn"]) == ("PAID", run.arn)
    assert counted(grown, "charge-good") == ONCE


def test_retry_redelivery_and_replay(grown: Any) -> None:
    """The gateway charges and hangs up; then the order comes again, and again."""
    provider(grown).fail("silence")
    run = charge(grown, "charge-lost")
    assert run.failures()[0]["error"] == "PaymentGatewayTimeout"
    exists = grown.stepfunctions.exceptions.ExecutionAlreadyExists
    with pytest.raises(exists):
        charge(grown, "charge-lost")
    replayed = charge(grown, "charge-lost", "charge-lost-r1")
    provider(grown).forget_keys()
    again = charge(grown, "charge-lost", "charge-lost-r2")
    assert (
        run.description["output"] == replayed.description["output"] == again.description["output"]
    )
    assert checked(grown, "charge-lost")["executionArn"] == run.arn  # PAID is not written over
    assert counted(grown, "charge-lost") == ONCE


def test_a_decline_is_asked_for_once_and_another_card_pays(grown: Any) -> None:
    run = charge(grown, "charge-no", paymentMethod="pm_card_visa_chargeDeclined")
    assert run.description["error"] == "PaymentDeclined"
    assert run.states.count("ChargePayment") == len(run.failures()) == 1
    assert checked(grown, "charge-no")["status"] == "DECLINED"
    assert charge(grown, "charge-no", "charge-no-r1").status == "SUCCEEDED"
    assert checked(grown, "charge-no")["status"] == "PAID"
    assert counted(grown, "charge-no") == ONCE


def test_a_bank_that_asks_its_customer(grown: Any) -> None:
    card = "pm_card_authenticationRequired"
    run = charge(grown, "charge-secure", paymentMethod=card)
    assert (run.status, run.states[-1]) == ("SUCCEEDED", "WaitsForCustomer")
    found = checked(grown, "charge-secure")
    assert found["status"] == "REQUIRES_ACTION"
    intent = provider(grown).client().v1.payment_intents.retrieve(found["paymentIntentId"])
    given: Any = {"payment_method": card, "client_secret": intent.client_secret}
    provider(grown).browser().v1.payment_intents.confirm(intent.id, given)
    provider(grown).authenticate(intent.id)
    deliver(grown, "payment_intent.succeeded")
    assert checked(grown, "charge-secure")["status"] == "PAID"


def test_a_gateway_that_dies_during_the_charge(grown: Any) -> None:
    """Nobody knows, and the row says so, until the gateway tells or is asked."""
    provider(grown).fail("crash")
    run = charge(grown, "charge-crash")
    provider(grown).restart()
    assert run.description["error"] == "PaymentGatewayTimeout"
    assert len(run.failures()) == 4
    assert checked(grown, "charge-crash")["status"] == "UNKNOWN"
    deliver(grown, "payment_intent.succeeded")
    assert checked(grown, "charge-crash")["status"] == "PAID"
    assert charge(grown, "charge-crash", "charge-crash-r1").status == "SUCCEEDED"
    assert counted(grown, "charge-crash") == ONCE


@pytest.mark.simulated_clock
def test_what_cannot_be_written_down_is_not_charged(grown: Any) -> None:
    table = grown.output("PaymentsTableName")
    until = clock.now + timedelta(seconds=3)
    with faults.inject(
        table=table, operations=["UpdateItem"], error="InternalServerError", until=until
    ):
        run = charge(grown, "charge-unwritten")
    assert run.status == "FAILED"
    assert run.failures()[-1]["error"].startswith("DynamoDB.")
    assert checked(grown, "charge-unwritten")["status"] == "UNKNOWN"
    assert counted(grown, "charge-unwritten") == "no charge"
    assert charge(grown, "charge-unwritten", "charge-unwritten-r1").status == "SUCCEEDED"
    assert counted(grown, "charge-unwritten") == ONCE


def test_a_request_that_is_none(grown: Any) -> None:
    run = charge(grown, "charge-nothing", amount=0)
    assert (run.status, run.states) == ("FAILED", ["ChargePayment", "ChargeFailed"])
    assert run.description["error"] == "PaymentRequestInvalid"
    assert row(grown, "charge-nothing") == {}


def test_refunds_are_told_by_webhook(grown: Any) -> None:
    charge(grown, "charge-refund")
    intent = row(grown, "charge-refund")["paymentIntentId"]
    provider(grown).client().v1.refunds.create({"payment_intent": intent})
    assert set(deliver(grown)) == {200}
    assert set(deliver(grown)) == {200}  # all of them once more
    found = checked(grown, "charge-refund")
    assert (found["status"], found["refundedCents"]) == ("REFUNDED", 5998)


def test_a_strangers_letter_is_refused(grown: Any) -> None:
    url = grown.output("PaymentWebhooksUrl")
    answer = requests.post(url, json={"type": "payment_intent.succeeded"}, timeout=30)
    assert answer.status_code == 400
    assert tell(grown, "customer.created", id="cus_1") == 200


def test_a_card_is_stored_and_its_number_is_nowhere(grown: Any) -> None:
    """Not in our code, not in a log, not in a history, not in a table."""
    number = CARDS[0].number
    client, browser = provider(grown).client(), provider(grown).browser()
    customer = client.v1.customers.create({"metadata": {"userId": "user-with-card"}})
    setup = client.v1.setup_intents.create(
        {"customer": customer.id, "metadata": {"userId": "user-with-card"}}
    )
    typed: Any = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    card = browser.v1.payment_methods.create({"type": "card", "card": typed})
    given: Any = {"payment_method": card.id, "client_secret": setup.client_secret}
    browser.v1.setup_intents.confirm(setup.id, given)
    deliver(grown)
    stored = {"userId": "user-with-card", "customerId": customer.id, "paymentMethodId": card.id}
    table = boto3.resource("dynamodb").Table(grown.output("PaymentMethodsTableName"))
    found = table.get_item(Key={"userId": "user-with-card"})["Item"]
    shapes.check("payment-method-row", found)
    assert stored.items() <= found.items()
    order = {"orderId": "charge-stored", "userId": "user-with-card", "amount": 59.98}
    run = grown.run(order, "charge-stored", grown.output("ChargeWorkflowArn"))
    assert run.status == "SUCCEEDED"
    assert counted(grown, "charge-stored") == ONCE
    written = everything_written(grown)
    assert "charge-stored" in written
    assert card.id in written
    assert re.findall(r"4242.?4242.?4242.?4242", written) == []


def everything_written(shop: Any) -> str:
    """Our code, and what the account has kept in logs, histories and tables."""
    logs, sfn = boto3.client("logs"), shop.stepfunctions
    found = [path.read_text("utf-8") for path in ROOT.glob("lambdas/*payment*/*.py")]
    for group in logs.describe_log_groups(logGroupNamePrefix="/aws/")["logGroups"]:
        pages = logs.get_paginator("filter_log_events")
        for page in pages.paginate(logGroupName=group["logGroupName"]):
            found += [event["message"] for event in page["events"]]
    machine = shop.output("ChargeWorkflowArn")
    for run in sfn.list_executions(stateMachineArn=machine)["executions"]:
        found.append(str(sfn.get_execution_history(executionArn=run["executionArn"])["events"]))
    for name in ("PaymentsTableName", "PaymentMethodsTableName"):
        found.append(str(boto3.resource("dynamodb").Table(shop.output(name)).scan()["Items"]))
    return "\n".join(found)


@pytest.mark.simulated_clock
def test_every_path_was_taken(grown: Any) -> None:
    coverage = console.coverage(grown.output("ChargeWorkflowArn"))
    assert coverage.missing == [], coverage
