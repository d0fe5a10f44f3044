"""Dashboards: stored and read, and their bodies looked through as CloudWatch does.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html;
the words of what is wrong are those of people's reports.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import CloudWatchException, DashboardInvalidInputError
from moto.cloudwatch.models import Dashboard
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import unix_time

from localaws.mending import Mends

WIDGET_TYPES = ("alarm", "chart", "custom", "explorer", "log", "metric", "text")
WIDGET_FIELDS = ("type", "x", "y", "width", "height", "properties")
LARGEST = {"x": 23, "width": 24, "height": 1000}
NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")

Problem = tuple[str, str]  # where in the body, and what


class DashboardNotFoundError(CloudWatchException):
    code = "ResourceNotFound"


def install(mends: Mends) -> None:
    _mend_put(mends)
    _mend_get(mends)
    _mend_delete(mends)


def problems(body: Any) -> Iterator[Problem]:
    """What makes a body no dashboard."""
    widgets = body.get("widgets", [])
    if not isinstance(widgets, list):
        yield "/widgets", "Should be array"
        return
    for number, widget in enumerate(widgets):
        place = f"/widgets/{number}"
        if not isinstance(widget, dict):
            yield place, "Should be object"
            continue
        yield from _problems_of(widget, place)


def _problems_of(widget: dict[str, Any], place: str) -> Iterator[Problem]:
    for field in ("type", "properties"):
        if field not in widget:
            yield place, f"Should have required property '{field}'"
    kind = widget.get("type")
    if kind is not None and kind not in WIDGET_TYPES:
        yield f"{place}/type", "Should be equal to one of the allowed values"
    for field in ("x", "y", "width", "height"):
        if widget.get(field) is not None:
            what = _wrong_size(field, widget[field])
            yield from [(f"{place}/{field}", what)] if what else []
    properties = widget.get("properties")
    if kind == "metric" and isinstance(properties, dict):
        yield from _metric_problems(properties, f"{place}/properties")
    if kind == "text" and isinstance(properties, dict) and "markdown" not in properties:
        yield f"{place}/properties", "Should have required property 'markdown'"


def _wrong_size(field: str, value: Any) -> str | None:
    least, most = (0 if field in "xy" else 1), LARGEST.get(field)
    if not isinstance(value, int) or isinstance(value, bool):
        return "Should be integer"
    if value < least:
        return f"Should be >= {least}"
    return f"Should be <= {most}" if most is not None and value > most else None


def _metric_problems(properties: dict[str, Any], place: str) -> Iterator[Problem]:
    rows = properties.get("metrics", [])
    if "metrics" not in properties and "annotations" not in properties:
        yield place, "Should have required property 'metrics'"
    if "region" not in properties:
        yield place, "Should have required property 'region'"
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        row_place = f"{place}/metrics/{number}"
        if not isinstance(row, list) or not row:
            yield row_place, "Should NOT have fewer than 1 items"
            continue
        names = row[:-1] if isinstance(row[-1], dict) else row
        for index, name in enumerate(names):
            if not isinstance(name, str):
                yield (
                    f"{row_place}/{index}",
                    "Invalid metric field type, only 'String' type is allowed",
                )
        if len(names) > 2 and len(names) % 2:
            yield row_place, f"Should NOT have more than {len(names) - 1} items"


def warnings(body: Any) -> Iterator[Problem]:
    """What CloudWatch takes and says that it ignores it."""
    for number, widget in enumerate(body.get("widgets", [])):
        for field in widget:
            if field not in WIDGET_FIELDS:
                expected = "is not expected to be part of a widget definition"
                yield f"/widgets/{number}", f'The "{field}" property {expected}, will be ignored'


def _mend_put(mends: Mends) -> None:
    """moto takes any JSON for a dashboard, under any name, and dates it with the machine's clock
    (cloudwatch/responses.py:266, models.py:300)."""

    def put_dashboard(self: CloudWatchResponse) -> ActionResult:
        name, text = self._get_param("DashboardName"), self._get_param("DashboardBody")
        if not NAME.fullmatch(name or ""):
            raise DashboardInvalidInputError(
                f"The value {name} for field DashboardName contains invalid characters. It can "
                "only contain alphanumerics, dash (-) and underscore (_).\n"
            )
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise DashboardInvalidInputError("The field DashboardBody must be a valid JSON object")
        found = [{"dataPath": place, "message": what} for place, what in problems(body)]
        if found:
            listed = json.dumps(found, indent=2)
            raise DashboardInvalidInputError(
                f"The dashboard body is invalid, there are {len(found)} validation errors:\n"
                f"{listed}"
            )
        dashboard: Dashboard = self.cloudwatch_backend.put_dashboard(name, text)
        dashboard.last_modified = datetime.fromtimestamp(unix_time(), UTC)
        told = [{"DataPath": place, "Message": what} for place, what in warnings(body)]
        return ActionResult({"DashboardValidationMessages": told})

    mends.replace(CloudWatchResponse, "put_dashboard", put_dashboard)


def _mend_get(mends: Mends) -> None:
    """moto does not say which dashboard is missing (cloudwatch/responses.py:250)."""

    def get_dashboard(self: CloudWatchResponse) -> ActionResult:
        name = self._get_param("DashboardName")
        dashboard = self.cloudwatch_backend.get_dashboard(name)
        if dashboard is None:
            raise DashboardNotFoundError(f"Dashboard {name} does not exist")
        told = {
            "DashboardArn": dashboard.arn,
            "DashboardBody": dashboard.body,
            "DashboardName": dashboard.name,
        }
        return ActionResult(told)

    mends.replace(CloudWatchResponse, "get_dashboard", get_dashboard)


def _mend_delete(mends: Mends) -> None:
    """moto names the missing ones in a set's order (cloudwatch/models.py:955)."""

    def delete_dashboards(self: CloudWatchResponse) -> EmptyResult:
        names = self._get_param("DashboardNames") or []
        known = self.cloudwatch_backend.dashboards
        missing = [name for name in names if name not in known]
        if missing:
            raise DashboardNotFoundError(
                f"The specified dashboard does not exist. [{', '.join(missing)}]"
            )
        for name in names:
            known.pop(name, None)
        return EmptyResult()

    mends.replace(CloudWatchResponse, "delete_dashboards", delete_dashboards)
