"""What came of a run of `localaws.load`."""

from __future__ import annotations

import html
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from localaws import cloud, costs, histories

if TYPE_CHECKING:
    import pandas as pd
    from moto.stepfunctions.parser.backend.execution import Execution

    from localaws.services import Services

WorkflowType = Literal["STANDARD", "EXPRESS"]

EXECUTIONS = [
    "name",
    "status",
    "started",
    "stopped",
    "seconds",
    "last_state",
    "transitions",
    "error",
    "cause",
]
ATTEMPTS = [
    "execution",
    "state",
    "iteration",
    "attempt",
    "resource",
    "started",
    "seconds",
    "outcome",
    "error",
    "cause",
]


class Refusal(NamedTuple):
    """An execution that could not be started: StartExecution's error and its message."""

    name: str | None
    error: str
    cause: str


@dataclass(eq=False, repr=False)
class Result:
    """What came of a run. What still runs is looked at anew each time.

    Attributes:
        machine_arn: the state machine.
        workflow_type: "STANDARD" or "EXPRESS".
        inputs: how many executions were to be started.
        started: moto's executions, in the order of their start.
        refusals: those that could not be started.
        begun: when the run began, on the clock of the local AWS; so is `ended`.
        interrupted: whether Ctrl-C ended it.
        home: the local AWS that it ran on.
    """

    machine_arn: str
    workflow_type: WorkflowType
    inputs: int
    started: list[Execution]
    refusals: list[Refusal]
    begun: datetime
    ended: datetime
    interrupted: bool
    home: Services
    _traces: dict[Execution, histories.Trace] = field(default_factory=dict, init=False)

    @property
    def arns(self) -> list[str]:
        """The executions' ARNs, in the order of their start."""
        return [execution.exec_arn for execution in self.started]

    @property
    def executions(self) -> pd.DataFrame:
        """A row for each execution, in the order of their start.

        `seconds` from start to stop; `last_state` and `transitions` as `histories.Trace` has them.
        """
        import pandas as pd

        rows = [
            (
                execution.name,
                execution.status,
                execution.start_date,
                execution.stop_date,
                _seconds(execution.start_date, execution.stop_date),
                trace.last_state,
                trace.transitions,
                execution.error,
                execution.cause,
            )
            for execution, trace in self._traced()
        ]
        return pd.DataFrame(rows, columns=EXECUTIONS)

    @property
    def attempts(self) -> pd.DataFrame:
        """A row for each attempt of a Task state, in the order of executions and of their begin.

        `execution` is its name, `iteration` the index of the item inside a Map state, `attempt` 1
        for a first try. `seconds` reach from its schedule to its end, without the wait before a
        retry. `outcome`, `error` and `cause` as `histories.Attempt` has them.
        """
        import pandas as pd

        rows = [
            (
                execution.name,
                attempt.state,
                attempt.iteration,
                attempt.number,
                attempt.resource,
                attempt.started,
                _seconds(attempt.started, attempt.stopped),
                attempt.outcome,
                attempt.error,
                attempt.cause,
            )
            for execution, trace in self._traced()
            for attempt in trace.attempts
        ]
        return pd.DataFrame(rows, columns=ATTEMPTS).astype({"iteration": "Int64"})

    @property
    def refused(self) -> pd.DataFrame:
        """A row for each execution that could not be started, with StartExecution's error."""
        import pandas as pd

        return pd.DataFrame(self.refusals, columns=list(Refusal._fields))

    def cost(self, workflow_type: WorkflowType | None = None) -> pd.DataFrame:
        """What AWS would have billed, by list prices: see `localaws.costs`.

        Functions are billed for all that they were invoked for while the run went on, whoever
        invoked them.

        Args:
            workflow_type: "EXPRESS" or "STANDARD", to compare: the same executions, as if the
                machine were of this type. Without it, the machine's own.

        Returns:
            A row for each item: item, quantity, unit, price of a unit, dollars; exact decimals.

        Raises:
            ValueError: as Express, if an execution took longer than Express allows, or still runs.
            RuntimeError: the local AWS has been reset or stopped since, and the logs are gone.
        """
        if cloud.running() is not self.home:
            raise RuntimeError("The local AWS has been reset since this run; its logs are gone.")
        traced = self._traced()
        if (workflow_type or self.workflow_type) == "STANDARD":
            own = costs.standard(sum(trace.transitions for _, trace in traced))
        else:
            own = costs.express([_as_express(*pair) for pair in traced])
        until = max([self.ended, *(e.stop_date for e in self.started if e.stop_date)])
        attempts = [attempt for _, trace in traced for attempt in trace.attempts]
        return costs.bill(
            {
                **own,
                **costs.invocations(self.machine_arn, self.begun, until),
                **costs.requests(attempts),
            }
        )

    def __repr__(self) -> str:
        statuses = Counter(execution.status for execution in self.started)
        seconds = (self.ended - self.begun).total_seconds()
        parts = [f"{count:,} {status}" for status, count in sorted(statuses.items())]
        if self.refusals:
            parts.append(f"{len(self.refusals):,} refused")
        left = self.inputs - len(self.started) - len(self.refusals)
        if self.interrupted:
            parts.append(f"interrupted, {left:,} not started")
        machine = self.machine_arn.split(":")[6]
        whole = f"{len(self.started):,} executions of {machine} in {seconds:,.1f} s"
        return f"<{whole}: {', '.join(parts)}>"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self)[1:-1])}</p>"

    def _traced(self) -> list[tuple[Execution, histories.Trace]]:
        return [(execution, self._trace(execution)) for execution in self.started]

    def _trace(self, execution: Execution) -> histories.Trace:
        if execution not in self._traces:
            running = execution.status == "RUNNING"
            found = histories.trace(execution.to_history_output()["events"], running)
            if running:
                return found
            self._traces[execution] = found
        return self._traces[execution]


def _as_express(execution: Execution, trace: histories.Trace) -> tuple[timedelta, int]:
    """How long it took, and the MB that an Express workflow would be billed for."""
    if execution.stop_date is None:
        raise ValueError(f"{execution.name} still runs, and Express bills by duration.")
    definition = len(execution.state_machine.definition.encode())
    payload = len(execution.execution_input.encode())
    memory = costs.express_memory(definition, payload, trace.nested)
    return execution.stop_date - execution.start_date, memory


def _seconds(started: datetime, stopped: datetime | None) -> float | None:
    return (stopped - started).total_seconds() if stopped else None
