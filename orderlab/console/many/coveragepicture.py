"""What executions reached, drawn on their state machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from orderlab.console.definition.parsing import Definition
from orderlab.console.graphs.graph import source
from orderlab.console.graphs.overlay import EdgeMark, Overlay, StateMark, Step
from orderlab.console.graphs.routes import shared_handlers
from orderlab.console.many.flow import Flow
from orderlab.console.many.possible import Item
from orderlab.console.many.words import plural
from orderlab.console.outputs.picture import Picture
from orderlab.console.style import CATCH, FAILURE, FAINT, PATH, Look

REACHED = Look("reached", "√", PATH, "#e8f5e9", weight=2.5)
GREY = "#7b8794"
NOT_REACHED = Look("not reached", "○", GREY, "#ffffff", "dashed", weight=1.4, ink=FAINT)


def coverage_picture(
    definition: Definition, items: Sequence[Item], counts: Mapping[Item, int], flow: Flow, text: str
) -> Picture:
    """Bold and green what was reached, with the number of executions; grey and dashed the rest.

    Args:
        items: all there is to reach.
        counts: how many executions reached each.
        flow: what those executions did, for the arrows that are nothing to reach: from the start,
            and to the end.
        text: the same in words.
    """
    states = {
        item.state: _state(item, [i for i in items if i.state == item.state], counts)
        for item in items
        if item.kind == "state"
    }
    edges: dict[Step, EdgeMark] = {}
    for step in flow.by:
        left = definition.states.get(str(step[0]))
        fails = step[1] is None and left is not None and left.type == "Fail"
        edges[step] = EdgeMark(FAILURE if fails else PATH)
    edges |= dict(_transitions(items, counts))
    edges |= dict(_catches(definition, items, counts))
    overlay = Overlay(states, edges, legend=(REACHED, NOT_REACHED))
    return Picture(source(definition, overlay), text)


def _state(state: Item, own: Sequence[Item], counts: Mapping[Item, int]) -> StateMark:
    if state not in counts:
        return StateMark(NOT_REACHED)
    retries = [item in counts for item in own if item.kind == "retry"]
    return StateMark(REACHED, (plural(counts[state], "execution"), *_used(retries)))


def _used(retries: Sequence[bool]) -> Iterator[str]:
    """How many retriers of a state were used."""
    sign = REACHED.sign if all(retries) else NOT_REACHED.sign
    if len(retries) == 1:
        yield f"{sign} Retry used" if retries[0] else f"{sign} Retry never used"
    elif retries:
        yield f"{sign} {sum(retries)} of {len(retries)} Retries used"


def _transitions(
    items: Sequence[Item], counts: Mapping[Item, int]
) -> Iterator[tuple[Step, EdgeMark]]:
    for item in items:
        if item.kind == "transition":
            count = counts.get(item, 0)
            yield (item.state, item.target, "next"), _edge(PATH, count, (f"{count:,}",))


def _catches(
    definition: Definition, items: Sequence[Item], counts: Mapping[Item, int]
) -> Iterator[tuple[Step, EdgeMark]]:
    """Catchers of a state that lead to the same state share an arrow."""
    crowded = shared_handlers(definition)
    catches = sorted(
        (item for item in items if item.kind == "catch"), key=lambda i: (i.state, str(i.target))
    )
    for (state, target), group in groupby(catches, lambda item: (item.state, item.target)):
        shared = list(group)
        total = sum(counts.get(item, 0) for item in shared)
        if total or target not in crowded:
            notes = [
                f"{counts[item]:,} {item.short}" if item in counts else f"○ {item.short} never"
                for item in shared
            ]
            single = (f"{total:,}",) if len(shared) == 1 else tuple(notes)
            yield (state, target, "catch"), _edge(CATCH, total, single)


def _edge(colour: str, count: int, notes: tuple[str, ...]) -> EdgeMark:
    if not count:
        return EdgeMark(GREY, 1.2, ("○ never",))
    return EdgeMark(colour, 3, notes)
