"""CloudWatch, CloudWatch Logs and X-Ray.

docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html,
.../list_amazoncloudwatchlogs.html, .../list_awsx-ray.html
"""

from __future__ import annotations

from localaws.iam.actions.needs import Ask, Need, Rules, alike, anything, at, own

ALARM = at("arn:aws:cloudwatch:{region}:{account}:alarm:{AlarmName}")
DASHBOARD = at("arn:aws:cloudwatch::{account}:dashboard/{DashboardName}")
GROUP = at("arn:aws:logs:{region}:{account}:log-group:{logGroupName}")
GROUPS = at("arn:aws:logs:{region}:{account}:log-group:*")


def group(ask: Ask) -> str:
    """A log group: actions on it see its name and an empty stream."""
    named = ask.value("logGroupIdentifier")
    found = str(named) if named and str(named).startswith("arn:") else GROUP(ask)
    return f"{found.removesuffix(':*')}:log-stream:"


def stream(ask: Ask) -> str:
    """A stream of a group."""
    return f"{group(ask)}{ask.value('logStreamName')}"


def _alarms(ask: Ask) -> list[Need]:
    names = ask.value("AlarmNames") or [v for k, v in ask.given.items() if "AlarmNames" in k]
    place = f"arn:aws:cloudwatch:{ask.region}:{ask.account}:alarm:"
    return [Need(f"cloudwatch:{ask.operation}", place + str(name)) for name in names or ["*"]]


def _groups(ask: Ask) -> list[Need]:
    names = ask.value("logGroupNames") or []
    single = ask.value("logGroupName")
    place = f"arn:aws:logs:{ask.region}:{ask.account}:log-group:"
    found = [place + f"{name}:log-stream:" for name in (*names, *([single] if single else []))]
    return [Need(f"logs:{ask.operation}", one) for one in found or [GROUPS(ask)]]


CLOUDWATCH: Rules = {
    **own(
        "cloudwatch",
        anything,
        "GetMetricData GetMetricStatistics GetMetricWidgetImage ListDashboards ListMetrics"
        " PutMetricData",
    ),
    **own("cloudwatch", ALARM, "PutCompositeAlarm PutMetricAlarm SetAlarmState"),
    **alike(
        _alarms,
        "DeleteAlarms DescribeAlarmHistory DescribeAlarms DisableAlarmActions EnableAlarmActions",
    ),
    **own("cloudwatch", DASHBOARD, "GetDashboard PutDashboard"),
}
LOGS: Rules = {
    **own(
        "logs",
        group,
        "CreateLogGroup CreateLogStream DeleteLogGroup DeleteMetricFilter"
        " DeleteRetentionPolicy DescribeLogStreams DescribeMetricFilters"
        " DescribeSubscriptionFilters FilterLogEvents PutMetricFilter PutRetentionPolicy"
        " PutSubscriptionFilter",
    ),
    **own("logs", stream, "DeleteLogStream GetLogEvents PutLogEvents"),
    "StartQuery": _groups,
    **own("logs", GROUPS, "DescribeLogGroups"),
    **own(
        "logs",
        anything,
        "CreateLogDelivery DeleteLogDelivery DescribeQueries DescribeResourcePolicies"
        " GetLogDelivery GetQueryResults ListLogDeliveries PutResourcePolicy StopQuery"
        " TestMetricFilter UpdateLogDelivery",
    ),
}
XRAY: Rules = own(
    "xray",
    anything,
    "BatchGetTraces GetSamplingRules GetSamplingStatisticSummaries GetSamplingTargets"
    " GetServiceGraph GetTraceSummaries PutTelemetryRecords PutTraceSegments",
)
