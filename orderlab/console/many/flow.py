"""Where executions went, from state to state: how many on each way, and where they ended."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import pandas as pd

from orderlab.console.definition.parsing import Definition
from orderlab.console.graphs.graph import source
from orderlab.console.graphs.overlay import EdgeMark, Overlay, StateMark, Step
from orderlab.console.many.runs import Run
from orderlab.console.many.words import percent, plural
from orderlab.console.outputs.picture import Picture
from orderlab.console.style import CATCH, FAILURE, NOT_VISITED, PATH, PLAIN, Look

WIDEST = 8.0  # points, of the arrow that most went along
NARROWEST = 1.5
BROKE = Look("failed here", "\N{MULTIPLICATION SIGN}", FAILURE, "#fdecea")
COLUMNS = ["source", "target", "kind", "count", "executions", "share"]


@dataclass
class Flow:
    """What many executions did, counted.

    Attributes:
        executions: how many.
        steps: how often each way was gone.
        by: how many executions went each way.
        errors: what was caught on each way by a Catch, as far as it has a name.
        visits: how often each state was entered.
        through: how many executions entered each state.
        retries: how often each state was tried again.
        broke: in which state executions ended by an error, a timeout or a stop, by the status that
            they ended with; a Fail state is a way to end, and not in here.
    """

    executions: int = 0
    steps: Counter[Step] = field(default_factory=Counter)
    by: Counter[Step] = field(default_factory=Counter)
    errors: dict[Step, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    visits: Counter[str] = field(default_factory=Counter)
    through: Counter[str] = field(default_factory=Counter)
    retries: Counter[str] = field(default_factory=Counter)
    broke: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def flow_of(runs: Iterable[Run]) -> Flow:
    """Count what executions did."""
    flow = Flow()
    for run in runs:
        steps = [step.names for step in run.steps]
        flow.executions += 1
        flow.steps.update(steps)
        flow.by.update(set(steps))
        for step in run.steps:
            if step.kind == "catch" and step.source and step.source.failure:
                flow.errors[step.names][step.source.failure.error or "no name"] += 1
        flow.through.update({visit.name for visit in run.execution.visits})
        for visit in run.execution.visits:
            flow.visits[visit.name] += 1
            flow.retries[visit.name] += visit.retries
        last = run.last
        if last and run.execution.status != "SUCCEEDED" and (last.name, None, "next") not in steps:
            flow.broke[last.name][run.execution.status] += 1
    return flow


class FlowPicture(Picture):
    """The state machine with what many executions did in it.

    Attributes:
        data: columns source (None: into the machine, or a Parallel's or Map's inner one), target
            (None: its end), kind ("next" or "catch"), count (how often), executions (how many),
            share (of the executions, 0 to 1).
    """

    def __init__(self, definition: Definition, flow: Flow, of: int) -> None:
        """`of`: how many executions there are, of which these are some."""
        self.data = data_of(flow)
        some = f"{flow.executions:,} of {of:,}" if flow.executions < of else f"{of:,}"
        title = f"Flow of {some} {'execution' if of == 1 else 'executions'}"
        text = "\n".join([title, *_lines(definition, flow)])
        super().__init__(source(definition, _overlay(definition, flow, title)), text)


def data_of(flow: Flow) -> pd.DataFrame:
    """A row for each way that was gone; see FlowPicture for the columns."""
    rows = [
        (*step, count, flow.by[step], flow.by[step] / flow.executions)
        for step, count in flow.steps.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _overlay(definition: Definition, flow: Flow, title: str) -> Overlay:
    states = {name: _mark(definition, flow, name) for name in flow.visits}
    most = max(flow.steps.values(), default=1)
    fails = {name for name, state in definition.states.items() if state.type == "Fail"}
    labels: dict[Step, tuple[str, ...]] = {
        (edge.source, edge.target, "catch"): edge.labels
        for edge in definition.edges
        if edge.kind == "catch"
    }
    edges = {}
    for step, count in flow.steps.items():
        width = max(NARROWEST, WIDEST * count / most)
        errors = flow.errors[step].most_common(3)
        notes = tuple(f"{number:,} {error}" for error, number in errors)
        if not notes or tuple(error for error, _ in errors) == labels.get(step):
            notes = (f"{count:,}",)
        edges[step] = EdgeMark(_colour(step, fails), round(width, 1), notes)
    return Overlay(states, edges, legend=(BROKE, NOT_VISITED), title=title)


def _mark(definition: Definition, flow: Flow, name: str) -> StateMark:
    through, visits = flow.through[name], flow.visits[name]
    notes = [f"{percent(through, flow.executions)} of executions"]
    if visits > through:
        notes.append(f"{visits:,} times")
    if retries := flow.retries[name]:
        notes.append(f"{retries:,} retries" if retries > 1 else "1 retry")
    broke = flow.broke.get(name, Counter())
    notes += [f"{count:,} {status} here" for status, count in sorted(broke.items())]
    fail = name in definition.states and definition.states[name].type == "Fail"
    return StateMark(BROKE if broke or fail else PLAIN, tuple(notes))


def _colour(step: Step, fails: Collection[str]) -> str:
    name, target, kind = step
    return CATCH if kind == "catch" else FAILURE if target is None and name in fails else PATH


def _around(definition: Definition, name: str | None, outside: str) -> str:
    """What a first state is entered from, and a last one left to: a Parallel or Map around it."""
    state = definition.states.get(name or "")
    frame = state.frame if state else None
    return f"{outside} of {frame[0]}" if frame else outside


def _lines(definition: Definition, flow: Flow) -> Iterable[str]:
    for step, count in flow.steps.items():
        before, after, kind = step
        source_ = before or _around(definition, after, "Start")
        way = f"{source_} to {after or _around(definition, before, 'End')}"
        errors = [f"{number:,} {error}" for error, number in flow.errors[step].most_common()]
        caught = f" by a Catch ({', '.join(errors)})" if kind == "catch" else ""
        executions = flow.by[step]
        times = "" if executions == count else f", {count:,} times"
        share = percent(executions, flow.executions)
        yield f"  {way}{caught}: {executions:,} ({share}){times}"
    for name, broke in flow.broke.items():
        for status, count in sorted(broke.items()):
            yield f"  ended in {name}: {count:,} {status}"
    for name, count in flow.retries.items():
        if count:
            yield f"  {name}: {plural(count, 'retry')}"
