"""What is wrong with a definition: what AWS would refuse, and what it accepts but a run regrets.

Rules: states-language.net/spec.html, and for errors
docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from orderlab.console.definition.errors import ALL, RUNTIME, TASK_FAILED, TIMEOUT, matches
from orderlab.console.definition.parsing import Definition, Frame, State, error_names, handlers

# ASL, the section of each state type: what it cannot be without (any one of a group).
_NEEDS = {
    "Task": (("Resource",),),
    "Choice": (("Choices",),),
    "Wait": (("Seconds", "SecondsPath", "Timestamp", "TimestampPath"),),
    "Parallel": (("Branches",),),
    "Map": (("ItemProcessor", "Iterator"),),
    "Pass": (),
    "Succeed": (),
    "Fail": (),
}
_LEADS_NOWHERE = ("Choice", "Succeed", "Fail")  # types that have neither Next nor End


@dataclass(frozen=True)
class Fault:
    """Something wrong with a definition.

    `state` is where it is marked (None: the machine as a whole), `target` the state that the arrow
    at fault leads to, `short` a few words for the picture. A hint is no error: AWS accepts it.
    """

    state: str | None
    short: str
    message: str
    target: str | None = None
    hint: bool = False


def faults(definition: Definition) -> list[Fault]:
    """All that is found, in the definition's order; empty where there is nothing to say."""
    found = list(_starts(definition))
    for name in definition.twice:
        found += [Fault(name, "name used twice", f"More than one state is named {name}.")]
    for state in definition.states.values():
        found += _of_type(state)
        found += _targets(definition, state)
        found += _handled(state, "Retry")
        found += _handled(state, "Catch")
    return [*found, *_unreachable(definition), *_endless(definition)]


def _starts(definition: Definition) -> Iterator[Fault]:
    frames: list[Frame | None] = [None]
    for name in definition.states:
        frames += definition.frames_of(name)
    for frame in frames:
        start = definition.starts.get(frame)
        inside = _names_in(definition, frame)
        where = "" if frame is None else f" of a branch of {frame[0]}"
        state = frame[0] if frame else None
        if start is None:
            yield Fault(state, "no StartAt", f"StartAt{where} is missing.")
        elif start not in inside:
            words = f"StartAt{where} names {start}, which is no state there{_meant(start, inside)}."
            yield Fault(state, f"no state {start}", words, target=start)


def _names_in(definition: Definition, frame: Frame | None) -> set[str]:
    """What an arrow in a machine or branch may lead to; a name used twice is told elsewhere."""
    names = {state.name for state in definition.states.values() if state.frame == frame}
    return names | set(definition.twice)


def _meant(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, sorted(known), 1)
    return f" (meant: {close[0]}?)" if close else ""


def _of_type(state: State) -> Iterator[Fault]:
    name, raw = state.name, state.raw
    if "Type" not in raw:
        yield Fault(name, "no Type", f"{name} has no Type.")
        return
    if state.type not in _NEEDS:
        close = _meant(state.type, _NEEDS)
        yield Fault(name, "unknown Type", f"{name} has an unknown Type: {state.type}{close}.")
        return
    for group in _NEEDS[state.type]:
        if not any(raw.get(key) not in (None, "", []) for key in group):
            wanted = " or ".join(group)
            yield Fault(name, f"no {group[0]}", f"{name} ({state.type}) needs {wanted}.")
    if state.type not in _LEADS_NOWHERE:
        if "Next" not in raw and not state.ends:
            words = f'{name} has neither Next nor "End": true: where does it lead?'
            yield Fault(name, "neither Next nor End", words)
        elif "Next" in raw and state.ends:
            yield Fault(name, "both Next and End", f"{name} has both Next and End.")
    elif raw.keys() & {"Next", "End"}:
        words = f"{name}: a {state.type} state has neither Next nor End."
        yield Fault(name, "Next or End not allowed", words)
    if state.type == "Choice" and raw.get("Choices") and "Default" not in raw:
        # The specification calls it States.NoChoiceMatched; people's executions report this.
        words = f"{name} has no Default: input that no rule matches fails the execution with "
        yield Fault(name, "no Default", f"{words}States.Runtime.", hint=True)


def _targets(definition: Definition, state: State) -> Iterator[Fault]:
    inside = _names_in(definition, state.frame)
    for edge in definition.edges:
        if edge.source != state.name or edge.target in inside:
            continue
        if edge.target in definition.states:
            words = f"{state.name} leads to {edge.target}, which is not in the same branch."
            yield Fault(state.name, "leads out of its branch", words, target=edge.target)
        else:
            close = _meant(edge.target, inside)
            words = f"{state.name} leads to {edge.target}, which is no state{close}."
            yield Fault(state.name, f"no state {edge.target}", words, target=edge.target)


