"""How the arrows of a definition run: which go back, which go straight down, which would all meet
in one state."""

from __future__ import annotations

from collections import Counter

from orderlab.console.definition.parsing import Definition

_MOST_CATCHES = 4  # arrows into one state that can still be followed by eye

Pair = tuple[str, str]  # source and target


def back_edges(definition: Definition) -> set[Pair]:
    """The edges that close a loop, found depth first from each start."""
    leads: dict[str, list[str]] = {}
    for edge in definition.edges:
        leads.setdefault(edge.source, []).append(edge.target)
    found: set[Pair] = set()
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
                found.add((name, target))
            elif target not in done:
                path.append((target, iter(leads.get(target, []))))
    return found


def spine(definition: Definition, back: set[Pair]) -> set[Pair]:
    """The longest way through each machine without an error or a step back.

    Drawn as one straight column, it keeps the picture narrow, and is what the eye looks for.
    """
    leads: dict[str, list[str]] = {name: [] for name in definition.states}
    for edge in definition.edges:
        pair = (edge.source, edge.target)
        if edge.kind != "catch" and pair not in back and edge.target in leads:
            leads[edge.source].append(edge.target)
    length = dict.fromkeys(leads, 0)
    for _ in leads:  # a longest way has at most as many steps as there are states
        longer = {name: 1 + max(length[t] for t in found) for name, found in leads.items() if found}
        if length | longer == length:
            break
        length |= longer
    pairs: set[Pair] = set()
    for start in definition.starts.values():
        name = start if start in leads else None
        while name is not None and leads[name]:
            target = max(leads[name], key=length.__getitem__)  # of equal ones, the first
            if (name, target) in pairs:
                break
            pairs.add((name, target))
            name = target
    return pairs


def shared_handlers(definition: Definition) -> list[str]:
    """States that the Catches of so many others lead to that arrows would fill the picture."""
    catches = Counter(edge.target for edge in definition.edges if edge.kind == "catch")
    return [name for name, count in catches.items() if count > _MOST_CATCHES]
