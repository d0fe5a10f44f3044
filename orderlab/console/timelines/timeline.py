"""When an execution did what: `console.timeline`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orderlab.console.durations import short
from orderlab.console.executions.execution import Execution
from orderlab.console.executions.reading import Recording, read
from orderlab.console.outputs.chart import Chart
from orderlab.console.outputs.plotting import style
from orderlab.console.timelines.axis import axis_of
from orderlab.console.timelines.bars import Bar, bars_of, frame_of
from orderlab.console.timelines.drawing import draw
from orderlab.console.timelines.rows import MOST_ROWS, rows_of


def timeline(arn: str) -> Chart:
    """One bar for each attempt of each state, for each wait, and for the backoff before a retry.

    Its `data` has the columns state, iteration (index of the Map's item, or none), attempt (from
    1; of a backoff, that of the attempt it waits for), kind (attempt, wait, backoff), start and
    end (seconds since the execution started; no end: it lasts), seconds, outcome (succeeded,
    failed, caught, stopped, running; "" of a part of an attempt, and of a backoff that is over),
    error (of a backoff, that of the attempt before).

    A Task with a task token has two bars: the call, and the wait for the answer. So has an
    activity's: the wait for a worker, and its work.

    Raises:
        botocore.exceptions.ClientError: no such execution.
        LookupError: an Express execution whose events were not logged.
    """
    return chart_of(read(arn))


def chart_of(recording: Recording) -> Chart:
    """The timeline of an execution that was read."""
    execution = recording.execution
    bars = bars_of(execution)
    rows = rows_of(bars, recording.definition)
    moments = [time for bar in bars for time in (bar.start, bar.end) if time is not None]
    moments += [time for pause in execution.pauses for time in pause]
    moments += [execution.stopped if execution.stopped is not None else execution.seen]
    axis = axis_of(moments, is_open=any(bar.end is None for bar in bars))
    marks = [
        (redriven, f"redriven after {short(redriven - ended)}")
        for ended, redriven in execution.pauses
    ]
    notes = list(_notes(execution, len(rows), sum(row.left_out for row in rows)))
    with style():
        title = f"{execution.title}{''.join(f'. {note}' for note in notes)}"
        figure = draw(rows[:MOST_ROWS], axis, title, marks)
    return Chart(figure, frame_of(bars), "\n".join([execution.title, *_words(bars), *notes]))


def _notes(execution: Execution, rows: int, items: int) -> Iterator[str]:
    if rows > MOST_ROWS:
        yield f"{rows - MOST_ROWS} later states are not drawn"
    if items:
        yield f"{items} items are not drawn"


def _words(bars: Sequence[Bar]) -> Iterator[str]:
    """Every bar in a line."""
    for bar in bars:
        items = "".join(f", item {item}" for item in bar.visit.items)
        end = f"to {short(bar.end)}" if bar.end is not None else "and lasts"
        lasts = f" ({short(bar.end - bar.start)})" if bar.end is not None else ""
        error = f" {bar.error}" if bar.error and bar.outcome in ("failed", "caught") else ""
        outcome = f": {bar.outcome}{error}" if bar.outcome else ""
        what = {
            "attempt": f"attempt {bar.attempt}",
            "wait": f"wait of attempt {bar.attempt}",
            "backoff": f"backoff before attempt {bar.attempt}",
        }[bar.kind]
        what = "wait" if bar.visit.type == "Wait" else what
        yield f"  {bar.visit.name}{items}, {what}: {short(bar.start)} {end}{lasts}{outcome}"
