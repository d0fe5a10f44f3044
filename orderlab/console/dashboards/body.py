"""What a dashboard's body says: its widgets, its time, and the metrics that its widgets name.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

COLUMNS = 24
_WIDTH, _HEIGHT = 6, 6  # of a widget that does not say
_SPAN = timedelta(hours=3)  # of a dashboard that does not say
_STATISTIC, _PERIOD = "Average", 300  # of a metric that does not say
_MINUTE = 60
_DURATION = re.compile(r"-P(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


@dataclass(frozen=True)
class Widget:
    """A widget and its place on the grid of 24 columns."""

    kind: str
    x: int
    y: int
    width: int
    height: int
    properties: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.properties.get("title", ""))


@dataclass(frozen=True)
class Series:
    """A metric or an expression of a widget, as a query of GetMetricData, and how it looks."""

    query: Mapping[str, Any]
    colour: str | None
    right: bool

    @property
    def id(self) -> str:
        return str(self.query["Id"])

    @property
    def period(self) -> int:
        """Seconds; of an expression a minute, the least that any metric here has."""
        return int(self.query.get("MetricStat", {}).get("Period", _MINUTE))

    @property
    def shown(self) -> bool:
        return bool(self.query["ReturnData"])


def widgets_of(body: Mapping[str, Any]) -> list[Widget]:
    """The widgets; one without a place stands below those before it."""
    found: list[Widget] = []
    for one in body.get("widgets", []):
        below = max((other.y + other.height for other in found), default=0)
        found.append(
            Widget(
                one["type"],
                int(one.get("x", 0)),
                int(one.get("y", below)),
                int(one.get("width", _WIDTH)),
                int(one.get("height", _HEIGHT)),
                one.get("properties", {}),
            )
        )
    return found


def time_of(body: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """From when to when a dashboard shows: what its `start` and `end` say, reckoned from now."""
    end = _moment(body["end"], now) if "end" in body else now
    start = _moment(body["start"], now) if "start" in body else end - _SPAN
    return start, end


def _moment(text: str, now: datetime) -> datetime:
    """`-PT3H` or 2026-01-05T09:00:00Z.

    Raises:
        ValueError: it is neither.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    months, weeks, days, hours, minutes = (int(number or 0) for number in match.groups())
    days += 30 * months + 7 * weeks
    return now - timedelta(days=days, hours=hours, minutes=minutes)


def series_of(properties: Mapping[str, Any]) -> list[Series]:
    """The metrics and expressions of a metric widget, in their order."""
    rows = list(_rows(properties.get("metrics", [])))
    names = [fields[1] for fields, _ in rows if fields]
    return [
        Series(
            _query(number, fields, given, properties, names),
            given.get("color"),
            given.get("yAxis") == "right",
        )
        for number, (fields, given) in enumerate(rows)
    ]


def _rows(metrics: list[list[Any]]) -> Iterator[tuple[list[str], Mapping[str, Any]]]:
    """Each row's fields, written out, and its rendering properties. An expression has no fields.

    "." repeats the field above; "..." at the beginning, all that the row does not say itself.
    """
    above: list[str] = []
    for row in metrics:
        given = row[-1] if row and isinstance(row[-1], dict) else {}
        fields = [one for one in row if isinstance(one, str)]
        if fields and fields[0] == "...":
            own = fields[1:]
            fields = above[: len(above) - len(own)] + own
        fields = [above[at] if one == "." else one for at, one in enumerate(fields)]
        above = fields or above
        yield fields, given


def _query(
    number: int,
    fields: list[str],
    given: Mapping[str, Any],
    properties: Mapping[str, Any],
    names: list[str],
) -> Mapping[str, Any]:
    query = {"Id": given.get("id", f"q{number}"), "ReturnData": given.get("visible", True)}
    if not fields:
        label = given.get("label", given["expression"])
        return {**query, "Expression": given["expression"], "Label": label}
    namespace, name, *pairs = fields
    alone = names.count(name) == 1 or not pairs
    pairs_of = zip(pairs[::2], pairs[1::2], strict=True)
    dimensions = [{"Name": key, "Value": value} for key, value in pairs_of]
    return {
        **query,
        "Label": given.get("label", name if alone else pairs[-1]),
        "MetricStat": {
            "Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions},
            "Period": given.get("period", properties.get("period", _PERIOD)),
            "Stat": given.get("stat", properties.get("stat", _STATISTIC)),
        },
    }


def log_query(properties: Mapping[str, Any]) -> tuple[list[str], str]:
    """A log widget's log groups and the query without them: `SOURCE 'a' | SOURCE 'b' | fields …`"""
    groups, text = [], str(properties.get("query", "")).strip()
    while match := re.match(r"SOURCE\s+(['\"])(.+?)\1\s*\|?\s*", text, re.IGNORECASE):
        groups.append(match[2])
        text = text[match.end() :]
    return groups, text
