"""EventBridge and its Scheduler, put together."""

from __future__ import annotations

from localaws.eventbridge import buses, rules, schedules
from localaws.eventbridge.deliveries import Deliveries
from localaws.eventbridge.rules import Rules
from localaws.eventbridge.schedules import Schedules
from localaws.eventbridge.scheduletargets import ScheduleTargets
from localaws.eventbridge.targets import Targets
from localaws.functions.service import Functions
from localaws.mending import Mends
from localaws.timing.timekeeping import Clock
from localaws.timing.timetable import Timetable


def install(mends: Mends, clock: Clock, functions: Functions) -> Deliveries:
    """Let events and schedules reach their targets; returns what is to be closed at the end."""
    deliveries, timetable = Deliveries(clock), Timetable(clock)
    buses.install(mends)
    rules.install(mends, Rules(clock, Targets(clock, functions), deliveries, timetable))
    schedules.install(
        mends, Schedules(clock, ScheduleTargets(clock, functions), deliveries, timetable)
    )
    return deliveries