def _handled(state: State, key: Literal["Retry", "Catch"]) -> Iterator[Fault]:
    """Retriers and catchers are asked in order: what an earlier one takes never gets further."""
    before: list[str] = []
    found = handlers(state.raw, key)
    for number, handler in enumerate(found, 1):
        names, which = error_names(handler), f"{key} {number} of {state.name}"
        target = handler.get("Next") if key == "Catch" else None
        if [other.get("Next") for other in found].count(target) > 1:
            target = None  # one arrow for several: not all of it is at fault
        if not names:
            yield Fault(state.name, f"{key} without ErrorEquals", f"{which} has no ErrorEquals.")
        if ALL in names and len(names) > 1:
            words = f"{which}: States.ALL must be the only name in its ErrorEquals."
            yield Fault(state.name, "States.ALL is not alone", words, target)
        if ALL in names and number < len(found):
            words = f"{which}: States.ALL must be in the last one."
            yield Fault(state.name, f"States.ALL not in the last {key}", words, target)
        lost = [name for name in names if name == RUNTIME or _taken(name, before)]
        if lost:
            short = f"{key} never matches" if len(lost) == len(names) else f"{lost[0]} never here"
            words = f"{which} never sees {' or '.join(lost)}: {_why(lost[0], before)}."
            yield Fault(state.name, short, words, target, hint=True)
        before += names


def _taken(name: str, before: Collection[str]) -> bool:
    """Whether names before it leave nothing of an error, or of what a wildcard stands for."""
    if name == ALL:
        return ALL in before or {TASK_FAILED, TIMEOUT} <= set(before)
    if name == TASK_FAILED:
        return ALL in before or TASK_FAILED in before
    return matches(before, name)


def _why(name: str, before: Collection[str]) -> str:
    if name == RUNTIME:
        return "no Retry or Catch sees it"
    if name in before:
        return "it stands in an earlier one"
    if ALL in before:
        return "States.ALL stands before it"
    if name == ALL:
        return "States.TaskFailed and States.Timeout stand before it"
    return f"{next(one for one in before if matches([one], name))} stands before it"


def _leads(definition: Definition) -> dict[str, set[str]]:
    """From each state to those that may follow it, the first ones inside it included.

    A name that is no state leads to the one that was meant: what follows is told once, not at
    each state that it would have led to.
    """
    leads: dict[str, set[str]] = {name: set() for name in definition.states}
    for edge in definition.edges:
        leads[edge.source] |= _known(definition, edge.target)
    for frame, start in definition.starts.items():
        if frame:
            leads[frame[0]] |= _known(definition, start)
    return leads


def _known(definition: Definition, name: str) -> set[str]:
    if name in definition.states:
        return {name}
    return set(get_close_matches(name, sorted(definition.states), 1))


def _follow(leads: dict[str, set[str]], names: set[str]) -> set[str]:
    """These states and all that may follow them."""
    seen, found = set(names), list(names)
    while found:
        new = leads[found.pop()] - seen
        seen |= new
        found += new
    return seen


def _unreachable(definition: Definition) -> Iterator[Fault]:
    """States that nothing leads to; of those that only they lead to, nothing is said."""
    leads, start = _leads(definition), definition.starts.get(None)
    first = set() if start is None else _known(definition, start)
    if not first:
        return
    reached = _follow(leads, first)
    lost = [name for name in definition.states if name not in reached]
    led_to = {target for name in lost for target in leads[name] - {name}}
    # Those that no other leads to come first; what is left then are loops.
    for name in sorted(lost, key=led_to.__contains__):
        if name not in reached:
            reached |= _follow(leads, {name})
            yield Fault(name, "unreachable", f"Nothing leads to {name}.")


def _endless(definition: Definition) -> Iterator[Fault]:
    """Loops without a way out: their states can reach no end of their machine or branch."""
    states = definition.states
    sources = {edge.source for edge in definition.edges}
    broken = {edge.source for edge in definition.edges if edge.target not in states}
    ending = {name for name, state in states.items() if state.ends or name not in sources}
    ending |= broken  # told already
    while True:
        more = {edge.source for edge in definition.edges if edge.target in ending} - ending
        if not more:
            break
        ending |= more
    stuck = [name for name in states if name not in ending]
    if stuck:
        words = f"From {', '.join(stuck)} no end can be reached: the loop never ends."
        # AWS refuses a machine that has no terminal state at all, not one that may miss it.
        frame = states[stuck[0]].frame
        some = any(state.ends for state in states.values() if state.frame == frame)
        yield Fault(stuck[0], "never ends", words, hint=some)
