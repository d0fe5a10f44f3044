"""AWS::SES::*: made, changed and deleted with their stack."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

NAME = "email-resources"


def template(subject: str, kinds: list[str], name: str = "email-resources-a") -> str:
    parts = {"TemplateName": name, "SubjectPart": subject, "TextPart": "Hello"}
    destination = {
        "Name": "events",
        "Enabled": True,
        "MatchingEventTypes": kinds,
        "SnsDestination": {"TopicARN": {"Ref": "Topic"}},
    }
    resources = {
        "Identity": ("AWS::SES::EmailIdentity", {"EmailIdentity": "resources.example.com"}),
        "Letter": ("AWS::SES::Template", {"Template": parts}),
        "Set": ("AWS::SES::ConfigurationSet", {"Name": "email-resources-set"}),
        "Topic": ("AWS::SNS::Topic", {}),
        "Events": (
            "AWS::SES::ConfigurationSetEventDestination",
            {"ConfigurationSetName": {"Ref": "Set"}, "EventDestination": destination},
        ),
    }
    made = {key: {"Type": kind, "Properties": p} for key, (kind, p) in resources.items()}
    return json.dumps({"Resources": made})


@pytest.fixture
def stack(cloud: Any) -> Any:
    cloudformation = boto3.client("cloudformation")
    body = template("First", ["bounce", "renderingFailure"])
    cloudformation.create_stack(StackName=NAME, TemplateBody=body)
    yield cloudformation
    cloudformation.delete_stack(StackName=NAME)


def subject(ses: Any, name: str = "email-resources-a") -> str:
    return str(ses.get_email_template(TemplateName=name)["TemplateContent"]["Subject"])


def event_types(ses: Any) -> list[str]:
    found = ses.get_configuration_set_event_destinations(ConfigurationSetName="email-resources-set")
    [destination] = found["EventDestinations"]
    return list(destination["MatchingEventTypes"])


def test_they_come_and_go_with_their_stack(stack: Any) -> None:
    ses = boto3.client("sesv2")
    assert subject(ses) == "First"
    assert event_types(ses) == ["BOUNCE", "RENDERING_FAILURE"]
    assert ses.get_email_identity(EmailIdentity="resources.example.com")
    stack.delete_stack(StackName=NAME)
    for call in (
        lambda: subject(ses),
        lambda: event_types(ses),
        lambda: ses.get_email_identity(EmailIdentity="resources.example.com"),
    ):
        with pytest.raises(ses.exceptions.NotFoundException):
            call()


def test_they_change(stack: Any) -> None:
    ses = boto3.client("sesv2")
    stack.update_stack(StackName=NAME, TemplateBody=template("Second", ["complaint"]))
    assert (subject(ses), event_types(ses)) == ("Second", ["COMPLAINT"])


def test_another_name_is_another_template(stack: Any) -> None:
    ses = boto3.client("sesv2")
    body = template("Third", ["bounce"], name="email-resources-b")
    stack.update_stack(StackName=NAME, TemplateBody=body)
    assert subject(ses, "email-resources-b") == "Third"
    with pytest.raises(ses.exceptions.NotFoundException):
        subject(ses)
