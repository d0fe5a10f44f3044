"""EventBridge Scheduler: schedules that come at their time, with zones, windows and an end.

docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from moto.moto_api._internal import mock_random
from moto.scheduler.exceptions import ValidationException
from moto.scheduler.models import (
    EventBridgeSchedulerBackend,
    Schedule,
    ScheduleGroup,
    scheduler_backends,
)
from moto.scheduler.responses import EventBridgeSchedulerResponse

from localaws import seeds
from localaws.destinations import Deliverer, compact
from localaws.eventbridge import expressions
from localaws.eventbridge.deliveries import Deliveries, Delivery
from localaws.eventbridge.expressions import Expression, Rate
from localaws.eventbridge.scheduletargets import ScheduleTargets
from localaws.iam import roles
from localaws.mending import Mends
from localaws.timing.timekeeping import Clock
from localaws.timing.timetable import Timetable

A_MOMENT = timedelta(microseconds=1)


class Schedules:
    """Lets schedules come, and invoke their targets."""

    def __init__(
        self, clock: Clock, targets: ScheduleTargets, deliveries: Deliveries, timetable: Timetable
    ) -> None:
        self._clock, self._targets = clock, targets
        self._deliveries, self._timetable = deliveries, timetable

    def follow(self, schedule: Schedule) -> None:
        """Let a schedule come from now on, if it is enabled.

        A rate begins with its StartDate, or else at once. One-time schedules ignore StartDate.
        """
        self._timetable.strike(schedule.arn)
        if schedule.state == "DISABLED":
            return
        expression = read(schedule.schedule_expression, schedule.schedule_expression_timezone)
        now = self._clock.now()
        start = _moment(schedule.start_date) if expression.recurs else None
        begun = start or now
        included = start is not None or isinstance(expression, Rate)
        after = max(begun, now) - (A_MOMENT if included else timedelta(0))
        self._enter(schedule, expression, begun, after)

    def forget(self, schedule: Schedule) -> None:
        """Let it come no more."""
        self._timetable.strike(schedule.arn)

    def _enter(
        self, schedule: Schedule, expression: Expression, begun: datetime, after: datetime
    ) -> bool:
        """Whether it comes once more, after a moment."""
        when = expression.following(after, begun)
        end = _moment(schedule.end_date) if expression.recurs else None
        if when is None or (end is not None and when > end):
            return False
        come = partial(self._come, schedule, expression, begun, when)
        self._timetable.enter(schedule.arn, when, come)
        return True

    def _come(
        self, schedule: Schedule, expression: Expression, begun: datetime, when: datetime
    ) -> None:
        goes_on = self._enter(schedule, expression, begun, when)
        window = schedule.flexible_time_window
        if window.get("Mode") == "FLEXIBLE":
            minutes = float(window["MaximumWindowInMinutes"])
            later = when + timedelta(minutes=float(mock_random.uniform(0, minutes)))
            begin = partial(self._invoke, schedule, when, goes_on)
            self._timetable.enter(f"{schedule.arn} {when}", later, begin)
        else:
            self._invoke(schedule, when, goes_on)

    def _invoke(self, schedule: Schedule, when: datetime, goes_on: bool) -> None:
        scheduled = f"{when:%Y-%m-%dT%H:%M:%SZ}"
        given = schedule.target.get("Input") or _notification(schedule, scheduled)
        told = {"SCHEDULE_ARN": schedule.arn, "TARGET_ARN": schedule.target["Arn"]}
        self._deliveries.begin(
            Delivery(
                attempt=partial(self._reach, schedule, given, scheduled),
                body=lambda: given,
                attributes=told | {"SCHEDULED_TIME": scheduled},
                policy=schedule.target.get("RetryPolicy") or {},
                dead_letters=(schedule.target.get("DeadLetterConfig") or {}).get("Arn"),
                deliverer=Deliverer(
                    "scheduler.amazonaws.com", schedule.arn, schedule.target.get("RoleArn")
                ),
            )
        )
        if not goes_on and schedule.action_after_completion == "DELETE":
            _drop(schedule)

    def _reach(self, schedule: Schedule, given: str, scheduled: str, retries: int) -> None:
        """docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html"""
        context = {
            "schedule-arn": schedule.arn,
            "scheduled-time": scheduled,
            "execution-id": mock_random.get_random_hex(16),
            "attempt-number": str(retries + 1),
        }
        for name, value in context.items():
            given = given.replace(f"<aws.scheduler.{name}>", value)
        self._targets.reach(schedule, given)


def read(text: str, zone: str | None) -> Expression:
    """A schedule's expression.

    Raises:
        ValidationException: it is none, or there is no such time zone.
    """
    try:
        found = ZoneInfo(zone) if zone and zone != "UTC" else None
    except (ZoneInfoNotFoundError, ValueError):
        raise ValidationException(f"Invalid Schedule Expression Timezone {zone}.") from None
    try:
        return expressions.read(text, found)
    except ValueError:
        raise ValidationException(f"Invalid Schedule Expression {text}.") from None


def _check_role(target: dict[str, Any], group: ScheduleGroup) -> None:
    """See that Scheduler may assume the role, on behalf of the schedule's group.

    docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    if not roles.trusts(str(target.get("RoleArn")), "scheduler", group.arn):
        raise ValidationException(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the "
            "role."
        )


