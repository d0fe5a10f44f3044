"""One state of an execution: what went in, what each field did to it, and what came out."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pandas as pd

from orderlab.console.executions.reading import Recording, read
from orderlab.console.inspecting import rendering, wording
from orderlab.console.inspecting.case import Case, case_of
from orderlab.console.inspecting.choosing import Chosen, Item, choose
from orderlab.console.inspecting.logs import Log, read_log
from orderlab.console.inspecting.step import Step
from orderlab.console.inspecting.steps import steps_of
from orderlab.console.inspecting.values import UNKNOWN
from orderlab.console.outputs.fold import Fold


def state(
    execution_arn: str,
    name: str,
    attempt: int | None = None,
    *,
    visit: int | None = None,
    item: Item | None = None,
) -> StateView:
    """One attempt of a state: its data step by step, its error, its log lines.

    Args:
        execution_arn: of the execution.
        name: of the state.
        attempt: counted from 1; the last one by default.
        visit: which passage through the state, counted from 1, where it was passed several times;
            the last one by default. With `item`, of those for that item.
        item: the index of a Map's item, counted from 0 as AWS does; in a Map inside a Map, the
            inner one's, or all of them as a tuple, the outermost first.

    Raises:
        ValueError: no such state, attempt, visit or item; the message says what there was.
        botocore.exceptions.ClientError: no such execution.
        LookupError: an Express execution whose events were not logged.
    """
    return inspect(read(execution_arn), name, attempt, visit=visit, item=item)


def inspect(
    recording: Recording,
    name: str,
    attempt: int | None = None,
    *,
    visit: int | None = None,
    item: Item | None = None,
) -> StateView:
    """As `state`, of an execution that has been read."""
    return StateView(recording, choose(recording, name, attempt, visit, item))


class StateView:
    """One attempt of a state; shows itself. TestState and the log are asked when they are needed.

    Attributes:
        name: the state's.
        chosen: which visit and which attempt this is, of how many.
    """

    def __init__(self, recording: Recording, chosen: Chosen) -> None:
        self.recording = recording
        self.chosen = chosen
        self.name = chosen.name

    def __repr__(self) -> str:
        return self.fold.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.fold._repr_mimebundle_(include, exclude)

    @property
    def visited(self) -> bool:
        return self.chosen.visit is not None

    @cached_property
    def steps(self) -> list[Step]:
        """From the state's input to its output; empty, if it was not visited."""
        return steps_of(self.case) if self.visited else []

    @property
    def input(self) -> Any:
        """JSON value; None, if it was not visited."""
        return self.case.input if self.visited else None

    @property
    def output(self) -> Any:
        """JSON value; None, if this attempt did not bring the state to its end."""
        found = self.case.output if self.visited else UNKNOWN
        return None if found is UNKNOWN else found

    @property
    def error(self) -> str | None:
        """The error's name, if this attempt failed."""
        return self.chosen.attempt.error

    @property
    def cause(self) -> str | None:
        """The error's cause, as AWS has it."""
        return self.chosen.attempt.cause

    @property
    def variables(self) -> dict[str, Any]:
        """In scope when the state began, by name."""
        return dict(self.case.variables) if self.visited else {}

    @property
    def log(self) -> pd.DataFrame:
        """The log lines of this attempt's invocation: time (seconds since the execution started)
        and message; empty, if the state calls no function or its lines are not to be had."""
        lines = self.invocation.lines if self.invocation else ()
        rows = [(line.time, line.message) for line in lines]
        return pd.DataFrame(rows, columns=["time", "message"])

    @cached_property
    def invocation(self) -> Log | None:
        """The same with the log group and the request id; None: the state calls no function."""
        return read_log(self.case) if self.visited else None

    @cached_property
    def case(self) -> Case:
        """All that is known of it. Only of a state that was visited."""
        return case_of(self.recording, self.chosen)

    @cached_property
    def fold(self) -> Fold:
        """The HTML, and the same in words."""
        if not self.visited:
            return wording.not_visited(self.recording, self.name)
        parts = self.case, self.steps, self.invocation
        return Fold(rendering.html(*parts), wording.text(*parts))
