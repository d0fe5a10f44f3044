"""The targets of schedules: templated ones, and any action of an AWS API.

docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html and
.../managing-targets-universal.html
"""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from localaws import destinations
from localaws.destinations import Deliverer, UndeliverableError
from localaws.eventbridge import buses
from localaws.functions.service import Functions
from localaws.timing.timekeeping import Clock

# A universal target names a service as the AWS SDK for Java does.
NAMES = {"sfn": "stepfunctions", "eventbridge": "events", "cloudwatchlogs": "logs"}


class ScheduleTargets:
    """Invokes the target of a schedule."""

    def __init__(self, clock: Clock, functions: Functions) -> None:
        self._clock = clock
        self._functions = functions

    def reach(self, schedule: Any, given: str) -> None:
        """Invoke the target once.

        Args:
            schedule: moto's schedule.
            given: its input, with context attributes replaced.

        Raises:
            UndeliverableError: the target is not there, or refuses it.
        """
        target = schedule.target
        arn = target["Arn"]
        service = arn.split(":")[2]
        deliverer = Deliverer("scheduler.amazonaws.com", schedule.arn, target.get("RoleArn"))
        if destinations.hand_over(self._functions, target, given, deliverer):
            return
        if service == "events":
            self._put(target, given)
        elif service == "scheduler":
            _call(arn, given)
        else:
            raise UndeliverableError("NO_RESOURCE", f"{service} is no target here: {arn}")

    def _put(self, target: dict[str, Any], given: str) -> None:
        _, _, _, region, account, name = target["Arn"].split(":", 5)
        told = target.get("EventBridgeParameters") or {}
        detail, now = json.loads(given), self._clock.time()
        event = buses.new(account, region, told["Source"], told["DetailType"], [], detail, now)
        if not buses.put(account, region, name.removeprefix("event-bus/"), event):
            raise UndeliverableError("NO_RESOURCE", f"Event bus {name} does not exist.")


def _call(arn: str, given: str) -> None:
    """Call an action: the ARN is `arn:aws:scheduler:::aws-sdk:service:action`."""
    service, action = arn.rpartition("aws-sdk:")[2].split(":")
    client = boto3.client(NAMES.get(service, service))
    call = getattr(client, xform_name(action), None)
    if call is None:
        raise UndeliverableError("NO_RESOURCE", f"{service} has no action {action}.")
    try:
        call(**json.loads(given or "{}"))
    except ClientError as error:
        told = error.response["Error"]
        status = error.response["ResponseMetadata"].get("HTTPStatusCode", 400)
        again = status >= 500 or "Throttl" in told["Code"]
        raise UndeliverableError(told["Code"], told["Message"], again) from error
    except (BotoCoreError, TypeError, ValueError) as error:
        raise UndeliverableError("SDK_CLIENT_ERROR", str(error)) from error
