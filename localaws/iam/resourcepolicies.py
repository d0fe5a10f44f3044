"""The policies of functions, queues, topics and buckets, and whom they let in.

docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from moto.awslambda.utils import get_backend
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.sts.models import AssumedRole

from localaws.iam.policies import Statement, statements

EVERYBODY = (("*", "*"), ("AWS", "*"))
# Who says for which account it acts, as the policy asks that a topic has at first.
OWNERS = ("cloudwatch.amazonaws.com",)
NONE: list[Statement] = []
_read: dict[str, tuple[Any, list[Statement]]] = {}


def forget() -> None:
    """No policy has been read yet."""
    _read.clear()


def of(arn: str) -> list[Statement]:
    """The statements of a resource's policy: the same list until the policy changes."""
    document = _document(arn)
    if not document:
        return NONE
    known = _read.get(arn)
    if known is None or known[0] != document:
        known = _read[arn] = (copy.deepcopy(document), statements(document))
    return known[1]


def service_may(service: str, action: str, resource: str, source: str) -> bool:
    """Whether a resource's policy lets an AWS service act on it.

    Args:
        service: the service's principal, as `sns.amazonaws.com`.
        action: IAM's, as `sqs:SendMessage`.
        resource: the ARN of the function, the queue or the topic.
        source: the ARN of what the service acts for: a topic, a rule, an API's method.
    """
    account = resource.split(":")[4]
    context = {"aws:sourcearn": [source], "aws:sourceaccount": [account]}
    if service in OWNERS:
        context["aws:sourceowner"] = [account]
    wanted = ("Service", service)
    found = [s for s in of(resource) if wanted in s.principals or is_for_all(s)]
    applying = [s for s in found if s.applies(action, resource, context)]
    return bool(applying) and not any(s.denies for s in applying)


def about(found: Iterable[Statement], session: AssumedRole, role_arn: str) -> list[Statement]:
    """Those that name a session, its role or everybody.

    A statement that names the account leaves it to the role's policies, and so allows nothing.
    """
    names = {("AWS", session.arn), ("AWS", role_arn)}
    return [s for s in found if is_for_all(s) or names.intersection(s.principals)]


def is_for_all(statement: Statement) -> bool:
    """Whether a statement names everybody as its principal."""
    return any(everybody in statement.principals for everybody in EVERYBODY)


def is_there(arn: str) -> bool:
    """Whether there is such a function, queue, topic or bucket."""
    return _holder(arn) is not None


def _document(arn: str) -> Any:
    holder = _holder(arn)
    if holder is None:
        return None
    service = arn.split(":")[2]
    if service == "lambda":
        found = holder.policy.statements if holder.policy else None
        return {"Statement": found} if found else None
    if service == "s3":
        return holder.policy.decode() if holder.policy else None
    policy = holder._policy_json
    return policy if policy.get("Statement") else None


def _holder(arn: str) -> Any:
    """moto's object for what has the policy."""
    if arn.count(":") < 5:
        return None
    _, _, service, region, account, name = arn.split(":", 5)
    if service == "sqs":
        return sqs_backends[account][region].queues.get(name)
    if service == "sns":
        return sns_backends[account][region].topics.get(arn)
    if service == "lambda":
        kept = get_backend(account, region)._lambdas._functions.get(name.split(":")[1])
        return kept["latest"] if kept else None
    return _bucket(name.partition("/")[0]) if service == "s3" else None


def _bucket(name: str) -> Any:
    accounts = list(s3_backends.values())
    return next((a["aws"].buckets[name] for a in accounts if name in a["aws"].buckets), None)
