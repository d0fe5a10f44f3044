"""Metrics out of log events: metric filters, and the Embedded Metric Format.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html,
docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from moto.core.utils import unix_time_millis
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend, LogStream, logs_backends
from moto.logs.responses import LogsResponse

from localaws.mending import Mends
from localaws.observability import metrics, patterns
from localaws.observability.jsonpatterns import as_number
from localaws.observability.metrics import NO_UNIT, Datum, Key
from localaws.observability.patterns import Message

EMBEDDED = '"_aws"'
MOST_EMBEDDED_METRICS = 100


def install(mends: Mends) -> None:
    _mend_arrival(mends)
    _mend_filters(mends)
    _mend_test(mends)
    _mend_group_count(mends)


def _mend_arrival(mends: Mends) -> None:
    """moto keeps metric filters and asks none of them (logs/models.py:1186)."""

    def put_log_events(self: LogStream, log_events: list[dict[str, Any]]) -> str:
        token = put(self, log_events)
        place = (self.account_id, self.region)
        filters = _filters_of(self.log_group)
        for event in log_events:
            text = event["message"]
            if filters:
                message = Message(text)
                for one in filters:
                    _count(place, one, message, event["timestamp"] / 1000)
            if EMBEDDED in text:
                _publish_embedded(place, Message(text).document, event["timestamp"] / 1000)
        return token

    put: Callable[..., str] = mends.replace(LogStream, "put_log_events", put_log_events)


def _filters_of(group: LogGroup) -> list[dict[str, Any]]:
    backend = logs_backends[group.account_id][group.region]
    known = backend.filters.metric_filters
    return [one for one in known if one["logGroupName"] == group.name]


def _count(
    place: tuple[str, str], metric_filter: dict[str, Any], message: Message, when: float
) -> None:
    pattern = patterns.compiled(metric_filter["filterPattern"])
    matched = pattern.matches(message)
    for one in metric_filter["metricTransformations"]:
        value = one["metricValue"] if matched else one.get("defaultValue")
        if isinstance(value, str) and value.startswith("$"):
            value = pattern.value(message, value)
        number = as_number(value)
        dimensions = _dimensions(pattern, message, one.get("dimensions") or {})
        if number is not None and dimensions is not None:
            unit = one.get("unit") or NO_UNIT
            metrics.put(
                place, one["metricNamespace"], one["metricName"], number, unit, dimensions, when
            )


def _dimensions(
    pattern: patterns.Pattern, message: Message, wanted: dict[str, str]
) -> tuple[tuple[str, str], ...] | None:
    """None where the event lacks one: it is then not counted."""
    found = {name: pattern.value(message, field) for name, field in wanted.items()}
    if None in found.values():
        return None
    return tuple(sorted((name, str(value)) for name, value in found.items()))


def _publish_embedded(place: tuple[str, str], document: Any, when: float) -> None:
    """What a handler prints with `_aws`, as Powertools' Metrics does."""
    about = document.get("_aws") if isinstance(document, dict) else None
    if not isinstance(about, dict) or not isinstance(about.get("CloudWatchMetrics"), list):
        return
    moment = as_number(about.get("Timestamp"))
    when = when if moment is None else moment / 1000
    store = metrics.store(*place)
    try:
        found = [one for part in about["CloudWatchMetrics"] for one in _embedded(document, part)]
    except (AttributeError, KeyError, TypeError, ValueError):
        return  # it is not of the format: as on AWS, it is a line of the log and nothing more
    for key, datum, unit, resolution in found:
        store.put_datum(key, datum, unit, when, resolution)


def _embedded(
    document: dict[str, Any], directive: dict[str, Any]
) -> Iterator[tuple[Key, Datum, str, int]]:
    for definition in directive.get("Metrics", [])[:MOST_EMBEDDED_METRICS]:
        values = document.get(definition["Name"])
        values = values if isinstance(values, list) else [values]
        numbers = [number for number in map(as_number, values) if number is not None]
        if not numbers:
            continue
        datum = Datum()
        for number in numbers:
            datum.add(number)
        for names in directive.get("Dimensions") or [[]]:
            if all(name in document for name in names):
                pairs = tuple(sorted((name, str(document[name])) for name in names))
                key = Key(directive["Namespace"], definition["Name"], pairs)
                resolution = int(definition.get("StorageResolution") or metrics.MINUTE)
                yield key, datum, definition.get("Unit") or NO_UNIT, resolution


def _mend_filters(mends: Mends) -> None:
    """moto adds a second filter where one is changed, takes any pattern and any group, and lists
    them unordered and without their time (logs/metric_filters.py:27)."""

    def put_metric_filter(
        self: LogsBackend,
        filter_name: str,
        filter_pattern: str,
        log_group_name: str,
        metric_transformations: Any,
    ) -> None:
        if log_group_name not in self.groups:
            raise ResourceNotFoundException
        pattern = patterns.compiled(filter_pattern)
        for one in metric_transformations:
            for field in (one["metricValue"], *(one.get("dimensions") or {}).values()):
                if field.startswith("$"):
                    pattern.value(Message("{}"), field)  # refuses what is no field
            if one.get("dimensions") and one.get("defaultValue") is not None:
                raise InvalidParameterException(
                    "Invalid metric transformation: dimensions and defaultValue are mutually "
                    "exclusive."
                )
        self.filters.delete_filter(filter_name, log_group_name)
        put(self, filter_name, filter_pattern, log_group_name, metric_transformations)
        self.filters.metric_filters[-1]["creationTime"] = int(unix_time_millis())
        self.filters.metric_filters.sort(key=lambda one: one["filterName"])

    put: Callable[..., None] = mends.replace(LogsBackend, "put_metric_filter", put_metric_filter)


def _mend_test(mends: Mends) -> None:
    """moto has no TestMetricFilter."""

    def test_metric_filter(self: LogsResponse) -> str:
        pattern = patterns.compiled(self._get_param("filterPattern"))
        texts = self._get_param("logEventMessages")
        matches = [
            {
                "eventNumber": number,
                "eventMessage": text,
                "extractedValues": pattern.extracted(Message(text)),
            }
            for number, text in enumerate(texts, 1)
            if pattern.matches(Message(text))
        ]
        return json.dumps({"matches": matches})

    mends.replace(LogsResponse, "test_metric_filter", test_metric_filter)


def _mend_group_count(mends: Mends) -> None:
    """moto says that a log group has no metric filter (logs/models.py:630)."""

    def to_describe_dict(self: LogGroup) -> dict[str, Any]:
        return {**describe(self), "metricFilterCount": len(_filters_of(self))}

    describe: Callable[..., dict[str, Any]] = mends.replace(
        LogGroup, "to_describe_dict", to_describe_dict
    )
