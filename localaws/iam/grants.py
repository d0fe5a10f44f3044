"""What a service may do in a role that it has been given: asked where no request is made."""

from __future__ import annotations

from moto.awslambda.models import LambdaFunction
from moto.logs.models import logs_backends

from localaws.iam import decisions, principals, roles
from localaws.iam.actions.needs import Need
from localaws.iam.policies import Context


def role_may(
    role_arn: str, service: str, action: str, resource: str, context: Context | None = None
) -> bool:
    """Whether a service may do something in a role.

    Args:
        service: who assumes the role, as `scheduler`.
        action: IAM's, as `states:StartExecution`.
        resource: an ARN, or `*`.
        context: condition keys, in small letters, and their values.
    """
    if not roles.trusts(role_arn, service):
        return False
    session = principals.Session(role_arn, service, service, "us-east-1")
    need = Need(action, resource)
    if context:
        return decisions.Case.of(session, need).decide(context).allows
    return decisions.verdict(session, need, dict).allows


def function_may_log(function: LambdaFunction, stream: str) -> bool:
    """Whether Lambda may write a function's log in the function's role.

    docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    """
    account, region, group = function.account_id, function.region, function.logs_group_name
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    if group not in logs_backends[account][region].groups:
        actions.insert(0, "logs:CreateLogGroup")
    place = f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:{stream}"
    session = principals.of_function(function.role, function.function_name, region)
    return all(decisions.verdict(session, Need(one, place), dict).allows for one in actions)
