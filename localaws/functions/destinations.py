"""Where the record of an asynchronous invocation goes, and where its event, when it is given up.

docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.events.models import events_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from localaws.functions.reports import Invocation
from localaws.iam.grants import role_may
from localaws.timing.timekeeping import Clock

LONGEST_MESSAGE = 1024  # bytes of the error message that a dead letter has as an attribute

# What the function's execution role must be allowed to do, by the service of the target.
ACTIONS = {
    "events": "events:PutEvents",
    "lambda": "lambda:InvokeFunction",
    "sns": "sns:Publish",
    "sqs": "sqs:SendMessage",
}

Invoke = Callable[[str, str], object]  # a function's ARN, and an event


@dataclass(frozen=True)
class Ending:
    """How Lambda is through with an event.

    Attributes:
        condition: "Success", "RetriesExhausted", "EventAgeExceeded" or "ZeroReservedConcurrency".
        attempts: how often the function has been invoked with it.
        done: the last answer, where the function has run.
        status: of HTTP, as Invoke would have answered.
        message: the error message, in the words of the function or of Lambda.
    """

    request_id: str
    event: str
    condition: str
    attempts: int
    done: Invocation | None
    status: int
    message: str

    @property
    def succeeded(self) -> bool:
        return self.condition == "Success"


class Destinations:
    """Sends records and dead letters on."""

    def __init__(self, clock: Clock, invoke: Invoke) -> None:
        self._clock = clock
        self._invoke = invoke

    def tell(self, function: LambdaFunction, ending: Ending) -> None:
        """Send what the function's configuration asks for.

        Raises:
            PermissionError: the function's role may not.
        """
        for config in function.event_invoke_config[:1]:
            wanted = config.config.get("DestinationConfig") or {}
            side = "OnSuccess" if ending.succeeded else "OnFailure"
            target = (wanted.get(side) or {}).get("Destination")
            if target:
                _ask(function, target)
                self._send_record(function, target, ending)
        target = (getattr(function, "dead_letter_config", None) or {}).get("TargetArn")
        if target and not ending.succeeded:
            _ask(function, target)
            self._send_letter(target, ending)

    def _send_record(self, function: LambdaFunction, target: str, ending: Ending) -> None:
        record = self._record(function, ending)
        body = json.dumps(record)
        _, _, service, region, account, name = target.split(":", 5)
        if service == "sqs":
            sqs_backends[account][region].send_message(name, body)
        elif service == "sns":
            sns_backends[account][region].publish(body, target)
        elif service == "lambda":
            self._invoke(target, body)
        elif service == "events":
            outcome = "Success" if ending.succeeded else "Failure"
            entry = {
                "Source": "lambda",
                "DetailType": f"Lambda Function Invocation Result - {outcome}",
                "Resources": [target, record["requestContext"]["functionArn"]],
                "Detail": body,
                "EventBusName": name.removeprefix("event-bus/"),
            }
            events_backends[account][region].put_events([entry])

    def _record(self, function: LambdaFunction, ending: Ending) -> dict[str, Any]:
        now = self._clock.now()
        arn = function.function_arn
        qualified = arn if arn.count(":") > 6 else f"{arn}:{function.version}"
        record: dict[str, Any] = {
            "version": "1.0",
            "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z",
            "requestContext": {
                "requestId": ending.request_id,
                "functionArn": qualified,
                "condition": ending.condition,
                "approximateInvokeCount": ending.attempts,
            },
            "requestPayload": json.loads(ending.event),
        }
        if ending.done is not None:
            context = {"statusCode": 200, "executedVersion": str(function.version)}
            if ending.done.failed:
                context["functionError"] = "Unhandled"
            record["responseContext"] = context
            record["responsePayload"] = json.loads(ending.done.payload)
        return record

    @staticmethod
    def _send_letter(target: str, ending: Ending) -> None:
        """The event as it is; what went wrong stands in the message's attributes."""
        message = ending.message.encode()[:LONGEST_MESSAGE].decode("utf-8", "ignore")
        values = {
            "RequestID": ("String", ending.request_id),
            "ErrorCode": ("Number", str(ending.status)),
            "ErrorMessage": ("String", message or " "),
        }
        _, _, service, region, account, name = target.split(":", 5)
        if service == "sqs":
            attributes = {k: {"DataType": t, "StringValue": v} for k, (t, v) in values.items()}
            sqs_backends[account][region].send_message(name, ending.event, attributes)
        else:
            typed = {k: {"Type": t, "Value": v} for k, (t, v) in values.items()}
            sns_backends[account][region].publish(ending.event, target, message_attributes=typed)


def _ask(function: LambdaFunction, target: str) -> None:
    action = ACTIONS.get(target.split(":")[2], "")
    if action and not role_may(function.role, "lambda", action, target):
        raise PermissionError(f"{function.role} does not allow {action} on {target}.")
