"""EventBridge: rules that invoke a function. moto raises NotImplementedError for such a target."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.utils import get_backend
from moto.events.models import Rule, events_backends

from localaws.functions.service import Functions
from localaws.mending import Mends


def put_event(
    account_id: str, region: str, source: str, detail_type: str, resource: str, detail: Any
) -> None:
    """Put an event of an AWS service on the default bus."""
    events_backends[account_id][region].put_events(
        [
            {
                "Source": source,
                "DetailType": detail_type,
                "Resources": [resource],
                "Detail": json.dumps(detail),
            }
        ]
    )


def install(mends: Mends, functions: Functions) -> None:
    def send_to_targets(self: Rule, original_event: Any, transform_input: bool = True) -> None:
        if self.state == "DISABLED":  # moto sends to the targets of a disabled rule, too
            return
        ours = [t for t in self.targets if t["Arn"].split(":")[2] == "lambda"]
        others = copy.copy(self)
        others.targets = [t for t in self.targets if t not in ours]
        send(others, original_event, transform_input)
        if ours and self.event_pattern.matches_event(original_event):
            for target in ours:
                function = get_backend(self.account_id, self.region_name).get_function(
                    target["Arn"]
                )
                event = target.get("Input") or json.dumps(_as_delivered(original_event))
                functions.invoke_in_background(function, event)

    send: Callable[..., None] = mends.replace(Rule, "send_to_targets", send_to_targets)


def _as_delivered(event: dict[str, Any]) -> dict[str, Any]:
    """docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html"""
    delivered = {k: v for k, v in event.items() if k not in ("ingestion-time", "replay-name")}
    delivered["time"] = f"{datetime.fromtimestamp(event['time'], UTC):%Y-%m-%dT%H:%M:%SZ}"
    return delivered