def _moment(given: Any) -> datetime | None:
    """A time as the API has it, in seconds, or CloudFormation, as text."""
    if given is None or given == "":
        return None
    if isinstance(given, str) and not given.replace(".", "", 1).isdecimal():
        moment = datetime.fromisoformat(given)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.fromtimestamp(float(given), UTC)


def _notification(schedule: Schedule, scheduled: str) -> str:
    """What a target gets that has no Input. The detail is a text (recordings)."""
    _, _, _, region, account, _ = schedule.arn.split(":", 5)
    return compact(
        {
            "version": "0",
            "id": str(seeds.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": account,
            "time": scheduled,
            "region": region,
            "resources": [schedule.arn],
            "detail": "{}",
        }
    )


def _drop(schedule: Schedule) -> None:
    _, _, _, region, account, _ = schedule.arn.split(":", 5)
    group = scheduler_backends[account][region].schedule_groups.get(schedule.group_name)
    if group is not None and group.schedules.get(schedule.name) is schedule:
        group.delete_schedule(schedule.name)


def install(mends: Mends, schedules: Schedules) -> None:
    _mend_schedules(mends, schedules)
    _mend_update(mends)


def _mend_schedules(mends: Mends, schedules: Schedules) -> None:
    """moto stores any expression with any role, and no schedule comes (scheduler/models.py:184).

    A group that is not there is a KeyError.
    """

    def create_schedule(self: EventBridgeSchedulerBackend, **given: Any) -> Schedule:
        group = self.get_schedule_group(given.get("group_name"))
        read(given["schedule_expression"], given.get("schedule_expression_timezone"))
        _check_role(given["target"], group)
        schedule = create(self, **given)
        schedules.follow(schedule)
        return schedule

    def update_schedule(self: EventBridgeSchedulerBackend, **given: Any) -> Schedule:
        group = self.get_schedule_group(given.get("group_name"))
        read(given["schedule_expression"], given.get("schedule_expression_timezone"))
        _check_role(given["target"], group)
        schedule = update(self, **given)
        schedule.state = schedule.state or "ENABLED"
        schedules.follow(schedule)
        return schedule

    def delete_schedule(
        self: EventBridgeSchedulerBackend, group_name: str | None, name: str
    ) -> None:
        schedule = self.get_schedule(group_name, name)
        delete(self, group_name, name)
        schedules.forget(schedule)

    def delete_schedule_group(self: EventBridgeSchedulerBackend, name: str | None) -> None:
        for schedule in self.get_schedule_group(name).schedules.values():
            schedules.forget(schedule)
        drop(self, name)

    backend = EventBridgeSchedulerBackend
    create: Callable[..., Schedule] = mends.replace(backend, "create_schedule", create_schedule)
    update: Callable[..., Schedule] = mends.replace(backend, "update_schedule", update_schedule)
    delete: Callable[..., None] = mends.replace(backend, "delete_schedule", delete_schedule)
    drop: Callable[..., None] = mends.replace(
        backend, "delete_schedule_group", delete_schedule_group
    )


def _mend_update(mends: Mends) -> None:
    """moto's UpdateSchedule drops ActionAfterCompletion (scheduler/responses.py:64)."""

    def update_schedule(self: EventBridgeSchedulerResponse) -> str:
        name = self.uri.split("?")[0].split("/")[-1]
        answer: str = update(self)
        schedule = self.scheduler_backend.get_schedule(self._get_param("GroupName"), name)
        schedule.action_after_completion = self._get_param("ActionAfterCompletion")
        return answer

    update: Callable[..., str] = mends.replace(
        EventBridgeSchedulerResponse, "update_schedule", update_schedule
    )
