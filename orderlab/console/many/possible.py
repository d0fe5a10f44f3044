"""What there is to reach in a state machine: states, transitions, catches and retries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from orderlab.console.definition.parsing import Definition, Edge, State, error_names, handlers

Kind = Literal["state", "transition", "catch", "retry"]
KINDS: tuple[Kind, ...] = ("state", "transition", "catch", "retry")
OR = " or "


@dataclass(frozen=True)
class Item:
    """Something that executions may reach.

    Attributes:
        state: the state that it is, or that it belongs to.
        target: where a transition or a catch leads.
        label: a transition's Choice rule; the errors of a catch or a retry.
        number: of the catch or retry among those of its state, from 0.
    """

    kind: Kind
    state: str
    target: str | None = None
    label: str = ""
    number: int = 0

    @property
    def missed(self) -> str:
        """What is said of it when nothing has reached it."""
        if self.kind == "state":
            return f"{self.state}: was never entered"
        if self.kind == "transition":
            rule = f" ({self.label})" if self.label else ""
            return f"{self.state}: the transition to {self.target}{rule} was never taken"
        verb = "taken" if self.kind == "catch" else "used"
        return f"{self.state}: {self.kind.capitalize()} {self.short} was never {verb}"

    @property
    def short(self) -> str:
        """The label; of many errors, the first and how many more there are."""
        first, *more = self.label.split(OR)
        many = self.kind in ("catch", "retry") and len(more) > 1
        return f"{first}{OR}{len(more)} more" if many else self.label


def possible(definition: Definition) -> list[Item]:
    """All there is to reach, state by state in the definition's order.

    The rules of a Choice that lead to the same state are one transition: a history does not say
    which of them held. Two catchers are two things, wherever they lead: the error tells them apart.
    """
    return [item for state in definition.states.values() for item in _of(definition, state)]


def _of(definition: Definition, state: State) -> Iterator[Item]:
    yield Item("state", state.name)
    for edge in definition.edges:
        if edge.source == state.name and edge.kind != "catch":
            yield Item("transition", state.name, edge.target, _rule(edge))
    for number, handler in enumerate(handlers(state.raw, "Catch")):
        errors = OR.join(error_names(handler))
        yield Item("catch", state.name, str(handler.get("Next")), errors, number)
    for number, handler in enumerate(handlers(state.raw, "Retry")):
        yield Item("retry", state.name, None, OR.join(error_names(handler)), number)


def _rule(edge: Edge) -> str:
    if len(edge.labels) < 2:
        return "".join(edge.labels)
    return f"one of {len(edge.labels)} rules: {OR.join(edge.labels)}"
