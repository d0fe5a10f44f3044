"""The e-mail of a confirmed order: one for each order, none lost, and no order harmed by it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest

from localaws import clock, faults, outbox
from orderlab import console

simulated = pytest.mark.simulated_clock
CUSTOMERS, MAILS = "grown-Customers", "grown-OrderMails"
KIM = "success+kim@simulator.amazonses.com"


def event(shop: Any, order_id: str, **changes: Any) -> dict[str, Any]:
    """What EventBridge tells of an order's execution, as far as the machine reads it."""
    order = shop.order(order_id, **{"userId": "user-1", **changes})
    return {"detail": {"status": "SUCCEEDED", "input": json.dumps(order)}}


def mail(shop: Any, order_id: str, **changes: Any) -> Any:
    """Run the machine for an order; returns the run."""
    return again(shop, event(shop, order_id, **changes), order_id)


def again(shop: Any, given: dict[str, Any], name: str) -> Any:
    arn = shop.start(given, name, shop.output("ConfirmationMailArn"))
    clock.run_until(arn)
    return shop.ended(arn)


def row(order_id: str) -> dict[str, Any]:
    found = boto3.resource("dynamodb").Table(MAILS).get_item(Key={"orderId": order_id})
    return dict(found.get("Item", {}))


def letters(order_id: str) -> list[Any]:
    return [one for one in outbox.letters() if order_id in one.subject]


def dead_letters(shop: Any) -> list[dict[str, Any]]:
    """What waits for a person; taken out."""
    url, bodies = shop.output("MailDeadLetterQueueUrl"), []
    while found := shop.sqs.receive_message(QueueUrl=url).get("Messages"):
        for message in found:
            bodies.append(json.loads(message["Body"]))
            shop.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def test_a_confirmed_order_is_written_about(grown: Any, until: Any) -> None:
    """The whole way, from the order's execution over the rule."""
    grown.run(grown.order("mail-whole", userId="user-1"), "mail-whole")
    until(lambda: row("mail-whole").get("status") == "SENT", "the mail")
    [letter] = letters("mail-whole")
    assert (letter.to, letter.sender) == (KIM, "shop@example.com")
    assert "Hello Kim" in letter.text
    assert "59.98" in letter.text
    assert row("mail-whole")["userId"] == "user-1"


def test_two_events_make_one_mail(grown: Any) -> None:
    given = event(grown, "mail-twice")
    first, second = (again(grown, given, f"mail-twice-{number}") for number in (1, 2))
    assert (first.states[-1], second.states[-1]) == ("RecordSent", "ClaimedByAnother")
    assert len(letters("mail-twice")) == 1


@pytest.mark.parametrize(("user", "reason"), [("nobody", "UNKNOWN"), ("no-mail", "NO_ADDRESS")])
def test_who_cannot_be_written_to_is_not(grown: Any, user: str, reason: str) -> None:
    boto3.resource("dynamodb").Table(CUSTOMERS).put_item(
        Item={"userId": "no-mail", "mailStatus": "OK"}
    )
    run = mail(grown, f"mail-{user}", userId=user)
    assert (run.status, run.states[-1]) == ("SUCCEEDED", "RecordNotSent")
    assert (row(f"mail-{user}")["status"], row(f"mail-{user}")["reason"]) == ("NOT_SENT", reason)


def test_an_address_that_bounced_is_written_to_no_more(grown: Any, until: Any) -> None:
    mail(grown, "mail-bounces", userId="ben")
    table = boto3.resource("dynamodb").Table(CUSTOMERS)

    def marked() -> bool:
        return bool(table.get_item(Key={"userId": "ben"})["Item"]["mailStatus"] == "BOUNCED")

    until(marked, "the bounce")
    assert row("mail-bounces")["feedback"] == "Bounce"
    assert mail(grown, "mail-after-bounce", userId="ben").states[-1] == "RecordNotSent"
    assert row("mail-after-bounce")["reason"] == "BOUNCED"


def test_an_event_without_its_input_waits_for_a_person(grown: Any) -> None:
    """AWS leaves a large input out of the event."""
    run = again(grown, {"detail": {"status": "SUCCEEDED", "input": None}}, "mail-no-input")
    assert run.states == ["ClaimMail", "KeepForPerson", "MailFailed"]
    [letter] = dead_letters(grown)
    assert letter["error"] == "States.QueryEvaluationError"


@simulated
@pytest.mark.parametrize(
    ("error", "hours"),
    [
        ("TooManyRequestsException", 25),  # the daily quota is used up
        ("LimitExceededException", 1),
        ("SendingPausedException", 1),
    ],
)
def test_a_throttled_mail_is_late_and_not_lost(grown: Any, error: str, hours: int) -> None:
    name = f"mail-{error}"
    end = clock.now + timedelta(hours=hours)
    with faults.inject(service="sesv2", operations=["SendEmail"], error=error, until=end):
        run = mail(grown, name)
    assert (run.status, len(letters(name))) == ("SUCCEEDED", 1)
    assert run.description["stopDate"] > end


