"""Which passage through a state is meant, and which of its attempts."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from orderlab.console.executions.execution import Attempt, Visit
from orderlab.console.executions.reading import Recording

Item = int | tuple[int, ...]


@dataclass(frozen=True)
class Chosen:
    """One attempt of one visit; numbers count from 1.

    Attributes:
        visit: None, where the state was not visited.
        number, visits: which visit of how many.
        attempt_number, attempts: which attempt of how many.
    """

    name: str
    visit: Visit | None
    number: int = 0
    visits: int = 0
    attempt_number: int = 1
    attempts: int = 1

    @property
    def attempt(self) -> Attempt:
        """The attempt; an empty one for a state that calls nothing, such as Pass."""
        if self.visit is None or not self.visit.attempts:
            return Attempt()
        return self.visit.attempts[self.attempt_number - 1]

    @property
    def is_last(self) -> bool:
        return self.attempt_number == self.attempts


def choose(
    recording: Recording, name: str, attempt: int | None, visit: int | None, item: Item | None
) -> Chosen:
    """The last visit and the last attempt, unless told otherwise.

    Raises:
        ValueError: no such state, visit, attempt or item; the message says what there was.
    """
    visits = recording.execution.visits_of(name)
    if not visits and name not in recording.definition.states:
        raise ValueError(_unknown(recording, name))
    if not visits:
        if attempt is visit is item is None:
            return Chosen(name, None)
        raise ValueError(f"{name} was not visited. {_visited(recording)}")
    if item is not None:
        visits = _of_item(name, visits, item)
    number = _one_of(name, "visit", len(visits), visit)
    found = visits[number - 1]
    attempts = max(1, len(found.attempts))
    chosen = _one_of(name, "attempt", attempts, attempt)
    return Chosen(name, found, number, len(visits), chosen, attempts)


def _one_of(name: str, what: str, count: int, wanted: int | None) -> int:
    if wanted is None:
        return count
    if 1 <= wanted <= count:
        return wanted
    counted = f"1 {what}" if count == 1 else f"{count} {what}s"
    raise ValueError(f"{name} had {counted}, counted from 1: there is no {what}={wanted}")


def _of_item(name: str, visits: list[Visit], item: Item) -> list[Visit]:
    wanted = (item,) if isinstance(item, int) else item
    found = [visit for visit in visits if wanted and visit.items[-len(wanted) :] == wanted]
    if found:
        return found
    items = sorted({visit.items[-1] for visit in visits if visit.items})
    if not items:
        raise ValueError(f"{name} is not inside a Map: it has no item={item}")
    there = f"item {items[0]}" if len(items) == 1 else f"items {items[0]} to {items[-1]}"
    raise ValueError(f"{name} ran for {there}: there is no item={item}")


def _unknown(recording: Recording, name: str) -> str:
    names = list(recording.definition.states)
    lower = {one.lower(): one for one in names}
    near = [lower[one] for one in get_close_matches(name.lower(), lower, n=3, cutoff=0.5)]
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"no state {name!r} in {recording.execution.machine}.{meant} {_visited(recording)}"


def _visited(recording: Recording) -> str:
    names = list(dict.fromkeys(visit.name for visit in recording.execution.visits))
    return f"Visited: {', '.join(names) or 'none yet'}."
