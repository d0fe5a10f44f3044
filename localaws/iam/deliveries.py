"""Services that act by themselves: API Gateway, EventBridge, SNS, alarms.

They are let in by the policy of what they reach, or by a role that they have been given:
docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html,
.../eventbridge/latest/userguide/eb-use-resource-based.html,
.../sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html
"""

from __future__ import annotations

from localaws.iam import resourcepolicies
from localaws.iam.grants import role_may
from localaws.iam.services import SERVICES

# What a delivery to each service is.
ACTIONS = {
    "events": "events:PutEvents",
    "lambda": "lambda:InvokeFunction",
    "sns": "sns:Publish",
    "sqs": "sqs:SendMessage",
    "states": "states:StartExecution",
}
# How a service is told of.
NAMES = {
    "cloudwatch.amazonaws.com": "CloudWatch Alarms",
    "lambda.alarms.cloudwatch.amazonaws.com": "CloudWatch Alarms",
}
# These have a policy that decides; the others are reached by a role alone.
WITH_POLICY = ("lambda", "sns", "sqs")


def refusal(service: str, source_arn: str, target: str, role_arn: str | None = None) -> str | None:
    """Why a service may not deliver to a target; None where it may.

    Args:
        service: the service's principal, as `events.amazonaws.com`.
        source_arn: the rule, the topic, the API's method for which it does.
        target: ARN of the function, the queue, the topic or the state machine.
        role_arn: the role in which it does.
    """
    kind = target.split(":")[2]
    action = ACTIONS.get(kind)
    if action is None:
        return None
    if role_arn is not None:
        if role_may(role_arn, service.removesuffix(".amazonaws.com"), action, target):
            return None
        return _words(role_arn, action, target, "identity-based")
    if kind not in WITH_POLICY or not resourcepolicies.is_there(target):
        return None  # whoever tries to reach it is told
    if resourcepolicies.service_may(service, action, target, source_arn):
        return None
    return _words(service, action, target, "resource-based")


def _words(who: str, action: str, target: str, kind: str) -> str:
    written = SERVICES[target.split(":")[2]].words.action(action)
    return (
        f"{NAMES.get(who, f'User: {who}')} is not authorized to perform: {written} on resource: "
        f"{target} because no {kind} policy allows the {written} action"
    )