@simulated
def test_a_short_trouble_is_tried_again(grown: Any) -> None:
    """At the first state and at the last."""
    trouble = {"error": "InternalServerError", "until": clock.now + timedelta(seconds=2)}
    faults.inject(table=MAILS, operations=["UpdateItem"], **trouble)
    faults.inject(service="sesv2", error="MessageRejected")
    faults.inject(
        queue="grown-MailDeadLetterQueue",
        error="ServiceUnavailable",
        until=clock.now + timedelta(seconds=20),
    )
    run = mail(grown, "mail-trouble")
    faults.clear()
    assert run.states[-2:] == ["KeepForPerson", "MailFailed"]
    assert [letter["error"] for letter in dead_letters(grown)] == ["SesV2.MessageRejectedException"]


@simulated
def test_a_refused_mail_waits_for_a_person_and_the_order_stays(grown: Any) -> None:
    """And once the cause is mended, the same event sends it."""
    clock.advance(minutes=5)
    fault = faults.inject(
        service="sesv2", operations=["SendEmail"], error="MailFromDomainNotVerifiedException"
    )
    grown.run(grown.order("mail-refused", userId="user-1"), "mail-refused")
    clock.advance(minutes=5)
    alarm = boto3.client("cloudwatch").describe_alarms(AlarmNames=["grown-MailDeadLetters"])
    [letter] = dead_letters(grown)
    assert letter["error"] == "SesV2.MailFromDomainNotVerifiedException"
    assert row("mail-refused")["status"] == "FAILED"
    assert grown.row("mail-refused")["status"] == "CONFIRMED"
    assert alarm["MetricAlarms"][0]["StateValue"] == "ALARM"
    faults.remove(fault.name)
    assert again(grown, letter["event"], "mail-refused-again").states[-1] == "RecordSent"
    assert len(letters("mail-refused")) == 1


@simulated
@pytest.mark.parametrize(
    ("order_id", "user", "broken", "states"),
    [
        ("mail-not-found", "user-1", "GetItem", ["FindCustomer", "RecordFailure"]),
        ("mail-not-recorded", "user-1", "UpdateItem", ["SendMail", "RecordSent"]),
        ("mail-not-noted", "nobody", "UpdateItem", ["MayWrite", "RecordNotSent"]),
        ("mail-lost", "user-1", "Both", ["FindCustomer", "RecordFailure"]),
    ],
)
def test_a_table_that_fails_for_an_hour(
    grown: Any, order_id: str, user: str, broken: str, states: list[str]
) -> None:
    """The claim is written; what fails comes after it."""
    until = clock.now + timedelta(hours=1)
    soon = clock.now + timedelta(seconds=2)
    trouble = {"error": "InternalServerError", "until": until}
    if broken != "GetItem":
        faults.inject(table=MAILS, operations=["UpdateItem"], from_=soon, **trouble)
    if broken == "UpdateItem":  # so that the claim is long done when the table fails
        faults.inject(table=CUSTOMERS, operations=["GetItem"], latency=5, until=until)
    else:
        faults.inject(table=CUSTOMERS, operations=["GetItem"], **trouble)
    run = mail(grown, order_id, userId=user)
    faults.clear()
    assert run.states[-4:-2] == states
    assert run.states[-2:] == ["KeepForPerson", "MailFailed"]
    [letter] = dead_letters(grown)
    sent = order_id == "mail-not-recorded"
    assert len(letters(order_id)) == sent
    assert (letter["error"] == "SentButNotRecorded") == sent
    again_after = again(grown, letter["event"], f"{order_id}-again")
    assert len(letters(order_id)) == (1 if sent or broken == "GetItem" else 0), again_after.states


@simulated
def test_a_template_that_cannot_be_filled_in_is_a_persons_business(grown: Any) -> None:
    """SES accepts it, and tells of it in an event."""
    ses = boto3.client("sesv2")
    name = "grown-OrderConfirmed"
    before = ses.get_email_template(TemplateName=name)["TemplateContent"]
    wrong = {**before, "Text": "Hello {{firstName}}"}
    ses.update_email_template(TemplateName=name, TemplateContent=wrong)
    run = mail(grown, "mail-unrendered")
    clock.advance(minutes=1)
    ses.update_email_template(TemplateName=name, TemplateContent=before)
    assert run.status == "SUCCEEDED"
    [letter] = dead_letters(grown)
    assert (letter["error"], letter["orderId"]) == ("Rendering Failure", "mail-unrendered")
    assert row("mail-unrendered")["feedback"] == "Rendering Failure"
    assert letters("mail-unrendered") == []


@simulated
def test_every_path_was_taken(grown: Any) -> None:
    coverage = console.coverage(grown.output("ConfirmationMailArn"))
    assert coverage.missing == [], coverage
