"""What an execution goes through again: the first events of another one.

The interpreter walks its own way through the definition. An event that the past holds is taken
from there, and not written again; a wait lasts as long as was left of it. The order is that of the
past, line by line, so that branches of a Parallel and iterations of a Map stand where they stood.
Nobody runs on before all have come so far. Where the definition has been changed so that the past
no longer fits, nobody ever does: `next` is the event that it does not come to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from localaws.timing.timekeeping import SECOND, Clock

TRIES = {f"{kind}Scheduled" for kind in ("Task", "LambdaFunction", "Activity")}
TRIED_AGAIN = TRIES | {"MapStateStarted", "ParallelStateStarted"}

Event = dict[str, Any]


class Past:
    """What an execution goes through again.

    Attributes:
        at: the number of the last event that it goes through.
        next: the number of the event that is to come, `at + 1` when all have.
        changed: by their names, the states that are not what they were: before and now.
    """

    def __init__(
        self,
        events: list[Event],
        at: int,
        offset: timedelta,
        clock: Clock,
        changed: dict[str, tuple[dict[str, Any], dict[str, Any]]],
    ) -> None:
        """
        Args:
            events: all of the execution that is gone through again, as moto keeps them.
            at: the number of the last one that is.
            offset: how much later it happens this time.
            clock: the simulated one.
            changed: the states that are not what they were.
        """
        self.at = at
        self.next = 2  # nobody writes ExecutionStarted again
        self._offset = offset
        self.changed = changed
        self._turn = clock.event()
        self._events = {int(event["id"]): event for event in events}
        self._followers: dict[int, list[Event]] = {}
        for event in events:
            self._followers.setdefault(int(event["previousEventId"]), []).append(event)
        self._taken: set[int] = {1}

    @property
    def complete(self) -> bool:
        """Whether all has been gone through."""
        return self.next > self.at

    @property
    def next_event(self) -> Event:
        """The event that is to come."""
        return self._events[self.next]

    @property
    def elapsed(self) -> float:
        """Seconds from the execution's start to where it goes on live."""
        return (time_of(self._events[self.at]) - time_of(self._events[1])) / SECOND

    @property
    def history(self) -> list[Event]:
        """The events that are gone through, as they stand in the history this time."""
        gone_through = (self._events[number] for number in range(1, self.at + 1))
        return [
            {**event, "timestamp": _stamp(time_of(event) + self._offset)} for event in gone_through
        ]

    # Events.

    def follow(self, manager: Any) -> None:
        """Have what writes a history look here first."""
        add: Callable[..., int] = manager.add_event

        def add_event(
            context: Any,
            event_type: str,
            event_details: EventDetails | None = None,
            timestamp: Any = None,
            update_source_event_id: bool = True,
        ) -> int:
            number = self._take(context.source_event_id, event_type, event_details)
            if number is None:
                return add(context, event_type, event_details, timestamp, update_source_event_id)
            context.last_published_event_id = number
            if update_source_event_id:
                context.source_event_id = number
            return number

        manager.past = self
        manager.add_event = add_event

    def _take(self, before: int, kind: str, details: EventDetails | None) -> int | None:
        """The number of an event that the past holds, when its turn has come.

        None for one that it does not hold, when all that it holds has been.
        """
        if self.complete:
            return None
        event = self._find(before, kind, details_of(details))
        if event is None or not self._agrees(event, details):
            self._wait(lambda: self.complete)
            return None
        number = int(event["id"])
        self.go_past(number)
        return number

    def _find(self, before: int, kind: str, told: dict[str, Any]) -> Event | None:
        """The event of a kind that follows another one, and is not taken yet."""
        for event in self.held(before):
            own = details_of(event)
            same = all(told[key] == own.get(key) for key in ("name", "index") if key in told)
            if event["type"] == kind and same:
                return event
        return None

    def held(self, before: int) -> Iterator[Event]:
        """The events that follow another one, and are not taken yet."""
        for event in self._followers.get(before, ()):
            if int(event["id"]) <= self.at and int(event["id"]) not in self._taken:
                yield event

    def _agrees(self, event: Event, details: EventDetails | None) -> bool:
        """Whether a state that has been changed still puts out what it put out."""
        told, own = details_of(details), details_of(event)
        if not event["type"].endswith("StateExited") or told["name"] not in self.changed:
            return True
        fields = ("output", "assignedVariables")
        return all(told.get(field) == own.get(field) for field in fields)

    def go_past(self, number: int) -> None:
        """Go past an event, when its turn has come."""
        self._taken.add(number)
        self._wait(lambda: self.next == number)
        self.next += 1
        self._turn.set()
        self._turn.clear()

    def depart(self) -> None:
        """Never go on: what comes is not what came."""
        self._wait(lambda: False)

    def _wait(self, reached: Callable[[], bool]) -> None:
        while not reached():
            self._turn.wait()

    # States.

    def before(self, state: CommonStateField, env: Environment) -> None:
        """Give a state the input that it had."""
        source = env.event_history_context.source_event_id
        entry = self._find(source, state.state_entered_event_type, {"name": state.name})
        if entry is not None:
            env.states.reset(input_value=json.loads(details_of(entry)["input"]))

    def entered(self, number: int, env: Any, now: datetime) -> datetime:
        """When a state was entered, the number of whose event it is; and its redrive knows that."""
        if number > self.at:
            return now
        env.scope.entered = number
        return time_of(self._events[number]) + self._offset

    def after(self, state: CommonStateField, env: Environment) -> None:
        """Have a state put out what it put out, and lead where it led."""
        number = env.event_history_context.source_event_id
        exit_ = self._events.get(number, {}) if number <= self.at else {}
        if not str(exit_.get("type")).endswith("StateExited"):
            return
        told = details_of(exit_)
        env.states.reset(input_value=json.loads(told["output"]))
        store = env.variable_store
        for name, value in (told.get("assignedVariables") or {}).items():
            store._inner_scope[name] = json.loads(value)
        store._variable_declarations_cache = None
        then = [e for e in self._followers.get(number, ()) if e["type"].endswith("StateEntered")]
        if then and env.is_running() and state.name not in self.changed:
            env.next_state_name = details_of(then[0])["name"]

    # Waits.

    def left_of_wait(self, function: Any, env: Environment, seconds: float) -> float:
        """How much is left of a wait; `seconds` from its begin, or from now to a Timestamp."""
        ends = {"WaitStateExited"}
        from_now = isinstance(function, Timestamp)
        return self._left(env, ends, seconds, from_now=from_now)

    def left_of_backoff(self, env: Environment, seconds: float) -> float:
        """How much is left of the wait before a retry; jitter as it was drawn then."""
        return self._left(env, TRIED_AGAIN, seconds)

    def _left(
        self, env: Environment, ends: set[str], seconds: float, *, from_now: bool = False
    ) -> float:
        number = env.event_history_context.source_event_id
        if number > self.at:
            return seconds
        end = next((e for e in self._followers.get(number, ()) if e["type"] in ends), None)
        if end is not None and int(end["id"]) <= self.at:
            return 0.0
        now = time_of(self._events[self.at])
        if end is not None and env.next_state_name not in self.changed:
            return (time_of(end) - now) / SECOND
        passed = 0.0 if from_now else (now - time_of(self._events[number])) / SECOND
        return max(0.0, seconds - passed)


def details_of(event: Any) -> dict[str, Any]:
    """The details of an event."""
    for key, value in (event or {}).items():
        if key.endswith("EventDetails"):
            return dict(value)
    return {}


def time_of(event: Event) -> datetime:
    return datetime.fromisoformat(str(event["timestamp"]))


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"
