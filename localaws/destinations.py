"""What services deliver to: functions, queues, topics and state machines, and why it fails.

The one place where SNS, EventBridge and Scheduler reach a target. They are let in by the target's
resource policy or by a role, which is why each delivery says who delivers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from moto.awslambda.utils import get_backend
from moto.core.exceptions import AWSError, ServiceException
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.stepfunctions.parser.models import stepfunctions_parser_backends
from werkzeug.exceptions import HTTPException

from localaws.functions.service import Functions
from localaws.iam import deliveries


class Deliverer(NamedTuple):
    """Who delivers.

    Attributes:
        service: its principal, as `events.amazonaws.com`.
        source_arn: the rule, schedule, topic or subscription for which it does.
        role_arn: the role that it takes on to do so; None without one.
    """

    service: str
    source_arn: str
    role_arn: str | None = None


class UndeliverableError(Exception):
    """A delivery that failed.

    Attributes:
        code: EventBridge's word for it, as in ERROR_CODE of a message on its dead-letter queue.
        retry: whether it may succeed later. A target that is not there is not tried again:
            docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    """

    def __init__(self, code: str, message: str, retry: bool = False) -> None:
        super().__init__(message)
        self.code, self.message, self.retry = code, message, retry


def admit(arn: str, deliverer: Deliverer) -> None:
    """Ask whether a target lets in whoever delivers.

    Raises:
        UndeliverableError: neither the target's policy nor the deliverer's role allows it.
    """
    refused = deliveries.refusal(deliverer.service, deliverer.source_arn, arn, deliverer.role_arn)
    if refused is not None:
        raise UndeliverableError("NO_PERMISSIONS", refused)


def hand_over(
    functions: Functions, target: dict[str, Any], given: str, deliverer: Deliverer
) -> bool:
    """Give its input to the target of a rule or a schedule, if it is one of these four kinds.

    Args:
        target: as PutTargets and CreateSchedule take it.

    Returns:
        Whether it is a function, a queue, a topic or a state machine.

    Raises:
        UndeliverableError: the target is not there, or refuses it, whatever its kind.
    """
    arn = target["Arn"]
    service = arn.split(":")[2]
    admit(arn, deliverer)
    if service == "lambda":
        invoke(functions, arn, given)
    elif service == "sqs":
        group = (target.get("SqsParameters") or {}).get("MessageGroupId")
        send(arn, given, group_id=group)
    elif service == "sns":
        publish(arn, given)
    elif service == "states":
        start_execution(arn, given)
    else:
        return False
    return True


def invoke(functions: Functions, arn: str, event: str) -> None:
    """Invoke a function asynchronously: it has the event, and Lambda tries it again if it fails.

    Args:
        arn: the function's, with a qualifier or without.
        event: JSON text.

    Raises:
        UndeliverableError: there is no such function.
    """
    *_, region, account, _, _ = arn.split(":", 6)
    function = _asked(lambda: get_backend(account, region).get_function(arn))
    functions.invoke_in_background(function, event)


def send(
    arn: str,
    body: str,
    attributes: dict[str, Any] | None = None,
    group_id: str | None = None,
    deduplication_id: str | None = None,
) -> None:
    """Send a message to a queue.

    Args:
        attributes: message attributes as SendMessage takes them.
        group_id: of a message to a FIFO queue.

    Raises:
        UndeliverableError: there is no such queue, or it refuses the message.
    """
    *_, region, account, name = arn.split(":")
    queues = sqs_backends[account][region]
    _asked(
        lambda: queues.send_message(
            name,
            body,
            message_attributes=attributes,
            group_id=group_id,
            deduplication_id=deduplication_id,
            validate_group_id=False,
        )
    )


def publish(arn: str, message: str, group_id: str | None = None) -> None:
    """Publish a message to a topic.

    Raises:
        UndeliverableError: there is no such topic, or it refuses the message.
    """
    *_, region, account, _ = arn.split(":")
    topics = sns_backends[account][region]
    _asked(lambda: topics.publish(message, arn, group_id=group_id))


def start_execution(arn: str, given: str, name: str | None = None) -> None:
    """Start an execution of a state machine.

    Args:
        given: its input, JSON text.

    Raises:
        UndeliverableError: there is no such state machine, or it takes no such input.
    """
    *_, region, account, _, _ = arn.split(":", 6)
    machines = stepfunctions_parser_backends[account][region]
    _asked(lambda: machines.start_execution(arn, name, given))


def text_attributes(**values: str) -> dict[str, Any]:
    """Message attributes of strings, as SendMessage takes them."""
    return {
        name: {"DataType": "String", "StringValue": value}
        for name, value in values.items()
        if value
    }


def compact(value: Any) -> str:
    """JSON text without spaces, as AWS sends it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _asked(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except (AWSError, ServiceException, HTTPException) as error:
        raise _undeliverable(error) from error


def _undeliverable(error: Exception) -> UndeliverableError:
    """The codes of docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html."""
    name = str(
        getattr(error, "TYPE", None)
        or getattr(error, "error_type", None)
        or getattr(error, "code", "")
    )
    message = str(getattr(error, "message", None) or getattr(error, "description", error))
    missing = ("NonExistent", "NotFound", "DoesNotExist", "UnknownFunction")
    if any(word in f"{name} {type(error).__name__}" for word in missing):
        return UndeliverableError("NO_RESOURCE", message)
    if "AccessDenied" in name or "Forbidden" in name:
        return UndeliverableError("NO_PERMISSIONS", message)
    if "Throttl" in name or "TooManyRequests" in name:
        return UndeliverableError("THROTTLING", message, retry=True)
    return UndeliverableError("ERROR_FROM_TARGET", message, retry=True)
