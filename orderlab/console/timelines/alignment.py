"""The visits of two executions put side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from orderlab.console.definition.parsing import Definition
from orderlab.console.executions.execution import Execution, Visit

Pair = tuple[Visit | None, Visit | None]


def in_order(execution: Execution, definition: Definition) -> list[Visit]:
    """The visits, each Parallel or Map followed by what is inside it, branch by branch and item by
    item: what runs side by side may be written down in another order the next time."""
    children: dict[int, list[Visit]] = {}
    for visit in execution.visits:
        children.setdefault(id(visit.parent), []).append(visit)

    def branch(visit: Visit) -> int:
        state = definition.states.get(visit.name)
        return state.frame[1] if state and state.frame else 0

    def below(parent: Visit | None) -> Iterator[Visit]:
        inside = children.get(id(parent), [])
        if parent is not None:
            inside = sorted(inside, key=lambda visit: (visit.items, branch(visit)))
        for visit in inside:
            yield visit
            yield from below(visit)

    return list(below(None))


def aligned(ones: Sequence[Visit], others: Sequence[Visit]) -> list[Pair]:
    """Visits of the same state side by side; one that the other execution lacks stands alone."""
    matcher = SequenceMatcher(None, _keys(ones), _keys(others), autojunk=False)
    pairs: list[Pair] = []
    for kind, low, high, start, end in matcher.get_opcodes():
        if kind == "equal":
            pairs += zip(ones[low:high], others[start:end], strict=True)
        else:
            pairs += [(visit, None) for visit in ones[low:high]]
            pairs += [(None, visit) for visit in others[start:end]]
    return pairs


def common(ones: Sequence[Visit], others: Sequence[Visit]) -> int:
    """How many visits they begin with alike."""
    pairs = zip(_keys(ones), _keys(others), strict=False)
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _keys(visits: Sequence[Visit]) -> list[tuple[object, ...]]:
    return [
        (*(frame.name for frame in visit.ancestors), visit.items, visit.name) for visit in visits
    ]
