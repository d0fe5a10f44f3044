"""The services whose permissions are known: their rules, and how each refuses.

Codes, states and words are those of clients' reports of AWS, such as those of
github.com/aws/serverless-application-model/issues/3633 (SQS),
github.com/awslabs/aws-deployment-framework/issues/460 (Lambda),
repost.aws/knowledge-center/sns-topics-iam-errors-subscriber (SNS).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from botocore.session import get_session

from localaws.iam.actions import (
    dynamodb,
    email,
    events,
    functions,
    identity,
    observability,
    sns,
    sqs,
    states,
    storage,
)
from localaws.iam.actions.needs import ANYTHING, Ask, Need, Rules


@dataclass(frozen=True)
class Words:
    """How a denial begins; the reason follows.

    Attributes:
        action: how an action is written.
        quoted: whether the resource stands in quotation marks.
        silent: whether an action without a resource is told of without one.
        reasoned: whether it is said which kind of policy is to blame.
        template: the sentence.
    """

    action: Callable[[str], str] = str
    quoted: bool = False
    silent: bool = False
    reasoned: bool = True
    template: str = "User: {user} is not authorized to perform: {action}{resource}"
    on: str = " on resource: {resource}"

    def about(self, user: str, need: Need, reason: str) -> str:
        """The message."""
        named = f'"{need.resource}"' if self.quoted else need.resource
        on = self.on.format(resource=named)
        resource = "" if self.silent and need.resource == ANYTHING else on
        action = self.action(need.action)
        text = self.template.format(user=user, action=action, resource=resource)
        return f"{text} {reason}" if self.reasoned else text


@dataclass(frozen=True)
class Service:
    """One API.

    Attributes:
        model: boto3's name of it.
        prefix: that of its actions.
        code: of the error.
        status: of HTTP.
    """

    model: str
    prefix: str
    rules: Rules
    code: str = "AccessDeniedException"
    status: int = 403
    words: Words = Words()

    def needs(self, ask: Ask) -> list[Need]:
        """The permissions that a request needs."""
        rule = self.rules.get(ask.operation)
        return rule(ask) if rule else [Need(f"{self.prefix}:{ask.operation}", ANYTHING)]


def _as_sns_spells(action: str) -> str:
    return action.replace("sns:", "SNS:", 1)


LETTERS = Words(
    template="User `{user}' is not authorized to perform `{action}'{resource}",
    on=" on resource `{resource}'",
    silent=True,
    reasoned=False,
)
# By the name under which a request is signed.
SERVICES = {
    "apigateway": Service("apigateway", "apigateway", {}),
    "dynamodb": Service("dynamodb", "dynamodb", dynamodb.RULES, status=400),
    "events": Service("events", "events", events.EVENTS, status=400),
    "iam": Service("iam", "iam", identity.IAM, "AccessDenied"),
    "kms": Service("kms", "kms", storage.KMS, status=400),
    "lambda": Service("lambda", "lambda", functions.RULES),
    "logs": Service("logs", "logs", observability.LOGS, status=400),
    "monitoring": Service(
        "cloudwatch",
        "cloudwatch",
        observability.CLOUDWATCH,
        "AccessDenied",
        words=Words(silent=True),
    ),
    "pipes": Service("pipes", "pipes", events.PIPES),
    "s3": Service("s3", "s3", storage.S3, "AccessDenied", words=Words(quoted=True)),
    "scheduler": Service("scheduler", "scheduler", events.SCHEDULER),
    "secretsmanager": Service(
        "secretsmanager", "secretsmanager", storage.SECRETS, status=400, words=Words(silent=True)
    ),
    "ses": Service("ses", "ses", email.EMAIL, "AccessDenied", words=LETTERS),
    "sesv2": Service("sesv2", "ses", email.EMAIL, words=LETTERS),
    "sns": Service("sns", "sns", sns.RULES, "AuthorizationError", words=Words(_as_sns_spells)),
    "sqs": Service("sqs", "sqs", sqs.RULES, "AccessDenied", words=Words(str.lower)),
    "ssm": Service("ssm", "ssm", storage.PARAMETERS, status=400),
    "states": Service("stepfunctions", "states", states.RULES, status=400),
    "sts": Service("sts", "sts", identity.STS, "AccessDenied", words=Words(reasoned=False)),
    "xray": Service("xray", "xray", observability.XRAY),
}


@functools.cache
def of(name: str) -> Service | None:
    """The service that signs with a name; None where botocore knows none of it.

    One that nobody has put above has no rules.
    """
    if name in SERVICES:
        return SERVICES[name]
    return Service(name, name, {}) if name in get_session().get_available_services() else None
