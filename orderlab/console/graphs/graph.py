"""A state machine, and what an execution did in it, as Graphviz source."""

from __future__ import annotations

from collections.abc import Iterator

from orderlab.console.definition.parsing import Definition, Edge, State
from orderlab.console.executions.tracing import Execution, Transition
from orderlab.console.graphs.labels import HEAD, arrow_label, box
from orderlab.console.style import (
    CATCH,
    FAILURE,
    FAINT,
    LOOKS,
    NOT_VISITED,
    PATH,
    PLAIN,
    Look,
)


def source(definition: Definition, execution: Execution | None = None) -> str:
    """Graphviz source of the picture; equal for equal arguments, byte for byte."""
    return "\n".join(_Drawing(definition, execution).lines())


class _Drawing:
    def __init__(self, definition: Definition, execution: Execution | None) -> None:
        self.definition = definition
        self.execution = execution
        self.ids = {name: f"s{number}" for number, name in enumerate(definition.states)}
        self.back = set(_back_edges(definition))
        # Each long arrow takes a column: with many of them, a picture as wide as its labels would
        # be shrunk until nothing can be read.
        self.crowded = len(definition.edges) > 40

    def lines(self) -> Iterator[str]:
        yield HEAD
        if self.crowded:
            yield "graph [nodesep=0.1]"
        taken = bool(self.execution and self.execution.visits)
        yield _mark("start", "Start", PATH if taken else FAINT)
        yield from self._frame(None)
        if any(state.ends and state.frame is None for state in self.definition.states.values()):
            reached = any(map(self._reaches_end, self.definition.states.values()))
            yield _mark("end", "End", self._end_colour() if reached else FAINT)
        for edge in self.definition.edges:
            yield self._edge(edge)
        yield from self._ends()
        yield "}"

    def _end_colour(self) -> str:
        assert self.execution is not None
        return PATH if self.execution.status == "SUCCEEDED" else FAILURE

    # ---- boxes and frames

    def _frame(self, frame: tuple[str, int] | None) -> Iterator[str]:
        """The states of one (inner) machine, and the arrow to its first one."""
        for state in self.definition.states.values():
            if state.frame != frame:
                continue
            box = f"{self.ids[state.name]} [{self._box(state)}]"
            inner = [key for key in self.definition.starts if key and key[0] == state.name]
            if not inner:
                yield box
                continue
            yield f"subgraph cluster_{self.ids[state.name]} {{"
            yield f'style="rounded,dashed" color="{FAINT}" bgcolor="#fbfcfd" margin=10'
            yield box
            yield f'{self._exit(state)} [shape=point width=0.06 color="{FAINT}"]'
            for key in inner:
                yield from self._frame(key)
            yield "}"
        first = self.definition.starts[frame]
        if first in self.ids:
            tail = "start" if frame is None else self.ids[frame[0]]
            step = Transition(None, first, inside=frame[0] if frame else None)
            yield f"{tail} -> {self.ids[first]} [{self._line(step in self._taken, PATH)}]"

    def _exit(self, state: State) -> str:
        """Where a state is left: a frame, at the point its branches meet."""
        inside = any(key and key[0] == state.name for key in self.definition.starts)
        return f"x{self.ids[state.name]}" if inside else self.ids[state.name]

    def _box(self, state: State) -> str:
        look, notes = self._look(state.name)
        line = 1.2 if look in (PLAIN, NOT_VISITED) else 3 if look.line == "bold" else 2
        return box(state.name, [state.sign, *notes], look, line, sign=bool(self.execution))

    def _look(self, name: str) -> tuple[Look, list[str]]:
        """The look of a state's box, and what its third line says."""
        if self.execution is None:
            return PLAIN, []
        status = self.execution.status_of(name)
        if status is None:
            return NOT_VISITED, []
        return LOOKS[status], notes_of(self.execution, name)

    # ---- arrows

    @property
    def _taken(self) -> set[Transition]:
        return self.execution.transitions if self.execution else set()

    def _edge(self, edge: Edge) -> str:
        if edge.target not in self.ids:
            return ""  # a definition that names a missing state still draws
        catch = edge.kind == "catch"
        step = Transition(edge.source, edge.target, "catch" if catch else "next")
        tail = self.ids[edge.source] if catch else self._exit(self.definition.states[edge.source])
        line = self._line(step in self._taken, CATCH if catch else PATH, catch)
        if (edge.source, edge.target) in self.back:
            line += " tailport=e headport=e"  # round the side, not over the arrow that leads down
        labels = [] if self.crowded and edge.labels == ("States.ALL",) else list(edge.labels)
        return f"{tail} -> {self.ids[edge.target]} [{line}{arrow_label(labels)}]"

    def _ends(self) -> Iterator[str]:
        for state in self.definition.states.values():
            if state.frame is None and state.ends:
                colour = FAILURE if state.type == "Fail" else PATH
                line = self._line(self._reaches_end(state), colour)
                yield f"{self._exit(state)} -> end [{line}]"
            elif state.frame is not None and state.ends and state.type != "Fail":
                outer = self.definition.states[state.frame[0]]
                last = self.execution.visits_of(state.name) if self.execution else []
                taken = any(visit.status == "succeeded" for visit in last)
                line = self._line(taken, PATH)
                yield f"{self._exit(state)} -> {self._exit(outer)} [{line} arrowhead=none]"

    def _reaches_end(self, state: State) -> bool:
        """Whether the execution went from this state to its end. One that broke in it did not."""
        if state.frame is not None or not state.ends or self.execution is None:
            return False
        visits = self.execution.visits_of(state.name)
        left = "failed" if state.type == "Fail" else "succeeded"
        return bool(visits) and visits[-1].status == left

    def _line(self, taken: bool, colour: str, catch: bool = False) -> str:
        """Bold for the path taken; a Catch is dashed and orange, taken or not."""
        style = "style=dashed " if catch else ""
        if taken:
            return f'{style}color="{colour}" fontcolor="{colour}" penwidth=3'
        if catch:
            colour = CATCH if self.execution is None else "#d9a066"
            return f'{style}color="{colour}" fontcolor="{CATCH}" penwidth=1.2'
        colour = FAINT if self.execution is None else NOT_VISITED.border
        return f'color="{colour}" penwidth=1.2'


