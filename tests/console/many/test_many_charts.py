"""The charts of many executions: their numbers, their words, their bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from orderlab.console.many.durations import durations_chart
from orderlab.console.many.failures import failures_chart
from orderlab.console.many.overtime import MOST, bucket, over_time_chart
from orderlab.console.many.statuses import outcomes_chart
from orderlab.console.many.words import percent, plural, unit
from orderlab.console.outputs.chart import Chart
from orderlab.console.outputs.plotting import FILLS, WIDTH

STATUSES = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE", "RUNNING"]
DAY = timedelta(days=1)
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
Rows = Callable[..., pd.DataFrame]


def charts(table: pd.DataFrame) -> list[Chart]:
    return [
        outcomes_chart("Machine", table),
        durations_chart(table),
        failures_chart(table),
        over_time_chart(table),
    ]


def test_every_status_is_counted_and_has_a_pattern_of_its_own(rows: Rows) -> None:
    table = rows(*({"status": status} for status in STATUSES * 2), {"status": "SUCCEEDED"})
    chart = outcomes_chart("Machine", table)
    assert list(chart.data["status"]) == STATUSES
    assert list(chart.data["count"]) == [3, 2, 2, 2, 2, 2]
    assert chart.data["share"].sum() == pytest.approx(1)
    assert chart.text.splitlines()[:3] == [
        "Machine: 13 executions",
        "  SUCCEEDED: 3 (23.1 %)",
        "  FAILED: 2 (15.4 %)",
    ]
    assert len({fill.hatch for fill in FILLS.values()}) == len(FILLS)


def test_percentiles_are_those_of_pandas(rows: Rows) -> None:
    table = rows(
        *({"seconds": float(n)} for n in range(1, 101)),
        {"status": "FAILED", "seconds": 1000.0},
        {"status": "RUNNING"},
    )
    data = durations_chart(table).data.set_index("status")
    assert list(data.index) == ["all", "SUCCEEDED", "FAILED"]
    assert list(data["count"]) == [101, 100, 1]
    ended = table["seconds"].dropna()
    for name, quantile in {"p50": 0.5, "p90": 0.9, "p99": 0.99}.items():
        assert data.loc["all", name] == ended.quantile(quantile)
    assert (data.loc["all", "min"], data.loc["all", "max"]) == (1, 1000)


def test_the_axis_is_logarithmic_where_the_range_asks_for_it(rows: Rows) -> None:
    def scale(*seconds: float) -> str:
        table = rows(*({"seconds": one} for one in seconds))
        return str(durations_chart(table).figure.axes[0].get_xscale())

    assert scale(0.02, 5, 90_000) == "log"
    assert scale(1, 2, 3) == "linear"
    assert scale(0, 5, 90_000) == "linear"  # no logarithm of nothing


def test_the_histogram_holds_every_execution(rows: Rows) -> None:
    for seconds in ([0.0] * 3, [1.5] * 4, [0.1, 10.0, 5000.0], [86_400.0 * 3], [1.0, 2.0, 2.5]):
        table = rows(*({"seconds": one} for one in seconds))
        (stairs,) = durations_chart(table).figure.axes[0].patches
        assert stairs.get_data().values.sum() == len(seconds)


def test_failures_are_by_error_state_and_status(rows: Rows) -> None:
    table = rows(
        {"status": "FAILED", "error": "Declined", "failed_in": "Pay"},
        {"status": "FAILED", "error": "Declined", "failed_in": "Refund"},
        {"status": "FAILED", "error": "Declined", "failed_in": "Pay"},
        {"status": "TIMED_OUT", "error": "States.Timeout", "failed_in": "Pay"},
        {"status": "ABORTED", "failed_in": "Wait"},
        {"status": "FAILED", "retries": None},  # its history was not read
        {"status": "SUCCEEDED"},
    )
    chart = failures_chart(table)
    found = chart.data[["error", "state", "status", "count", "first"]]
    assert list(found.itertuples(index=False, name=None)) == [
        ("Declined", "Pay", "FAILED", 2, "e0"),
        ("(no error name)", "Wait", "ABORTED", 1, "e4"),
        ("Declined", "Refund", "FAILED", 1, "e1"),
        ("States.Timeout", "Pay", "TIMED_OUT", 1, "e3"),
    ]
    assert chart.text.startswith("Causes of 5 of 6 failures")
    assert "FAILED, Declined in Pay: 2  (40 %)" in chart.text


def test_more_errors_than_a_chart_holds_are_counted(rows: Rows) -> None:
    table = rows(
        *({"status": "FAILED", "error": f"E{n:02}", "failed_in": "Pay"} for n in range(20))
    )
    chart = failures_chart(table)
    assert len(chart.data) == 20
    assert len(chart.figure.axes[0].patches) == 12
    assert "and 8 more, of 8 executions" in chart.figure.get_supxlabel()


def test_time_is_cut_into_usual_lengths_and_empty_ones_stay(rows: Rows) -> None:
    days = [0, 0, 1, 6, 6, 6, 20]
    bad = {6}
    table = rows(
        *(
            {"started": START + day * DAY, "status": "FAILED" if day in bad else "SUCCEEDED"}
            for day in days
        )
    )
    data = over_time_chart(table).data
    assert set(data["from"].diff().dropna()) == {DAY}
    assert data["from"][0] == START.replace(hour=0)
    assert len(data) == 21
    assert list(data["executions"][:7]) == [2, 1, 0, 0, 0, 0, 3]
    assert (data["FAILED"][6], data["succeeded"][6], data["succeeded"][0]) == (3, 0, 1)
    assert data["succeeded"].isna()[3]


@pytest.mark.parametrize("seconds", [0, 0.5, 59, 3600, 86_400, 864_000, 10**8])
def test_never_more_bars_than_can_be_read(seconds: float) -> None:
    span = timedelta(seconds=seconds)
    assert span / bucket(span) < MOST


def test_no_execution_is_a_sentence(rows: Rows) -> None:
    texts = [chart.text for chart in charts(rows())]
    assert texts == [
        "Machine: there is no execution.",
        "Durations: no execution has ended.",
        "Failures: no execution failed.",
        "Over time: there is no execution.",
    ]
    assert all(len(chart.data) == 0 for chart in charts(rows()))


def test_every_chart_fits_a_page_and_is_named(rows: Rows) -> None:
    some = [{"status": s, "seconds": n * 7.0 + 0.1} for n, s in enumerate(STATUSES * 30)]
    for table in (rows(), rows({}), rows(*some)):
        for chart in charts(table):
            bundle, metadata = chart._repr_mimebundle_()
            assert metadata["image/png"]["width"] == WIDTH
            assert len(chart.svg) < 150_000
            root = ET.fromstring(chart.svg)
            assert root.attrib["aria-label"].split() == chart.text.split()
            assert bundle["text/plain"] == chart.text == repr(chart)
            assert not root.findall(".//{http://www.w3.org/2000/svg}text")  # outlines alone


PROGRAM = """
import sys
from datetime import UTC, datetime, timedelta
import pandas as pd
from orderlab.console.many.durations import durations_chart
from orderlab.console.many.overtime import over_time_chart
from orderlab.console.many.table import COLUMNS
start = datetime(2026, 1, 5, 9, tzinfo=UTC)
rows = [
    (f"e{n}", "FAILED" if n % 3 else "SUCCEEDED", start + timedelta(hours=n),
     start + timedelta(hours=n, seconds=n), float(n), "A", "E", "A", None, 0, f"arn{n}")
    for n in range(50)
]
table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
for chart in (durations_chart(table), over_time_chart(table)):
    sys.stdout.buffer.write(chart.svg.encode() + chart.text.encode())
"""


def test_the_same_bytes_in_every_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": ".", "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("7", "Asia/Tokyo"))
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 10_000


def test_words_of_numbers() -> None:
    assert [percent(*pair) for pair in ((0, 0), (0, 5), (5, 5), (1, 8), (2, 3))] == [
        "0 %",
        "0 %",
        "100 %",
        "12.5 %",
        "66.7 %",
    ]
    assert percent(9999, 10_000) == ">99.9 %"  # never 100 where one is missing
    assert percent(1, 10_000) == "<0.1 %"
    assert [plural(n, "retry") for n in (0, 1, 1000)] == ["0 retries", "1 retry", "1,000 retries"]
    assert [unit(seconds)[0] for seconds in (0.5, 60, 3600, 90_000, 10**6)] == [
        "ms",
        "s",
        "min",
        "h",
        "d",
    ]
