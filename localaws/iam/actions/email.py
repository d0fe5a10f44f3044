"""SES: docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html"""

from __future__ import annotations

from email import message_from_bytes
from email.utils import parseaddr

from localaws.iam.actions.needs import Ask, Need, Rule, Rules, anything, own

SENDERS = ("Source", "FromEmailAddress")


def identity(ask: Ask) -> str:
    """The address from which a letter is sent."""
    named = next((value for name in SENDERS if (value := ask.value(name))), None)
    raw = ask.value("RawMessage.Data")
    if named is None and raw:
        named = message_from_bytes(str(raw).encode()).get("From", "*")
    address = parseaddr(str(named or "*"))[1] or "*"
    return f"arn:aws:ses:{ask.region}:{ask.account}:identity/{address}"


def _sends(action: str) -> Rule:
    return lambda ask: [Need(action, identity(ask))]


def _sends_by(ask: Ask) -> list[Need]:
    """Of version 2: the identity, and what else the e-mail is sent with."""
    content = ask.value("Content") or {}
    template = content.get("Template", {}).get("TemplateName")
    names = {"configuration-set": ask.value("ConfigurationSetName"), "template": template}
    account = f"arn:aws:ses:{ask.region}:{ask.account}"
    others = [f"{account}:{kind}/{name}" for kind, name in names.items() if name]
    return [Need("ses:SendEmail", resource) for resource in (identity(ask), *others)]


EMAIL: Rules = {
    "SendEmail": _sends_by,
    "SendRawEmail": _sends("ses:SendRawEmail"),
    "SendTemplatedEmail": _sends("ses:SendTemplatedEmail"),
    **own(
        "ses",
        anything,
        "GetSendQuota GetSendStatistics ListIdentities ListVerifiedEmailAddresses"
        " VerifyEmailIdentity CreateEmailIdentity ListEmailIdentities",
    ),
}
