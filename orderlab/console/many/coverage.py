"""`console.coverage`: what of a state machine a set of executions reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape

import pandas as pd

from orderlab.console.definition.parsing import Definition
from orderlab.console.many.coveragepicture import coverage_picture
from orderlab.console.many.flow import flow_of
from orderlab.console.many.gathering import Gathered, gather
from orderlab.console.many.listing import Executions
from orderlab.console.many.possible import Item
from orderlab.console.many.reached import Reachable
from orderlab.console.many.shares import Share, shares, shares_chart
from orderlab.console.many.words import percent, plural
from orderlab.console.outputs.fold import Fold, said
from orderlab.console.outputs.page import View

COLUMNS = ["kind", "state", "target", "label", "reached", "first"]


class Coverage(View):
    """What executions reached of a state machine.

    Attributes:
        states, transitions, catches, retries, total: shares, with `reached`, `possible`, `percent`.
        percent: the total's.
        table: a row for each thing to reach: kind, state, target (of a transition or a catch),
            label (a Choice rule, or the errors of a catch or retry), reached (by how many
            executions), first (the name of the first of them).
        missing: what no execution reached, in words.
        chart: the shares; `chart.figure` is matplotlib's, `chart.data` its DataFrame.
        picture: the state machine, with what was reached.
        notes: what could not be read or was not, each in a line.
    """

    def __init__(self, gathered: Gathered, definition: Definition) -> None:
        reachable = Reachable(definition)
        items, counts, first = reachable.items, Counter[Item](), dict[Item, str]()
        read = [one for one in gathered.listed if one.arn in gathered.runs]
        for one in read:
            found = reachable.reached(gathered.runs[one.arn])
            counts.update(found)
            first.update({item: one.name for item in found if item not in first})
        rows = [(i.kind, i.state, i.target, i.label, counts[i], first.get(i)) for i in items]
        self.table = pd.DataFrame(rows, columns=COLUMNS)
        self.missing = [item.missed for item in items if item not in counts]
        by_kind = shares(items, counts)
        self.states, self.transitions, self.catches, self.retries, self.total = by_kind.values()
        self.percent = self.total.percent
        flow = flow_of(gathered.runs.values())
        self.notes = [*gathered.notes, *_strangers(definition, flow.visits)]
        self.chart = shares_chart(by_kind, _title(gathered, self.total, len(read)))
        words = "\n".join(_words(items, counts))
        self.picture = coverage_picture(definition, items, counts, flow, words)
        notes = [said("\n".join(self.notes))] if self.notes else []
        super().__init__(*notes, self.chart, self.picture, _missing(self.missing))


def coverage(machine_arn: str, executions: Executions = None) -> Coverage:
    """Which states, transitions, catches and retries of a state machine executions reached.

    It is of the definition as it is now. A catch or a retry is reached when it took an error, as
    Step Functions decides it: the first whose ErrorEquals holds the error's name. The histories of
    at most 1,000 executions that have ended are read, spread evenly, and beside them those of at
    most as many that did not succeed; the title says how many.

    Args:
        machine_arn: the state machine, its version or its alias.
        executions: ARNs or names of those that are meant, or what a run of `localaws.load`
            returned. Without it, all of the machine.

    Raises:
        ValueError: the machine is an Express workflow, and AWS keeps no list of its executions.
        PermissionError: the definition may not be read.
        botocore.exceptions.ClientError: there is no such machine, or no such execution.
    """
    gathered = gather(machine_arn, executions)
    if gathered.definition is None:
        raise PermissionError(gathered.notes[0])
    return Coverage(gathered, gathered.definition)


def _title(gathered: Gathered, total: Share, read: int) -> str:
    some = plural(len(gathered.listed), "execution")
    by = some if read == len(gathered.listed) else f"{read:,} of {some}"
    return f"{gathered.machine}: {percent(total.reached, total.possible)} reached by {by}"


def _words(items: list[Item], counts: Counter[Item]) -> Iterator[str]:
    """What the picture says, in words."""
    yield "Reached, in executions:"
    for item in items:
        count = f"{counts[item]:,}" if item in counts else "never"
        if item.kind == "state":
            yield f"  {item.state}: {count}"
        elif item.kind == "transition":
            rule = f" ({item.label})" if item.label else ""
            yield f"    to {item.target}{rule}: {count}"
        else:
            target = f" to {item.target}" if item.target else ""
            yield f"    {item.kind.capitalize()} {item.short}{target}: {count}"


def _missing(missing: list[str]) -> Fold:
    if not missing:
        return said("Everything was reached.")
    title = f"Not reached: {len(missing)}"
    items = "".join(f"<li>{escape(one)}</li>" for one in missing)
    html = (
        f'<details class="mathjax_ignore"><summary>{title}</summary>'
        f'<ul style="margin: 0.3em 0">{items}</ul></details>'
    )
    return Fold(html, "\n".join([title, *(f"  {one}" for one in missing)]))


def _strangers(definition: Definition, visited: Iterable[str]) -> Iterator[str]:
    """A definition that was updated since some executions started."""
    names = sorted(set(visited) - definition.states.keys())
    if names:
        yield f"Not in the definition of today, and not counted: {', '.join(names)}."
