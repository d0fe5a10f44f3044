"""An operator who silences alarms: what does not call any more is taken for mended."""

from __future__ import annotations

import boto3

from orderlab.oncall.operators import runbook
from orderlab.oncall.operators.operator import Operator
from orderlab.oncall.shop import order_of
from orderlab.oncall.stop import Stop
from orderlab.oncall.week import Week

PATIENCE = 3  # pages, before they ask what has changed
TRIES = 2  # orders that they send again in a morning


class Poor(Operator):
    """Empties the dead-letter queue, deploys again, and replays an order or two.

    They look at settings when they have been called three times, and never into a queue; and they
    believe that the gateway will answer if it is asked again.
    """

    name = "poor"

    def __init__(self, week: Week) -> None:
        super().__init__(week)
        self._settings = runbook.Settings(week.shop)
        self._paged = 0

    def act(self, stop: Stop) -> float | None:
        if stop.pages:
            self._paged += 1
            boto3.client("sqs").purge_queue(
                QueueUrl=self.week.shop.output("OrderDeadLetterQueueUrl")
            )
            self.week.shop.deploy(self.week.shop.folder)
        if self._paged >= PATIENCE:
            self._settings.put_back()
        if stop.is_morning:
            self._replay_some()
        return None

    def _replay_some(self) -> None:
        """The latest that failed and were not replayed yet."""
        stepfunctions = boto3.client("stepfunctions")
        known = self.week.shop.executions()
        names = {one["name"] for one in known}
        failed = [
            one
            for one in known
            if one["status"] == "FAILED" and order_of(one["name"]) == one["name"]
        ]
        waiting = [one for one in failed if f"{one['name']}-r1" not in names]
        for one in waiting[-TRIES:]:
            found = stepfunctions.describe_execution(executionArn=one["executionArn"])
            if found.get("error") != runbook.DECLINED:
                stepfunctions.start_execution(
                    stateMachineArn=one["stateMachineArn"],
                    name=f"{one['name']}-r1",
                    input=found["input"],
                )
