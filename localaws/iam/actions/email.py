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


EMAIL: Rules = {
    "SendEmail": _sends("ses:SendEmail"),
    "SendRawEmail": _sends("ses:SendRawEmail"),
    "SendTemplatedEmail": _sends("ses:SendTemplatedEmail"),
    **own(
        "ses",
        anything,
        "GetSendQuota GetSendStatistics ListIdentities ListVerifiedEmailAddresses"
        " VerifyEmailIdentity CreateEmailIdentity ListEmailIdentities",
    ),
}
