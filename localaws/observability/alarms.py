"""Alarms at work: evaluated each minute in which their state can change, and what they then do.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from moto.awslambda.utils import get_backend
from moto.cloudwatch.models import Alarm, cloudwatch_backends
from moto.sns.models import sns_backends

from localaws.iam import deliveries
from localaws.observability import evaluation, metrics, metricsapi, notices
from localaws.observability.alarmrules import (
    actions_of,
    has_few_samples,
    points_of,
    queries_of,
    rule_of,
)
from localaws.observability.composite import CompositeRule
from localaws.observability.evaluation import ALARM, INSUFFICIENT_DATA, OK, Rule
from localaws.observability.metrics import MINUTE, Key
from localaws.timing.timekeeping import Clock

HISTORY_KEPT = 30 * 86400  # docs.aws.amazon.com: alarm history is kept for 30 days
# As whom CloudWatch comes to what it reaches:
# docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
PRINCIPALS = {
    "lambda": "lambda.alarms.cloudwatch.amazonaws.com",
    "sns": "cloudwatch.amazonaws.com",
}
ASYNCHRONOUSLY = {"X-Amz-Invocation-Type": "Event"}
CREATED = "Unchecked: Initial alarm creation"

Place = tuple[str, str]  # account id and Region
PutEvent = Callable[[str, str, str, str, str, Any], None]

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Watch:
    """An alarm and what it watches.

    Attributes:
        keys: the metrics it reads; a composite alarm reads none.
        due: the minute, in seconds since 1970, at which it is evaluated next, if at all.
        composite: its rule, parsed.
    """

    alarm: Alarm
    place: Place
    keys: list[Key] = field(default_factory=list)
    due: int | None = None
    composite: CompositeRule | None = None
    rule: Rule | None = None


class Alarms:
    """Every alarm. One that nothing can change costs nothing."""

    def __init__(self, clock: Clock, put_event: PutEvent) -> None:
        """`put_event`: puts an event of an AWS service on the default bus."""
        self._clock, self._put_event = clock, put_event
        self._watches: dict[tuple[Place, str], Watch] = {}
        self.history: dict[Place, list[dict[str, Any]]] = {}
        self._call = clock.attend(self._evaluate_due)

    def now(self) -> datetime:
        return self._clock.now()

    def watch(self, alarm: Alarm, place: Place) -> None:
        """Begin to evaluate an alarm that has been made or changed."""
        self.forget(alarm.name, place)
        watch = self._watches[place, alarm.name] = Watch(alarm, place)
        if alarm.rule is not None:
            watch.composite = CompositeRule(alarm.rule)
            return
        watch.rule = rule_of(alarm)
        watch.keys = metricsapi.keys_of(queries_of(alarm))
        for key in watch.keys:
            told = metrics.store(*place).watched.setdefault(key, [])
            told.append(partial(self._look_at, watch))
        watch.due = self._next_minute()
        self._call()

    def forget(self, name: str, place: Place) -> None:
        """An alarm is deleted, or is about to be another."""
        watch = self._watches.pop((place, name), None)
        if watch is None:
            return
        watch.due = None
        watched = metrics.store(*place).watched
        for key in watch.keys:
            watched.pop(key, None)
        for other in self._watches.values():
            for key in other.keys:
                if key in watch.keys and other.place == place:
                    watched.setdefault(key, []).append(partial(self._look_at, other))

    def begin_composite(self, alarm: Alarm, place: Place, done: str) -> None:
        """Evaluate a composite alarm that has been made or changed: at once.

        Args:
            done: "created" or "updated".
        """
        watch = self._watches[place, alarm.name]
        state = self._composite_state(watch)
        reason = f"{alarm.alarm_arn} was {done} and its alarm rule evaluates to {state}"
        assert watch.composite is not None
        self._change(watch, state, reason, self._triggering(watch, watch.composite.alarms))

    def set_state(
        self, alarm: Alarm, place: Place, state: str, reason: str, data: str | None
    ) -> None:
        """SetAlarmState: it lasts until the next evaluation."""
        watch = self._watches[place, alarm.name]
        self._change(watch, state, reason, None if data is None else json.loads(data))
        if watch.composite is None:
            watch.due = self._next_minute()
            self._call()

    def record(self, alarm: Alarm, place: Place, kind: str, summary: str, data: Any) -> None:
        """Add to the history of an alarm."""
        now = self._clock.now()
        kept = self.history.setdefault(place, [])
        while kept and (now - kept[0]["Timestamp"]).total_seconds() > HISTORY_KEPT:
            kept.pop(0)
        kept.append(
            {
                "AlarmName": alarm.name,
                "AlarmType": "MetricAlarm" if alarm.rule is None else "CompositeAlarm",
                "Timestamp": now,
                "HistoryItemType": kind,
                "HistorySummary": summary,
                "HistoryData": json.dumps(data, separators=(",", ":")),
            }
        )

    def _next_minute(self) -> int:
        return int(self._clock.time()) // MINUTE * MINUTE + MINUTE

    def _look_at(self, watch: Watch, slot: int) -> None:
        """There are data of the minute from `slot` on: evaluate when it is over, or now."""
        minute = max(
            math.ceil(self._clock.time() / MINUTE) * MINUTE, slot // MINUTE * MINUTE + MINUTE
        )
        if watch.due is None or watch.due > minute:
            watch.due = minute
            self._call()

    def _evaluate_due(self) -> float | None:
        """Evaluate what is due; tells in how many seconds something will be."""
        now = self._clock.time()
        for watch in list(self._watches.values()):
            if watch.due is not None and watch.due <= now:
                watch.due = None
                try:
                    self._evaluate(watch, now)
                except Exception:
                    log.exception("The alarm %s cannot be evaluated.", watch.alarm.name)
        due = min((w.due for w in self._watches.values() if w.due is not None), default=None)
        return None if due is None else max(0.0, due - self._clock.time())

    def _evaluate(self, watch: Watch, now: float) -> None:
        rule, end = watch.rule, int(now) // MINUTE * MINUTE
        assert rule is not None
        start = end - rule.range * rule.period
        store = metrics.store(*watch.place)
        latest = max((store.latest(key) or 0 for key in watch.keys), default=0)
        if latest >= start:
            watch.due = end + MINUTE  # what there is grows older, and then counts no more
        points = points_of(watch.alarm, rule, store, end)
        if has_few_samples(watch.alarm, points[: rule.periods]):
            return
        verdict = evaluation.evaluate(rule, points, now)
        if verdict is not None and verdict.state != watch.alarm.state_value:
            self._change(watch, verdict.state, verdict.reason, verdict.data)

    def _change(self, watch: Watch, state: str, reason: str, data: Any) -> None:
        """Put an alarm into a state, and do what it does then."""
        alarm, now = watch.alarm, self._clock.now()
        previous, old = notices.state(alarm), _recorded(alarm)
        changed = state != alarm.state_value
        alarm.state_value, alarm.state_reason = state, reason
        alarm.state_reason_data = None if data is None else json.dumps(data, separators=(",", ":"))
        alarm.state_updated_timestamp = now
        if not changed:
            return
        alarm.state_transitioned_timestamp = now
        self.record(
            alarm,
            watch.place,
            "StateUpdate",
            f"Alarm updated from {previous['value']} to {state}",
            {"version": "1.0", "oldState": old, "newState": _recorded(alarm)},
        )
        self._put_event(
            *watch.place,
            "aws.cloudwatch",
            "CloudWatch Alarm State Change",
            alarm.alarm_arn,
            notices.detail(alarm, previous),
        )
        if alarm.actions_enabled:
            for action in actions_of(alarm, state):
                self._act(watch, action, previous)
        self._tell_parents(watch)

    def _act(self, watch: Watch, action: str, previous: dict[str, Any]) -> None:
        alarm = watch.alarm
        data: dict[str, Any] = {
            "actionState": "Succeeded",
            "stateUpdateTimestamp": int(alarm.state_updated_timestamp.timestamp() * 1000),
            "notificationResource": action,
        }
        summary = f"Successfully executed action {action}"
        try:
            data |= self._execute(watch, action, previous)
        except Exception as error:  # noqa: BLE001  the history tells of it, as on AWS
            why = getattr(error, "message", None) or str(error)
            data |= {"actionState": "Failed", "error": why}
            summary = f'Failed to execute action {action}. Received error: "{why}"'
        self.record(alarm, watch.place, "Action", summary, data)

    @staticmethod
    def _execute(watch: Watch, action: str, previous: dict[str, Any]) -> dict[str, Any]:
        """Publish to a topic or invoke a function; returns what the history tells besides."""
        alarm, kind = watch.alarm, action.split(":")[2]
        if kind not in PRINCIPALS:
            raise NotImplementedError(f"The local AWS cannot execute the action {action}.")
        refused = deliveries.refusal(PRINCIPALS[kind], alarm.alarm_arn, action)
        if refused is not None:
            raise PermissionError(refused)
        if kind == "lambda":
            event = json.dumps(notices.function_event(alarm, previous))
            get_backend(*watch.place).invoke(action, None, event, ASYNCHRONOUSLY, {})
            return {}
        message = notices.message(alarm, previous)
        _, _, _, region, account, _ = action.split(":", 5)
        topics = sns_backends[account][region]
        topics.publish(message=message, arn=action, subject=notices.subject(alarm))
        return {"publishedMessage": json.dumps({"default": message}, separators=(",", ":"))}

    def _tell_parents(self, child: Watch) -> None:
        alarm = child.alarm
        moment = alarm.state_updated_timestamp
        for parent in list(self._watches.values()):
            if parent.composite is None or parent.place != child.place:
                continue
            if alarm.name in parent.composite.alarms:
                state = self._composite_state(parent)
                if state != parent.alarm.state_value:
                    reason = f"{alarm.alarm_arn} transitioned to {alarm.state_value} at "
                    reason += f"{moment:%A %d %B, %Y %H:%M:%S} UTC"
                    self._change(parent, state, reason, self._triggering(parent, [alarm.name]))

    def _composite_state(self, watch: Watch) -> str:
        assert watch.composite is not None
        alarms = cloudwatch_backends[watch.place[0]][watch.place[1]].alarms

        def state_of(name: str) -> str:
            alarm = alarms.get(name)
            return alarm.state_value if alarm is not None else INSUFFICIENT_DATA

        return ALARM if watch.composite.holds(state_of) else OK

    def _triggering(self, watch: Watch, names: list[str]) -> dict[str, Any]:
        alarms = cloudwatch_backends[watch.place[0]][watch.place[1]].alarms
        told = []
        for alarm in (alarms[name] for name in names if name in alarms):
            state = notices.state(alarm)
            told.append(
                {
                    "arn": alarm.alarm_arn,
                    "state": {"value": state["value"], "timestamp": state["timestamp"]},
                }
            )
        return {"triggeringAlarms": told}


def _recorded(alarm: Alarm) -> dict[str, Any]:
    told: dict[str, Any] = {"stateValue": alarm.state_value, "stateReason": alarm.state_reason}
    if alarm.state_reason_data:
        told["stateReasonData"] = json.loads(alarm.state_reason_data)
    return told
