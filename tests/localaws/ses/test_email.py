"""SES v2: who may be written to, what a template becomes, and what SES tells of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localaws import outbox

NUMBERS = itertools.count()
SHOP = "shop@example.com"
READER = "success+reader@simulator.amazonses.com"
EVENTS = ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "RENDERING_FAILURE"]


@pytest.fixture
def ses(cloud: Any) -> Any:
    client = boto3.client("sesv2")
    for one in client.list_email_identities()["EmailIdentities"]:
        client.delete_email_identity(EmailIdentity=one["IdentityName"])
    client.create_email_identity(EmailIdentity=SHOP)
    return client


@pytest.fixture
def template(ses: Any) -> str:
    name = f"template-{next(NUMBERS)}"
    content = {"Subject": f"{name} {{{{order}}}}", "Text": "Hello {{name}}: {{total}}"}
    ses.create_email_template(TemplateName=name, TemplateContent=content)
    return name


@pytest.fixture
def events(ses: Any) -> tuple[str, Callable[[], list[dict[str, Any]]]]:
    """A configuration set whose events go to a topic, and what has arrived there."""
    name = f"set-{next(NUMBERS)}"
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name=name)["TopicArn"]
    allow(topic, "sns:Publish", "ses.amazonaws.com")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    endpoint = arn["Attributes"]["QueueArn"]
    policy = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "sqs:SendMessage",
        "Resource": endpoint,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [policy]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes=raw)
    ses.create_configuration_set(ConfigurationSetName=name)
    ses.create_configuration_set_event_destination(
        ConfigurationSetName=name,
        EventDestinationName="all",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": EVENTS,
            "SnsDestination": {"TopicArn": topic},
        },
    )

    def arrived() -> list[dict[str, Any]]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in found]

    return name, arrived


def allow(topic: str, action: str, service: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": action,
        "Resource": topic,
    }
    boto3.client("sns").set_topic_attributes(
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def send(ses: Any, template: str, to: str = READER, **given: Any) -> str:
    data = {"order": "o-1", "name": "Kim", "total": 3}
    content = {"TemplateName": template, "TemplateData": json.dumps(data)}
    sent = ses.send_email(
        **{
            "FromEmailAddress": SHOP,
            "Destination": {"ToAddresses": [to]},
            "Content": {"Template": content},
            **given,
        }
    )
    return str(sent["MessageId"])


def refused(code: str, call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    assert caught.value.response["Error"]["Code"] == code
    return str(caught.value.response["Error"]["Message"])


def kinds(arrived: list[dict[str, Any]]) -> list[str]:
    return [event["eventType"] for event in arrived]


def test_a_template_is_filled_in(ses: Any, template: str) -> None:
    send(ses, template)
    [letter] = [one for one in outbox.letters(to=READER) if one.subject == f"{template} o-1"]
    assert (letter.sender, letter.text) == (SHOP, "Hello Kim: 3")


def test_a_simple_message_is_sent_as_it_is(ses: Any) -> None:
    said = {"Subject": {"Data": "plain"}, "Body": {"Text": {"Data": "Hello {{name}}"}}}
    send(ses, "", Content={"Simple": said})
    assert [one.text for one in outbox.letters() if one.subject == "plain"] == ["Hello {{name}}"]


def test_what_the_data_lacks_is_told_in_an_event_alone(
    ses: Any, template: str, events: Any
) -> None:
    """SES accepts the message, and sends nothing."""
    name, arrived = events
    lacking = {"TemplateName": template, "TemplateData": '{"order": "o-lacking", "name": "Kim"}'}
    message = send(ses, template, Content={"Template": lacking}, ConfigurationSetName=name)
    [event] = arrived()
    assert event["eventType"] == "Rendering Failure"
    assert event["failure"]["errorMessage"] == (
        "Attribute 'total' is not present in the rendering data."
    )
    assert event["mail"]["messageId"] == message
    assert not [one for one in outbox.letters() if "o-lacking" in one.subject]


@pytest.mark.parametrize(
    ("address", "told", "arrives"),
    [
        ("success", ["Send", "Delivery"], True),
        ("bounce+ben", ["Send", "Bounce"], False),
        ("complaint", ["Send", "Delivery", "Complaint"], True),
        ("suppressionlist", ["Send", "Bounce"], False),
    ],
)
def test_the_mailbox_simulator(
    ses: Any, template: str, events: Any, address: str, told: list[str], arrives: bool
) -> None:
    name, arrived = events
    to = f"{address}@simulator.amazonses.com"
    tags = [{"Name": "orderId", "Value": "o-1"}]
    send(ses, template, to, ConfigurationSetName=name, EmailTags=tags)
    found = arrived()
    assert kinds(found) == told
    assert found[-1]["mail"]["tags"] == {"ses:configuration-set": [name], "orderId": ["o-1"]}
    assert bool([one for one in outbox.letters(to=to) if template in one.subject]) == arrives


def test_events_that_nobody_asked_for_are_not_told(ses: Any, template: str, events: Any) -> None:
    name, arrived = events
    destination = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)
    [known] = destination["EventDestinations"]
    changed = {key: known[key] for key in ("Enabled", "SnsDestination")}
    ses.update_configuration_set_event_destination(
        ConfigurationSetName=name,
        EventDestinationName="all",
        EventDestination={**changed, "MatchingEventTypes": ["BOUNCE"]},
    )
    send(ses, template, ConfigurationSetName=name)
    assert arrived() == []


def test_a_topic_must_let_ses_in(ses: Any, template: str, events: Any) -> None:
    name, arrived = events
    [known] = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)[
        "EventDestinations"
    ]
    allow(known["SnsDestination"]["TopicArn"], "sns:Publish", "events.amazonaws.com")
    send(ses, template, ConfigurationSetName=name)
    assert arrived() == []


def test_the_sandbox_writes_to_whom_it_knows(ses: Any, template: str) -> None:
    message = refused("MessageRejected", lambda: send(ses, template, "kim@example.org"))
    assert message == (
        "Email address is not verified. The following identities failed the check in region "
        "US-EAST-1: kim@example.org"
    )
    ses.create_email_identity(EmailIdentity="example.org")
    send(ses, template, "kim@example.org")
    ses.delete_email_identity(EmailIdentity="example.org")
    details = {"MailType": "TRANSACTIONAL", "WebsiteURL": "https://example.com"}
    ses.put_account_details(**details, ProductionAccessEnabled=True)
    assert ses.get_account()["ProductionAccessEnabled"]
    send(ses, template, "kim@example.org")
    refused("MessageRejected", lambda: send(ses, template, FromEmailAddress="a@example.net"))
    ses.put_account_details(**details, ProductionAccessEnabled=False)


def test_what_is_refused(ses: Any, template: str) -> None:
    for wrong in (
        {"ConfigurationSetName": "not-there"},
        {"Content": {"Template": {"TemplateName": "not-there", "TemplateData": "{}"}}},
    ):
        refused("NotFoundException", lambda wrong=wrong: send(ses, template, **wrong))
    for wrong in (
        {"Content": {"Template": {"TemplateName": template, "TemplateData": "[]"}}},
        {"EmailTags": [{"Name": "order id", "Value": "o-1"}]},
        {"Destination": {}},
    ):
        refused("BadRequestException", lambda wrong=wrong: send(ses, template, **wrong))


def test_templates(ses: Any, template: str) -> None:
    refused(
        "AlreadyExistsException",
        lambda: ses.create_email_template(TemplateName=template, TemplateContent={"Subject": "x"}),
    )
    refused(
        "BadRequestException",
        lambda: ses.update_email_template(
            TemplateName=template, TemplateContent={"Text": "without a subject"}
        ),
    )
    ses.update_email_template(TemplateName=template, TemplateContent={"Subject": "{{a}}"})
    shown = ses.test_render_email_template(TemplateName=template, TemplateData='{"a": 1}')
    assert "Subject: 1" in shown["RenderedTemplate"]
    names = [one["TemplateName"] for one in ses.list_email_templates()["TemplatesMetadata"]]
    assert template in names
    ses.delete_email_template(TemplateName=template)
    refused("NotFoundException", lambda: ses.get_email_template(TemplateName=template))


def test_event_destinations(ses: Any, events: Any) -> None:
    name, _ = events
    ses.delete_configuration_set_event_destination(
        ConfigurationSetName=name, EventDestinationName="all"
    )
    found = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)
    assert found["EventDestinations"] == []
    refused(
        "NotFoundException",
        lambda: ses.get_configuration_set_event_destinations(ConfigurationSetName="not-there"),
    )


def test_an_identity_is_verified_at_once(ses: Any) -> None:
    made = ses.create_email_identity(EmailIdentity="example.net")
    assert made["VerifiedForSendingStatus"]
    assert ses.get_email_identity(EmailIdentity="example.net")["VerifiedForSendingStatus"]


def test_nobody_is_throttled(ses: Any, template: str) -> None:
    before = len(outbox.letters(to=READER))
    for _ in range(201):
        send(ses, template)
    assert len(outbox.letters(to=READER)) == before + 201


def test_nothing_is_escaped(ses: Any) -> None:
    name = f"escaped-{next(NUMBERS)}"
    text = "{{name}}{{#each items}}, {{id}}{{/each}}{{#if vip}}!{{/if}}"
    ses.create_email_template(TemplateName=name, TemplateContent={"Subject": "s", "Text": text})
    data = json.dumps({"name": "A & B", "items": [{"id": 1}, {"id": 2}], "vip": True})
    shown = ses.test_render_email_template(TemplateName=name, TemplateData=data)
    assert shown["RenderedTemplate"].endswith("A & B, 1, 2!")


def test_what_is_not_there(ses: Any, template: str, events: Any) -> None:
    name, _ = events
    raw = {"Raw": {"Data": b"Subject: raw"}}
    refused("BadRequestException", lambda: send(ses, template, Content=raw))
    firehose = {"IamRoleArn": "arn:aws:iam::1:role/r", "DeliveryStreamArn": "arn:aws:firehose:x"}
    destination = {"MatchingEventTypes": ["SEND"], "KinesisFirehoseDestination": firehose}
    refused(
        "BadRequestException",
        lambda: ses.create_configuration_set_event_destination(
            ConfigurationSetName=name, EventDestinationName="hose", EventDestination=destination
        ),
    )
    with pytest.raises(NotImplementedError):
        ses.list_suppressed_destinations()
