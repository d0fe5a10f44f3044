"""Dashboards are stored and read; a body that is none is refused in CloudWatch's words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

METRIC = {
    "type": "metric",
    "x": 0,
    "y": 0,
    "width": 12,
    "height": 6,
    "properties": {
        "metrics": [["AWS/Lambda", "Errors", "FunctionName", "a", {"stat": "Sum"}], [".", "Calls"]],
        "region": "us-east-1",
    },
}


def test_a_dashboard_is_kept(cloudwatch: Any, cloud: Any, name: Any) -> None:
    dashboard = name("orders")
    body = json.dumps({"widgets": [METRIC]})
    put = cloudwatch.put_dashboard(DashboardName=dashboard, DashboardBody=body)
    assert put["DashboardValidationMessages"] == []
    got = cloudwatch.get_dashboard(DashboardName=dashboard)
    assert got["DashboardBody"] == body
    assert got["DashboardArn"] == f"arn:aws:cloudwatch::123456789012:dashboard/{dashboard}"
    [entry] = cloudwatch.list_dashboards(DashboardNamePrefix=dashboard)["DashboardEntries"]
    assert entry["Size"] == len(body)
    assert abs((entry["LastModified"] - cloud.clock.now).total_seconds()) < 5
    cloudwatch.delete_dashboards(DashboardNames=[dashboard])
    with pytest.raises(ClientError, match=f"Dashboard {dashboard} does not exist"):
        cloudwatch.get_dashboard(DashboardName=dashboard)
    with pytest.raises(ClientError, match=rf"does not exist\. \[{dashboard}\]"):
        cloudwatch.delete_dashboards(DashboardNames=[dashboard])


def changed(**changes: Any) -> str:
    return json.dumps({"widgets": [{**METRIC, **changes}]})


def of_rows(*rows: Any) -> str:
    return changed(properties={"metrics": list(rows), "region": "us-east-1"})


@pytest.mark.parametrize(
    ("body", "place", "message"),
    [
        (changed(type="pie"), "/widgets/0/type", "allowed values"),
        (changed(width=25), "/widgets/0/width", "Should be <= 24"),
        (changed(x=-1), "/widgets/0/x", "Should be >= 0"),
        (changed(height="6"), "/widgets/0/height", "Should be integer"),
        (changed(properties={"metrics": []}), "/widgets/0/properties", "'region'"),
        (
            of_rows(["AWS/Lambda", "Errors", "FunctionName"]),
            "/widgets/0/properties/metrics/0",
            "Should NOT have more than 2 items",
        ),
        (
            of_rows(["AWS/Lambda", "Errors", {"FunctionName": "a"}, "x"]),
            "/widgets/0/properties/metrics/0/2",
            "only 'String' type is allowed",
        ),
        (json.dumps({"widgets": {}}), "/widgets", "Should be array"),
    ],
)
def test_what_is_no_dashboard(
    cloudwatch: Any, name: Any, body: str, place: str, message: str
) -> None:
    with pytest.raises(ClientError, match="The dashboard body is invalid, there are 1") as error:
        cloudwatch.put_dashboard(DashboardName=name("orders"), DashboardBody=body)
    assert error.value.response["Error"]["Code"] == "InvalidParameterInput"
    listed = error.value.response["Error"]["Message"].split("errors:\n")[1]
    [problem] = json.loads(listed)
    assert problem["dataPath"] == place
    assert message in problem["message"]


@pytest.mark.parametrize("body", ["no JSON", "[]", "1"])
def test_a_body_is_an_object(cloudwatch: Any, name: Any, body: str) -> None:
    with pytest.raises(ClientError, match="must be a valid JSON object"):
        cloudwatch.put_dashboard(DashboardName=name("orders"), DashboardBody=body)
    with pytest.raises(ClientError, match="invalid characters"):
        cloudwatch.put_dashboard(DashboardName="with blank", DashboardBody="{}")


def test_what_is_ignored_is_told(cloudwatch: Any, name: Any) -> None:
    put = cloudwatch.put_dashboard(DashboardName=name("orders"), DashboardBody=changed(colour=1))
    [told] = put["DashboardValidationMessages"]
    assert told == {
        "DataPath": "/widgets/0",
        "Message": 'The "colour" property is not expected to be part of a widget definition, '
        "will be ignored",
    }
