"""The path so far: which exercises are solved, and how well confidence fitted."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd
from matplotlib.patches import Patch, Rectangle

from orderlab.console.outputs.chart import Chart
from orderlab.console.outputs.page import View
from orderlab.console.outputs.plotting import FILLS, Fill, figure, only_grid, style
from orderlab.console.style import FAINT, PATH
from orderlab.lesson import index
from orderlab.lesson.predictions import CONFIDENCES
from orderlab.lesson.record import Record

LESSONS = 21
STATES = {
    "solved": FILLS["SUCCEEDED"],
    "tried": FILLS["TIMED_OUT"],
    "open": Fill("#ffffff", "", "#b0b8c1"),
}


def draw(record: Record) -> View:
    """Two charts: the exercises along the path, and the predictions by confidence."""
    return View(_exercises(record), _confidence(record))


def _exercises(record: Record) -> Chart:
    rows = []
    for name in index.all_ids():
        tries = record.exercises.get(name)
        state = "open" if not tries or not tries.checks else "solved" if tries.solved else "tried"
        lesson, number = name.split(".")
        hints, checks = (tries.hints, tries.checks) if tries else (0, 0)
        level = index.find(name).level
        rows.append((name, int(lesson), int(number), level, state, checks, hints))
    columns = ["exercise", "lesson", "number", "level", "state", "checks", "hints"]
    data = pd.DataFrame(rows, columns=columns)
    solved = int((data["state"] == "solved").sum())
    title = f"{solved} of {len(data)} exercises solved"
    most = max(3, int(data["number"].max()))
    with style():
        chart = figure(80 + 26 * most)
        axes = chart.subplots()
        for _, row in data.iterrows():
            shape: dict[str, Any] = {"width": 0.8, "height": 0.8, **STATES[row["state"]].bar}
            axes.add_patch(Rectangle((row["lesson"] - 0.4, row["number"] - 0.9), **shape))
        axes.set(title=title, xlabel="lesson", yticks=[], ylim=(0, most))
        axes.set_xlim(0.4, LESSONS + 0.6)
        axes.set_xticks(range(1, LESSONS + 1))
        axes.spines["left"].set_visible(False)
        key = [Patch(label=state, **fill.bar) for state, fill in STATES.items()]
        chart.legend(handles=key, loc="outside right upper")
    lines = [title]
    for state in ("tried", "open"):
        names = list(data.loc[data["state"] == state, "exercise"])
        lines += [f"  {state}: {', '.join(names)}"] if names else []
    return Chart(chart, data, "\n".join(lines))


def _confidence(record: Record) -> Chart:
    """How often each confidence was right: a person who is 75 % sure should be, of 4 times, 3."""
    told: dict[int, list[bool]] = defaultdict(list)
    for one in record.predictions.values():
        if one.confidence is not None:
            told[one.confidence].append(one.right)
    rows = [
        (word, sure, len(told[sure]), 100 * sum(told[sure]) / len(told[sure]))
        for word, sure in CONFIDENCES
        if told[sure]
    ]
    data = pd.DataFrame(rows, columns=["confidence", "percent", "answers", "right"])
    sizes = [30 + 12 * count for _, _, count, _ in rows]
    skipped = sum(one.choice is None for one in record.predictions.values())
    answered = len(record.predictions) - skipped
    title = f"{answered} predictions answered, {skipped} skipped"
    with style():
        chart = figure(260, 420)
        axes = chart.subplots()
        axes.plot([0, 100], [0, 100], color=FAINT, linestyle="--", linewidth=1)
        axes.scatter(data["percent"], data["right"], s=sizes, color=PATH)
        for _, row in data.iterrows():
            text = "1 answer" if row["answers"] == 1 else f"{row['answers']} answers"
            at = (row["percent"], row["right"])
            axes.annotate(text, at, (0, 9), textcoords="offset points", ha="center")
        axes.set(title=title, xlabel="how sure you were (%)", ylabel="how often right (%)")
        axes.set(xlim=(0, 105), ylim=(-5, 115))
        only_grid(axes, "y")
    lines = [title]
    lines += [
        f"  {word} ({sure} %): {right:.0f} % of {count} right" for word, sure, count, right in rows
    ]
    return Chart(chart, data, "\n".join(lines))
