"""`console.outcomes`: how many executions of a state machine ended, and where, why and when."""

from __future__ import annotations

import pandas as pd

from orderlab.console.many.durations import durations_chart
from orderlab.console.many.failures import FAILED, failures_chart
from orderlab.console.many.flow import FlowPicture, data_of, flow_of
from orderlab.console.many.gathering import Gathered, gather
from orderlab.console.many.listing import Executions
from orderlab.console.many.overtime import over_time_chart
from orderlab.console.many.statuses import outcomes_chart
from orderlab.console.many.table import table
from orderlab.console.outputs.chart import Chart
from orderlab.console.outputs.fold import said
from orderlab.console.outputs.page import Shown, View
from orderlab.console.outputs.plotting import blank


class Outcomes(View):
    """Many executions, summarised. In a notebook, each chart is an output of its own.

    Every chart has its numbers as `.data` (a DataFrame), and its words as `.text`; all but the flow
    have matplotlib's Figure as `.figure`, to change and to show again.

    Attributes:
        table: a row for each execution; see `table.table` for the columns.
        outcomes: statuses by count and share.
        flow: the ways from state to state on the state machine's graph, by how many went there.
        durations: how long they took, with percentiles.
        failures: errors, and the states that they came from.
        over_time: how many were started when, how they ended, how long they took.
        notes: what could not be read or was not, each in a line.
    """

    def __init__(self, gathered: Gathered) -> None:
        self.table: pd.DataFrame = table(gathered.listed, gathered.runs)
        self.notes = list(gathered.notes)
        self.outcomes: Chart = outcomes_chart(gathered.machine, self.table)
        self.flow: FlowPicture | Chart = _flow(gathered)
        self.durations: Chart = durations_chart(self.table)
        self.failures: Chart = failures_chart(self.table)
        self.over_time: Chart = over_time_chart(self.table)
        super().__init__(*self._outputs(gathered.machine))

    def _outputs(self, machine: str) -> list[Shown]:
        """What a cell shows: no chart of nothing."""
        if self.table.empty:
            return [said(f"{machine}: there is no execution.")]
        outputs: list[Shown] = [said("\n".join(self.notes))] if self.notes else []
        outputs += [self.outcomes, self.flow]
        if self.table["seconds"].notna().any():
            outputs.append(self.durations)
        if self.table["status"].isin(FAILED).any():
            outputs.append(self.failures)
        if len(self.over_time.data) > 1:
            outputs.append(self.over_time)
        return outputs


def outcomes(machine_arn: str, executions: Executions = None) -> Outcomes:
    """How executions of a state machine ended, where they went, how long they took, and when.

    Times are the executions' own: simulated, where time is. Status and times are known of all
    executions; what only a history tells (flow, errors) of at most 1,000, spread evenly, and of at
    most as many that did not succeed. The charts say so. Executions that still run are counted, and
    not looked at, which would let simulated time move on.

    Args:
        machine_arn: the state machine, its version or its alias.
        executions: ARNs or names of those that are meant, or what a run of `localaws.load`
            returned. Without it, all of the machine.

    Raises:
        ValueError: the machine is an Express workflow, and AWS keeps no list of its executions.
        botocore.exceptions.ClientError: there is no such machine, or no such execution.
    """
    return Outcomes(gather(machine_arn, executions))


def _flow(gathered: Gathered) -> FlowPicture | Chart:
    flow = flow_of(run for arn, run in gathered.runs.items() if arn in gathered.sample)
    if gathered.definition is None or not flow.executions:
        words = "Flow: no history of an execution that has ended could be read."
        return Chart(blank(words), data_of(flow), words)
    return FlowPicture(gathered.definition, flow, len(gathered.listed))
