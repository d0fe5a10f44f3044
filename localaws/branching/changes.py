"""What can be otherwise in a branch: a fault, the definition, an input."""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from localaws import faults

Machine = dict[str, Any]


class Branch(NamedTuple):
    """A branch that has been made.

    Attributes:
        arn: its ARN.
        note: what it has worked on, and whom it has reached.
    """

    arn: str
    note: str


class Change:
    """One thing that is otherwise in a branch; its text says what, in words.

    Attributes:
        words: what is changed.
        fault: what `faults.inject` is given, or None.
        edit: makes of a definition what it is in the branch, or None.
        brings_in: the input of the event `at`, as JSON text, or None.
    """

    def __init__(
        self,
        words: str,
        *,
        fault: Mapping[str, Any] | None = None,
        edit: Callable[[Machine], Machine] | None = None,
        brings_in: str | None = None,
    ) -> None:
        self.words = words
        self.fault = fault
        self.edit = edit
        self.brings_in = brings_in

    def __str__(self) -> str:
        return self.words

    def __repr__(self) -> str:
        return f"<Change: {self.words}>"

    def apply(self, execution: str, at: int) -> Branch:
        """Branch an execution, and let the branch run to its end.

        Where it comes to wait for an answer that no time brings, it is left running.

        Args:
            execution: its ARN.
            at: id of its last event that the branch has in common with it, from 1.

        Raises:
            RuntimeError: the local AWS is not started, its clock is real or paused.
            ValueError: there is no such execution here; there is no such event, or nothing can be
                branched there; the definition is none, or no longer leads to the event `at`.
        """
        from localaws.branching import engine  # only now: it loads moto

        return engine.branch(self, execution, at)


def fault(**given: Any) -> Change:
    """Let a fault strike, for the branch alone: its own requests, and those of the functions that
    it waits for. It is gone when the branch has ended.

    Args:
        given: what `localaws.faults.inject` takes: function=, table=, queue=, topic= or service=,
            error=, latency=, rate= and so on.

    Raises:
        TypeError: it takes no such argument.
    """
    bound = inspect.signature(faults.inject).bind(**given).arguments
    targets = [key for key in (*faults.SERVICES, "service") if key in bound]
    where = " and ".join(f"{key} {bound[key]}" for key in targets) or "nothing"
    what = [f"fails with {bound['error']}"] if bound.get("error") else []
    what += [f"takes {bound['latency']:g} s longer"] if bound.get("latency") else []
    rate = f" (rate {bound['rate']:g})" if "rate" in bound else ""
    return Change(f"{where} {' and '.join(what) or 'has a fault'}{rate}", fault=dict(bound))


def definition(changed: Machine | str | Callable[[Machine], object], words: str = "") -> Change:
    """Let the branch run another definition. The state machine itself stays as it is.

    Args:
        changed: the whole definition, as JSON text or as what it says; or a function that is given
            the original's and changes it in place, or returns another one.
        words: what is changed, for whoever reads the branch.
    """
    if callable(changed):
        edit = changed

        def edited(machine: Machine) -> Machine:
            made = edit(machine)
            return made if isinstance(made, dict) and "States" in made else machine

        return Change(words or "another definition", edit=edited)
    whole = json.loads(changed) if isinstance(changed, str) else changed
    return Change(words or "another definition", edit=lambda _: copy.deepcopy(whole))


def state(name: str, **fields: Any) -> Change:
    """Let fields of one state be others, as `Retry=[…]` or `TimeoutSeconds=5`; None: without it.

    Args:
        name: of a state, which may be one inside a Parallel or a Map.
        fields: as in the Amazon States Language.
    """
    if not fields:
        raise ValueError(f'Name the fields that are others, as state("{name}", TimeoutSeconds=5).')

    def edit(machine: Machine) -> Machine:
        found = states(machine).get(name)
        if found is None:
            names = ", ".join(states(machine))
            raise ValueError(f"The definition has no state {name!r}. It has: {names}.")
        for field, value in fields.items():
            found.pop(field, None)
            if value is not None:
                found[field] = value
        return machine

    told = (
        f"without {field}" if value is None else f"with {field} {_short(value)}"
        for field, value in fields.items()
    )
    return Change(f"{name} {' and '.join(told)}", edit=edit)


def retry(name: str, *retriers: dict[str, Any]) -> Change:
    """Let a state's Retry be these retriers, in the place of its own; none: no Retry.

    Args:
        name: of a state, which may be one inside a Parallel or a Map.
        retriers: `{"ErrorEquals": […], "IntervalSeconds": …, …}` each.
    """
    return state(name, Retry=list(retriers) or None)


def input(value: Any) -> Change:  # noqa: A001  AWS's word for it
    """Let another input come in at `at`: that of the execution (1), or of a state (its entry).

    Args:
        value: what JSON can hold.
    """
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return Change(f"input {_short(value)}", brings_in=text)


def states(machine: Machine) -> dict[str, Machine]:
    """Every state of a definition by its name, also those inside of others."""
    return dict(_states(machine))


def _states(machine: Machine) -> Iterator[tuple[str, Machine]]:
    for name, found in machine.get("States", {}).items():
        yield name, found
        inner = [found.get("ItemProcessor"), found.get("Iterator"), *found.get("Branches", ())]
        for one in filter(None, inner):
            yield from _states(one)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."
