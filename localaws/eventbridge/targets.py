"""The targets of rules: functions, queues, topics, state machines, log groups and other buses.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html. API destinations are moto's.
"""

from __future__ import annotations

import json
from typing import Any

from moto.events.models import Rule
from moto.logs.models import logs_backends
from moto.moto_api._internal import mock_random

from localaws import destinations
from localaws.destinations import Deliverer, UndeliverableError
from localaws.eventbridge import buses
from localaws.functions.service import Functions
from localaws.timing.timekeeping import Clock

# Targets that only a role may reach: .../eb-use-identity-based.html
NEEDS_ROLE = ("states", "kinesis", "firehose", "ecs", "batch", "codepipeline", "codebuild", "ssm")


class Targets:
    """Hands events to the targets of rules."""

    def __init__(self, clock: Clock, functions: Functions) -> None:
        self._clock = clock
        self._functions = functions

    def reach(self, rule: Rule, target: dict[str, Any], given: str, event: dict[str, Any]) -> None:
        """Hand a target what it gets of an event, once.

        Args:
            rule: the rule whose target it is.
            target: as PutTargets takes it.
            given: JSON text, or any text of an input transformer.
            event: the event itself, which another bus gets.

        Raises:
            UndeliverableError: the target is not there, or refuses it.
        """
        arn = target["Arn"]
        service = arn.split(":")[2]
        deliverer = Deliverer("events.amazonaws.com", rule.arn, target.get("RoleArn"))
        if destinations.hand_over(self._functions, target, given, deliverer):
            return
        if service == "logs":
            self._log(arn, given)
        elif service == "events":
            self._put(arn, event)
        else:
            raise UndeliverableError("NO_RESOURCE", f"{service} is no target here: {arn}")

    def _log(self, arn: str, given: str) -> None:
        """Each event gets a log stream of its own, as on AWS."""
        _, _, _, region, account, _, group = arn.removesuffix(":*").split(":", 6)
        logs = logs_backends[account][region]
        if group not in logs.groups:
            raise UndeliverableError("NO_RESOURCE", f"The log group {group} does not exist.")
        stream = str(mock_random.uuid4())
        logs.create_log_stream(group, stream)
        entry = {"timestamp": int(self._clock.time() * 1000), "message": given}
        logs.put_log_events(group, stream, [entry])

    @staticmethod
    def _put(arn: str, event: dict[str, Any]) -> None:
        """Another bus gets the event as it is: its source, its id and its time."""
        _, _, _, region, account, name = arn.split(":", 5)
        if not buses.put(account, region, name.removeprefix("event-bus/"), event):
            raise UndeliverableError("NO_RESOURCE", f"Event bus {name} does not exist.")


def problem(target: dict[str, Any]) -> str | None:
    """What PutTargets says of a target that it refuses; None of one that it takes."""
    arn = target["Arn"]
    if arn.split(":")[2] in NEEDS_ROLE and not target.get("RoleArn"):
        return f"RoleArn is required for target {arn}."
    given = target.get("Input")
    if given is not None:
        try:
            json.loads(given)
        except ValueError:
            return f"JSON syntax error in input for target {target['Id']}"
    return None
