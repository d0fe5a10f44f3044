"""Rules: what matches their pattern or comes by their schedule goes to their targets."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from moto.core.utils import unix_time
from moto.events.exceptions import InvalidEventPatternException, ValidationException
from moto.events.models import EventPattern, EventPatternParser, EventsBackend, Rule
from moto.events.responses import EventsHandler

from localaws.destinations import Deliverer, UndeliverableError, compact
from localaws.eventbridge import buses, expressions, inputs, targets
from localaws.eventbridge.deliveries import Deliveries, Delivery
from localaws.eventbridge.expressions import Expression
from localaws.eventbridge.targets import Targets
from localaws.mending import Mends
from localaws.observability import eventmetrics
from localaws.ruler import rules as ruler
from localaws.timing.timekeeping import Clock
from localaws.timing.timetable import Timetable

Event = dict[str, Any]

# What TestEventPattern wants of an event.
FIELDS = ("id", "account", "source", "time", "region", "detail-type")


class Rules:
    """Sends events to the targets of rules, and lets scheduled rules come."""

    def __init__(
        self, clock: Clock, found: Targets, deliveries: Deliveries, timetable: Timetable
    ) -> None:
        self._clock, self._targets = clock, found
        self._deliveries, self._timetable = deliveries, timetable

    def send(self, rule: Rule, event: Event, given: bool = False) -> None:
        """Send an event to every target of a rule.

        Args:
            given: whether a target gets the event itself, and nothing made of it.
        """
        eventmetrics.matched(rule)
        for target in list(rule.targets):
            if _is_archive(target):
                _archive(rule, target, event)
                continue
            text = compact(event) if given else inputs.of(target, event, rule, event["time"])
            self._deliveries.begin(
                Delivery(
                    attempt=partial(self._reach, rule, target, text, event),
                    body=partial(compact, event),
                    attributes={"RULE_ARN": rule.arn, "TARGET_ARN": target["Arn"]},
                    policy=target.get("RetryPolicy") or {},
                    dead_letters=(target.get("DeadLetterConfig") or {}).get("Arn"),
                    deliverer=Deliverer("events.amazonaws.com", rule.arn),
                )
            )

    def follow(self, rule: Rule) -> None:
        """Let a rule come by its schedule from now on, if it has one and is enabled."""
        self._timetable.strike(rule.arn)
        if rule.scheduled_expression and rule.state != "DISABLED":
            now = self._clock.now()
            self._enter(rule, expressions.read_rule(rule.scheduled_expression), now, now)

    def forget(self, rule: Rule) -> None:
        """Let it come no more."""
        self._timetable.strike(rule.arn)

    def _enter(self, rule: Rule, expression: Expression, begun: datetime, after: datetime) -> None:
        when = expression.following(after, begun)
        if when is not None:
            come = partial(self._come, rule, expression, begun, when)
            self._timetable.enter(rule.arn, when, come)

    def _come(self, rule: Rule, expression: Expression, begun: datetime, when: datetime) -> None:
        """docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html"""
        self._enter(rule, expression, begun, when)
        place = (rule.account_id, rule.region_name)
        kind, seconds = "Scheduled Event", when.timestamp()
        event = buses.new(*place, "aws.events", kind, [rule.arn], {}, seconds)
        self.send(rule, event)

    def _reach(self, rule: Rule, target: Event, text: str, event: Event, _: int) -> None:
        try:
            self._targets.reach(rule, target, text, event)
        except UndeliverableError as error:
            if not error.retry:
                eventmetrics.target_invoked(rule, failed=True)
            raise
        eventmetrics.target_invoked(rule, failed=False)


def _is_archive(target: dict[str, Any]) -> bool:
    """moto gives the rule of an archive a target that leads nowhere."""
    return str(target["Arn"]).endswith(":::")


def _archive(rule: Rule, target: dict[str, Any], event: Event) -> None:
    template = target["InputTransformer"]["InputTemplate"]
    arn = template.partition('"archive-arn": "')[2].partition('"')[0]
    kept: Any = event | {"ingestion-time": unix_time()}
    rule._send_to_events_archive(arn.rpartition("archive/")[2], kept)


def install(mends: Mends, rules: Rules) -> None:
    _mend_patterns(mends)
    _mend_test_event_pattern(mends)
    _mend_send_to_targets(mends, rules)
    _mend_put_targets(mends)
    _mend_schedules(mends, rules)


def _mend_patterns(mends: Mends) -> None:
    """moto refuses hardly any pattern, and matches some otherwise (events/models.py:959, 1142).

    A rule that has a schedule alone matches every event there.
    """

    def parse(self: EventPatternParser) -> dict[str, Any]:
        if not self.pattern:
            return {}
        try:
            ruler.read(self.pattern)
        except ruler.InvalidRuleError as error:
            raise InvalidEventPatternException(reason=str(error)) from None
        pattern: dict[str, Any] = json.loads(self.pattern)
        return pattern

    def matches_event(self: EventPattern, event: Any) -> bool:
        return bool(self._raw_pattern) and ruler.read(str(self._raw_pattern)).matches(event)

    mends.replace(EventPatternParser, "parse", parse)
    mends.replace(EventPattern, "matches_event", matches_event)


def _mend_test_event_pattern(mends: Mends) -> None:
    """moto answers TestEventPattern with nothing (events/responses.py:210)."""

    def test_event_pattern(self: EventsHandler) -> tuple[str, dict[str, Any]]:
        pattern = EventPattern.load(self._get_param("EventPattern"))
        try:
            event = json.loads(self._get_param("Event"))
        except ValueError:
            event = None
        if not isinstance(event, dict) or any(name not in event for name in FIELDS):
            raise ValidationException("Parameter Event is not valid.")
        return json.dumps({"Result": pattern.matches_event(event)}), self.response_headers

    mends.replace(EventsHandler, "test_event_pattern", test_event_pattern)


def _mend_send_to_targets(mends: Mends, rules: Rules) -> None:
    """moto knows neither functions nor topics nor state machines as targets, and sends to those of
    a disabled rule, too (events/models.py:140, 202).
    """

    def send_to_targets(self: Rule, original_event: Any, transform_input: bool = True) -> None:
        if self.state != "DISABLED" and self.event_pattern.matches_event(original_event):
            event = {k: v for k, v in original_event.items() if k != "ingestion-time"}
            rules.send(self, event, not transform_input)

    mends.replace(Rule, "send_to_targets", send_to_targets)


def _mend_put_targets(mends: Mends) -> None:
    """moto takes a target without the role that it needs (events/models.py:1394)."""

    def put_targets(
        self: EventsBackend, name: str, event_bus_arn: str | None, targets_: list[dict[str, Any]]
    ) -> None:
        for problem in filter(None, map(targets.problem, targets_)):
            raise ValidationException(problem)
        put(self, name, event_bus_arn, targets_)

    put: Callable[..., None] = mends.replace(EventsBackend, "put_targets", put_targets)


def _mend_schedules(mends: Mends, rules: Rules) -> None:
    """moto stores a schedule, any text in brackets, and does nothing (events/models.py:1204)."""

    def put_rule(
        self: EventsBackend,
        name: str,
        description: str | None = None,
        event_bus_arn: str | None = None,
        event_pattern: str | None = None,
        role_arn: str | None = None,
        scheduled_expression: str | None = None,
        *given: Any,
        **named: Any,
    ) -> Rule:
        if scheduled_expression:
            try:
                expressions.read_rule(scheduled_expression)
            except ValueError:
                problem = "Parameter ScheduleExpression is not valid."
                raise ValidationException(problem) from None
        texts = (description, event_bus_arn, event_pattern, role_arn, scheduled_expression)
        rule = put(self, name, *texts, *given, **named)
        rules.follow(rule)
        return rule

    def delete_rule(self: EventsBackend, name: str, event_bus_arn: str | None) -> None:
        bus = self.event_buses.get(self._normalize_event_bus_arn(event_bus_arn))
        rule = bus.rules.get(name) if bus else None
        delete(self, name, event_bus_arn)
        if rule is not None:
            rules.forget(rule)

    def enable(self: Rule) -> None:
        turn_on(self)
        rules.follow(self)

    def disable(self: Rule) -> None:
        turn_off(self)
        rules.forget(self)

    put: Callable[..., Rule] = mends.replace(EventsBackend, "put_rule", put_rule)
    delete: Callable[..., None] = mends.replace(EventsBackend, "delete_rule", delete_rule)
    turn_on: Callable[..., None] = mends.replace(Rule, "enable", enable)
    turn_off: Callable[..., None] = mends.replace(Rule, "disable", disable)
