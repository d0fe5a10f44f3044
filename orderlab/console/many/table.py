"""Many executions as a table, a row each."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from orderlab.console.many.listing import Listed
from orderlab.console.many.runs import Run

COLUMNS = {
    "name": "str",
    "status": "str",
    "started": "datetime64[us, UTC]",
    "stopped": "datetime64[us, UTC]",
    "seconds": "float64",
    "last_state": "object",
    "error": "object",
    "failed_in": "object",
    "cause": "object",
    "retries": "Int64",
    "arn": "str",
}


def table(listed: Iterable[Listed], runs: dict[str, Run]) -> pd.DataFrame:
    """A row for each execution.

    Columns: name; status (AWS's); started, stopped (UTC; NaT while it runs); seconds from start to
    stop; and, None where its history was not read: last_state (not counting those inside Parallel
    and Map), error, failed_in (the state that the error came from), cause, retries (of all its
    states); arn.
    """
    rows = [(*_of_list(one), *_of_history(runs.get(one.arn)), one.arn) for one in listed]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _of_list(one: Listed) -> tuple[object, ...]:
    seconds = (one.stopped - one.started).total_seconds() if one.stopped else None
    return one.name, one.status, one.started, one.stopped, seconds


def _of_history(run: Run | None) -> tuple[object, ...]:
    if run is None:
        return None, None, None, None, None
    execution = run.execution
    retries = sum(visit.retries for visit in execution.visits)
    last = run.last.name if run.last else None
    return last, execution.error, run.failed_in, execution.cause, retries
