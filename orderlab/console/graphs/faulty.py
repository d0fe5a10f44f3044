"""What is wrong with a definition, drawn onto it."""

from __future__ import annotations

from orderlab.console.definition.faults import Fault, faults
from orderlab.console.definition.parsing import Definition
from orderlab.console.graphs.overlay import EdgeMark, Overlay, StateMark, Step
from orderlab.console.style import FAULT, HINT, PLAIN


def overlay_of_faults(definition: Definition) -> Overlay:
    """The states and arrows at fault, marked; everything else plain."""
    found = faults(definition)
    kinds = {(edge.source, edge.target): edge.kind for edge in definition.edges}
    by_state: dict[str, list[Fault]] = {}
    edges: dict[Step, EdgeMark] = {}
    for fault in found:
        if fault.state is not None:
            by_state.setdefault(fault.state, []).append(fault)
        if fault.target is not None:
            catch = fault.state is not None and kinds.get((fault.state, fault.target)) == "catch"
            # A start's arrow has no source: that of a frame is the fault of the state around it.
            source = fault.state if (fault.state, fault.target) in kinds else None
            step: Step = (source, fault.target, "catch" if catch else "next")
            notes = ("never matches",) if fault.hint else ()
            edges[step] = EdgeMark((HINT if fault.hint else FAULT).border, 2, notes)
    states = {}
    for name, marked in by_state.items():
        look = HINT if all(fault.hint for fault in marked) else FAULT
        shorts = dict.fromkeys(fault.short for fault in marked)
        sign = definition.states[name].sign  # of a state without a Type, it says so
        states[name] = StateMark(look, tuple(short for short in shorts if short != sign))
    looks = {mark.look for mark in states.values()}
    return Overlay(states, edges, PLAIN, tuple(look for look in (FAULT, HINT) if look in looks))
