"""What an execution reached of what there is to reach in its state machine.

Which Catch and which Retry took an error is decided by its name, as Step Functions does:
states-language.net/spec.html, "Errors"; `definition.errors` has the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from orderlab.console.definition.errors import HEARTBEAT_TIMEOUT, TIMEOUT, first_match
from orderlab.console.definition.parsing import Definition, handlers
from orderlab.console.executions.execution import Visit
from orderlab.console.many.possible import Item, possible
from orderlab.console.many.runs import Run, Step


class Reachable:
    """A definition's items, found by what executions did."""

    def __init__(self, definition: Definition) -> None:
        self.items = possible(definition)
        self._definition = definition
        self._states = {item.state: item for item in self.items if item.kind == "state"}
        self._transitions = {
            (item.state, item.target): item for item in self.items if item.kind == "transition"
        }
        self._handlers = {
            (item.kind, item.state, item.number): item
            for item in self.items
            if item.kind in ("catch", "retry")
        }

    def reached(self, run: Run) -> set[Item]:
        """The items that an execution reached."""
        found = {self._states.get(visit.name) for visit in run.execution.visits}
        found.update(self._taken(step) for step in run.steps)
        for visit in run.execution.visits:
            found.update(self._retries(visit))
        return {item for item in found if item is not None}

    def _taken(self, step: Step) -> Item | None:
        """The transition or the catch that led from a state to the next."""
        if step.source is None or step.target is None:
            return None
        transition = self._transitions.get((step.source.name, step.target.name))
        # An error that the history does not tell of can have led to where nothing else leads.
        if step.kind == "next" and transition is not None:
            return transition
        return self._catch(step.source, step.target.name)

    def _catch(self, visit: Visit, target: str) -> Item | None:
        catchers = self._of(visit.name, "Catch")
        error = visit.failure.error if visit.failure else None
        for name in _names(error):
            number = first_match(catchers, name)
            if number is not None and catchers[number].get("Next") == target:
                return self._handlers.get(("catch", visit.name, number))
        leading = [at for at, one in enumerate(catchers) if one.get("Next") == target]
        return self._handlers["catch", visit.name, leading[0]] if len(leading) == 1 else None

    def _retries(self, visit: Visit) -> Iterator[Item | None]:
        retriers = self._of(visit.name, "Retry")
        if not retriers:
            return
        for attempt, following in pairwise(visit.attempts):
            if attempt.redrive == following.redrive:
                number = _retrier(retriers, attempt.error)
                yield self._handlers.get(("retry", visit.name, number))
        if visit.failure:
            # "Do not try again" is a rule as well, and this attempt met it.
            number = _retrier(retriers, visit.failure.error)
            if number >= 0 and retriers[number].get("MaxAttempts") == 0:
                yield self._handlers.get(("retry", visit.name, number))

    def _of(self, name: str, key: Any) -> list[Mapping[str, Any]]:
        state = self._definition.states.get(name)
        return handlers(state.raw, key) if state else []


def _retrier(retriers: Sequence[Mapping[str, Any]], error: str | None) -> int:
    """Index of the Retry that takes an error; below 0: none."""
    matches = (first_match(retriers, name) for name in _names(error))
    return next((number for number in matches if number is not None), -1)


def _names(error: str | None) -> tuple[str, ...]:
    """What an error may be by name. A history calls a missed heartbeat a timeout."""
    if error is None:
        return ()
    return (TIMEOUT, HEARTBEAT_TIMEOUT) if error == TIMEOUT else (error,)
