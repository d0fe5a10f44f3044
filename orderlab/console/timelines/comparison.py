"""What two executions have in common, and where they part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orderlab.console.durations import short
from orderlab.console.executions.execution import Visit
from orderlab.console.executions.reading import Recording
from orderlab.console.timelines.alignment import Pair, aligned, common, in_order
from orderlab.console.timelines.differences import (
    DataDifference,
    changed_states,
    data_differences,
    deeds,
    outcome,
    place,
)


@dataclass(frozen=True)
class Comparison:
    """Two executions side by side.

    Attributes:
        names: what they are called.
        pairs: their visits, those of the same state together.
        parting: the visits at which they part: the first where they did not do the same, or the
            last before they went different ways. None: they did the same, or nothing alike.
        words: each difference in a sentence, the first one first; one sentence if there is none.
        changed: how the definitions differ, each in a line.
        data: the values that tell most of the differences.
    """

    recordings: tuple[Recording, Recording]
    names: tuple[str, str]
    pairs: Sequence[Pair]
    parting: tuple[Visit, Visit] | None
    words: Sequence[str]
    changed: Sequence[str]
    data: Sequence[DataDifference]

    @property
    def titles(self) -> tuple[str, str]:
        """`order-11: SUCCEEDED after 2.1 s`, of each."""
        one, other = map(_title, self.names, self.recordings)
        return one, other


def comparison_of(
    one: Recording, other: Recording, names: tuple[str, str] | None = None
) -> Comparison:
    """Compare two executions that were read; `names` are what they are called, else as on AWS."""
    called = names or _names(one, other)
    ones, others = (in_order(found.execution, found.definition) for found in (one, other))
    pairs = aligned(ones, others)
    alike = common(ones, others)
    differ = _first_difference(ones[:alike], others[:alike])
    parted = len(ones) > alike or len(others) > alike
    at = differ if differ is not None else alike - 1 if parted and alike else None
    words = []
    if differ is not None:
        mine, theirs = outcome(ones[differ]), outcome(others[differ])
        name = place(ones[differ])
        words.append(f"They part at {name}: in {called[0]} {mine}, in {called[1]} {theirs}.")
    if parted:
        after = place(ones[alike - 1]) if alike else "the start"
        steps = [_step(found, visits, alike) for found, visits in ((one, ones), (other, others))]
        also = " also" if differ is not None else ""
        words.append(
            f"They{also} go different ways after {after}: {called[0]} {steps[0]}, "
            f"{called[1]} {steps[1]}."
        )
    if not words:
        words.append("They went the same way, and did the same in every state.")
    parting = None if at is None else (ones[at], others[at])
    return Comparison(
        recordings=(one, other),
        names=called,
        pairs=pairs,
        parting=parting,
        words=words,
        changed=changed_states(one.definition, other.definition),
        data=data_differences(pairs, parting, one, other),
    )


def _first_difference(ones: Sequence[Visit], others: Sequence[Visit]) -> int | None:
    """The first visit in which they did not do the same. Of a Parallel or Map state, it is what
    failed inside it."""
    differ = [
        at
        for at, (mine, theirs) in enumerate(zip(ones, others, strict=True))
        if deeds(mine) != deeds(theirs)
    ]
    if not differ:
        return None
    first = differ[0]
    inside = [at for at in differ if any(frame is ones[first] for frame in ones[at].ancestors)]
    failed = [at for at in inside if _failed(ones[at]) or _failed(others[at])]
    return next((at for at in failed if ones[at].type not in ("Parallel", "Map")), first)


def _failed(visit: Visit) -> bool:
    return any(attempt.failed for attempt in visit.attempts)


def _names(one: Recording, other: Recording) -> tuple[str, str]:
    first, second = one.execution.name, other.execution.name
    if first != second:
        return first, second
    machines = one.execution.machine, other.execution.machine
    if machines[0] != machines[1]:
        return f"{first} of {machines[0]}", f"{second} of {machines[1]}"
    return f"{first} (first)", f"{second} (second)"


def _title(name: str, recording: Recording) -> str:
    execution = recording.execution
    after = f" after {short(execution.stopped)}" if execution.stopped is not None else ""
    return f"{name}: {execution.status}{after}"


def _step(recording: Recording, visits: Sequence[Visit], at: int) -> str:
    """Where an execution goes on from its first `at` visits."""
    if at < len(visits):
        return f"goes on to {place(visits[at])}"
    execution = recording.execution
    if execution.status == "RUNNING":
        return "has not gone on yet"
    error = f" {execution.error}" if execution.error else ""
    return f"ends there: {execution.status}{error}"


def lines_of(comparison: Comparison) -> Iterator[str]:
    """All of it in words, the visits side by side among it."""
    yield f"{comparison.titles[0]} | {comparison.titles[1]}"
    yield from comparison.words
    yield from (f"The definitions differ, {line}." for line in comparison.changed)
    for mine, theirs in comparison.pairs:
        visit = mine or theirs
        assert visit is not None  # a pair has one
        cells = [cell_of(one) for one in (mine, theirs)]
        sign = "=" if is_same(mine, theirs) else "≠"
        mark = "  <- they part here" if comparison.parting and mine is comparison.parting[0] else ""
        yield f"  {sign} {place(visit)}: {cells[0]} | {cells[1]}{mark}"


def is_same(mine: Visit | None, theirs: Visit | None) -> bool:
    """Whether both did the same in a state, apart from data and times."""
    return mine is not None and theirs is not None and deeds(mine) == deeds(theirs)


def cell_of(visit: Visit | None) -> str:
    """What one execution did in a state, and how long it took."""
    if visit is None:
        return "not visited"
    seconds = seconds_of(visit)
    return outcome(visit) + (f", {short(seconds)}" if seconds else "")


def seconds_of(visit: Visit) -> float | None:
    """How long it was in a state; None while it is."""
    left = visit.exited if visit.exited is not None else visit.stopped
    return None if left is None else left - visit.entered
