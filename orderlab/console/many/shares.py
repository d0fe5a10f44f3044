"""How much of a state machine was reached, in numbers and as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from orderlab.console.many.possible import KINDS, Item
from orderlab.console.many.words import percent
from orderlab.console.outputs.chart import Chart
from orderlab.console.outputs.plotting import EDGE, FILLS, figure, style

NAMES = {"state": "States", "transition": "Transitions", "catch": "Catches", "retry": "Retries"}
TOTAL = "All"


@dataclass(frozen=True)
class Share:
    """So many reached, of so many that there are."""

    reached: int
    possible: int

    @property
    def percent(self) -> float:
        """100 if all is reached and only then; so, too, where there is nothing to reach."""
        return 100 * self.reached / self.possible if self.possible else 100.0

    def __str__(self) -> str:
        if not self.possible:
            return "there are none"
        return f"{self.reached} of {self.possible} ({percent(self.reached, self.possible)})"


def shares(items: Sequence[Item], counts: Mapping[Item, int]) -> dict[str, Share]:
    """The share of each kind by its name in NAMES, and TOTAL."""
    groups = {NAMES[kind]: [item for item in items if item.kind == kind] for kind in KINDS}
    groups[TOTAL] = list(items)
    return {
        name: Share(sum(item in counts for item in group), len(group))
        for name, group in groups.items()
    }


def shares_chart(found: Mapping[str, Share], title: str) -> Chart:
    """A bar for each kind, and one for all."""
    rows = [(name, one.reached, one.possible, one.percent) for name, one in found.items()]
    data = pd.DataFrame(rows, columns=["kind", "reached", "possible", "percent"])
    with style():
        made = figure(58 + 25 * len(found))
        axes = made.subplots()
        for name, one in found.items():
            axes.barh(name, 100, height=0.6, fill=False, edgecolor=EDGE, linestyle="--")
            axes.barh(name, one.percent if one.possible else 0, 0.6, **FILLS["SUCCEEDED"].bar)
            weight = "bold" if name == TOTAL else "normal"
            axes.annotate(str(one), (101, name), va="center", fontweight=weight)
        axes.set_xlim(0, 122)
        axes.invert_yaxis()
        axes.xaxis.set_visible(False)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_title(title)
    lines = [f"  {name}: {one}" for name, one in found.items()]
    return Chart(made, data, "\n".join([title, *lines]))
