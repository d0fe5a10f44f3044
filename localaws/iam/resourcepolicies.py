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
    found = [s for s in of(resource) if wanted in s.principals or _is_for_all(s)]
    applying = [s for s in found if s.applies(action, resource, context)]
    return bool(applying) and not any(s.denies for s in applying)


def about(found: Iterable[Statement], session: AssumedRole, role_arn: str) -> list[Statement]:
    """Those that name a session, its role or everybody.

    A statement that names the account leaves it to the role's policies, and so allows nothing.
    """
    names = {("AWS", session.arn), ("AWS", role_arn)}
    return [s for s in found if _is_for_all(s) or names.intersection(s.principals)]


def _is_for_all(statement: Statement) -> bool:
    return any(everybody in statement.principals for everybody in EVERYBODY)


def _document(arn: str) -> Any:
    _, _, service, region, account, name = arn.split(":", 5) if arn.count(":") > 4 else [""] * 6
    if service == "sqs":
        queue = sqs_backends[account][region].queues.get(name)
        return queue._policy_json if queue and queue._policy_json.get("Statement") else None
    if service == "sns":
        topic = sns_backends[account][region].topics.get(arn)
        return topic._policy_json if topic else None
    if service == "lambda":
        return _function_policy(account, region, name)
    if service == "s3":
        return _bucket_policy(name.partition("/")[0])
    return None


def _function_policy(account: str, region: str, name: str) -> Any:
    kept = get_backend(account, region)._lambdas._functions.get(name.split(":")[1])
    policy = kept["latest"].policy if kept and kept["latest"] else None
    return {"Statement": policy.statements} if policy and policy.statements else None


def _bucket_policy(name: str) -> Any:
    for account in list(s3_backends.values()):
        bucket = account["aws"].buckets.get(name)
        if bucket is not None:
            return bucket.policy.decode() if bucket.policy else None
    return None