def _back_edges(definition: Definition) -> Iterator[tuple[str, str]]:
    """The edges that close a loop, found depth first from each start."""
    leads: dict[str, list[str]] = {}
    for edge in definition.edges:
        leads.setdefault(edge.source, []).append(edge.target)
    done: set[str] = set()
    for start in definition.starts.values():
        path = [(start, iter(leads.get(start, [])))]
        while path:
            name, targets = path[-1]
            done.add(name)
            target = next(targets, None)
            if target is None:
                path.pop()
            elif any(target == passed for passed, _ in path):
                yield name, target
            elif target not in done:
                path.append((target, iter(leads.get(target, []))))


def notes_of(execution: Execution, name: str) -> list[str]:
    """What is worth saying of a state beside that it ran: error, retries, visits."""
    visits = execution.visits_of(name)
    shown = next((visit for visit in reversed(visits) if visit.failure), None)
    notes = []
    status = execution.status_of(name)
    if shown and shown.failure and status in ("failed", "caught"):
        notes.append(f"{LOOKS[status].word} {shown.failure.error or ''}".strip())
    elif status == "running" and shown and shown.failure:
        notes.append(f"to be retried after {shown.failure.error or 'an error'}")
    elif status in ("running", "stopped"):
        notes.append(LOOKS[status].word)
    retries = sum(visit.retries for visit in visits)
    if retries:
        notes.append("1 retry" if retries == 1 else f"{retries} retries")
    if len(visits) > 1:
        notes.append(f"{len(visits)} times")
    return notes


def _mark(name: str, text: str, colour: str) -> str:
    return (
        f'{name} [label="{text}" style="rounded,filled" fillcolor="{colour}" color="{colour}" '
        f'fontcolor="#ffffff" fontsize=10 height=0.22 width=0.5 margin="0.08,0.02"]'
    )
