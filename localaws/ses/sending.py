"""Sending an e-mail: whether SES takes it, and what becomes of it.

Who may be written to, from the sandbox: docs.aws.amazon.com/ses/latest/dg/
request-production-access.html. The addresses of the mailbox simulator: .../send-an-email-from-
console.html. A template that cannot be rendered: .../send-personalized-email-api.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import SESBackend
from moto.ses.utils import get_random_message_id

from localaws import destinations
from localaws.functions.service import Functions
from localaws.mail import Letter, Outbox
from localaws.ses import events
from localaws.ses.errors import RefusedError, missing
from localaws.ses.events import Mail
from localaws.ses.templates import Rendered, RenderingError, Templates, data_of, render
from localaws.timing.timekeeping import Clock

SIMULATOR = "@simulator.amazonses.com"
# docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
RECIPIENTS = ("ToAddresses", "CcAddresses", "BccAddresses")


class Sender:
    """Sends the e-mails of one region."""

    def __init__(self, clock: Clock, functions: Functions, outbox: Outbox) -> None:
        self._clock, self._functions, self._outbox = clock, functions, outbox

    def send(self, backend: SESBackend, given: dict[str, Any], sandbox: bool) -> str:
        """Send what SendEmail is given; returns the message's id.

        Raises:
            RefusedError: SES does not take it.
        """
        sender = given.get("FromEmailAddress") or ""
        to = [one for kind in RECIPIENTS for one in given.get("Destination", {}).get(kind, [])]
        chosen = given.get("ConfigurationSetName") or ""
        if chosen and chosen not in backend.config_sets:
            raise missing("Configuration set", chosen)
        if not to:
            raise RefusedError("BadRequestException", "Missing destination.")
        content, data = _content(backend, given["Content"])
        tags = {one["Name"]: one["Value"] for one in given.get("EmailTags", [])}
        for text in (*tags, *tags.values()):
            if not TAG.fullmatch(text):
                raise RefusedError("BadRequestException", f"Invalid message tag: {text!r}.")
        _check_verified(backend, [sender, *(to if sandbox else [])])
        arn = f"arn:aws:ses:{backend.region_name}:{DEFAULT_ACCOUNT_ID}:identity/"
        mail = Mail(
            get_random_message_id(),
            self._clock.now(),
            sender,
            arn + parseaddr(sender)[1],
            to,
            chosen,
            tags,
        )
        try:
            rendered = render(content, data) if data is not None else _as_it_is(content)
        except RenderingError as error:
            template = given["Content"]["Template"].get("TemplateName", "")
            detail = {"errorMessage": str(error), "templateName": template}
            self._tell(backend, events.event("Rendering Failure", mail, detail), chosen)
            return mail.message_id
        mail = Mail(**{**vars(mail), "subject": rendered.subject})
        for kind, detail in self._becomes(mail, rendered):
            self._tell(backend, events.event(kind, mail, detail), chosen)
        return mail.message_id

    def _becomes(self, mail: Mail, rendered: Rendered) -> Iterator[tuple[str, dict[str, Any]]]:
        """What becomes of an e-mail, as events and their details; what arrives is a letter."""
        yield "Send", {}
        now, arrived = self._clock.now(), []
        for to in mail.destination:
            address = parseaddr(to)[1]
            plays = _plays(address)
            if plays in ("bounce", "suppressionlist"):
                why = "General" if plays == "bounce" else "Suppressed"
                yield "Bounce", events.bounce(address, why, now, mail.message_id)
                continue
            arrived.append(address)
            letter = Letter(address, mail.sender, rendered.subject, rendered.text, now)
            self._outbox.add(letter)
        if arrived:
            yield "Delivery", events.delivery(arrived, now)
        for address in arrived:
            if _plays(address) == "complaint":
                yield "Complaint", events.complaint(address, now, mail.message_id)

    def _tell(self, backend: SESBackend, event: dict[str, Any], configuration_set: str) -> None:
        """Publish an event to the topics that ask for its type; one that refuses it is passed by.

        docs.aws.amazon.com/ses/latest/dg/event-publishing-add-event-destination-sns.html
        """
        arn = f"arn:aws:ses:{backend.region_name}:{DEFAULT_ACCOUNT_ID}:configuration-set/"
        deliverer = destinations.Deliverer("ses.amazonaws.com", arn + configuration_set)
        for one in backend.config_set_event_destination.get(configuration_set, {}).values():
            topic = (one.get("SnsDestination") or {}).get("TopicArn")
            asked = {events.TYPES.get(kind) for kind in one["MatchingEventTypes"]}
            if topic and one.get("Enabled") and event["eventType"] in asked:
                try:
                    target = {"Arn": topic}
                    destinations.hand_over(self._functions, target, json.dumps(event), deliverer)
                except destinations.UndeliverableError:
                    continue


def _content(
    backend: SESBackend, given: dict[str, Any]
) -> tuple[dict[str, str], dict[str, Any] | None]:
    """Subject, Text and Html, and the data to fill them with; None where they are no template."""
    if "Template" in given:
        template = given["Template"]
        content = template.get("TemplateContent")
        if content is None:
            content = Templates(backend).content(template.get("TemplateName", ""))
        return content, data_of(template.get("TemplateData", "{}"))
    if "Simple" in given:
        simple = given["Simple"]
        body = {kind: one["Data"] for kind, one in simple["Body"].items()}
        return {"Subject": simple["Subject"]["Data"], **body}, None
    raise RefusedError("BadRequestException", "Raw messages are not sent here.")


def _as_it_is(content: dict[str, str]) -> Rendered:
    return Rendered(content["Subject"], content.get("Text") or content.get("Html", ""))


def _plays(address: str) -> str:
    """What an address of the mailbox simulator plays, as `bounce`; a label does not matter."""
    name, at, host = address.lower().partition("@")
    return name.partition("+")[0] if at + host == SIMULATOR else ""


def _check_verified(backend: SESBackend, addresses: list[str]) -> None:
    """Whoever sends must be verified, and in the sandbox whoever is written to."""
    unknown = []
    for one in addresses:
        address = parseaddr(one)[1]
        host = address.partition("@")[2]
        if _plays(address):
            continue
        if address not in backend.email_identities and host not in backend.email_identities:
            unknown.append(one)
    if unknown:
        raise RefusedError(
            "MessageRejected",
            "Email address is not verified. The following identities failed the check in region "
            f"{backend.region_name.upper()}: {', '.join(unknown)}",
        )
