"""Defects of moto's SES. Each function returns True while its defect is there."""

from __future__ import annotations

import itertools
from typing import Any

import boto3
from moto.ses.template import parse_template

NUMBERS = itertools.count()


def _is_missing(operation: str, **given: Any) -> bool:
    try:
        getattr(boto3.client("sesv2"), operation)(**given)
    except NotImplementedError:
        return True
    return False


def _send(content: dict[str, Any]) -> Any:
    ses = boto3.client("sesv2")
    sender = f"shop-{next(NUMBERS)}@example.com"
    ses.create_email_identity(EmailIdentity=sender)
    to = {"ToAddresses": ["nobody@example.org"]}
    return ses.send_email(FromEmailAddress=sender, Destination=to, Content=content)


def ses_sends_no_template() -> bool:
    try:
        _send({"Template": {"TemplateName": "none", "TemplateData": "{}"}})
    except NotImplementedError:
        return True
    return False


def ses_no_sandbox() -> bool:
    said = {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello"}}}
    return "MessageId" in _send({"Simple": said})


def ses_no_account() -> bool:
    return _is_missing("get_account")


def ses_no_templates() -> bool:
    return _is_missing(
        "create_email_template", TemplateName="a", TemplateContent={"Subject": "Hello"}
    )


def ses_no_event_destinations() -> bool:
    boto3.client("sesv2").create_configuration_set(ConfigurationSetName="set")
    return _is_missing("get_configuration_set_event_destinations", ConfigurationSetName="set")


def ses_number_in_template() -> bool:
    try:
        return bool(parse_template("{{pieces}}", {"pieces": 2}) != "2")
    except TypeError:
        return True
