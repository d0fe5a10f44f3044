"""What CloudWatch tells of an alarm: to a topic, to a function, to EventBridge.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html,
.../alarms-and-actions-Lambda.html, .../cloudwatch-and-eventbridge.html; and recordings of notices.
"""

from __future__ import annotations

import functools
import json
import uuid
from typing import Any

import botocore.session
from moto.cloudwatch.models import Alarm

from localaws.observability.evaluation import stamp

LONGEST_SUBJECT = 100  # docs.aws.amazon.com/sns/latest/api/API_Publish.html


@functools.cache
def region_name(region: str) -> str:
    """A Region as CloudWatch writes it: US East (N. Virginia)."""
    [partition] = botocore.session.get_session().get_data("endpoints")["partitions"][:1]
    described = partition["regions"].get(region, {"description": region})["description"]
    return str(described).replace("Europe (", "EU (")


def subject(alarm: Alarm) -> str:
    """The subject of a mail: ALARM: "orders" in US East (N. Virginia)."""
    end = f'" in {region_name(alarm.region_name)}'
    begin = f'{alarm.state_value}: "{alarm.name}'
    room = LONGEST_SUBJECT - len(end)
    return (begin if len(begin) <= room else begin[: room - 3] + "...") + end


def message(alarm: Alarm, previous: dict[str, Any]) -> str:
    """The message to a topic, as JSON.

    Args:
        alarm: in its new state.
        previous: the state before, as `state` tells it.
    """
    told = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": alarm.alarm_arn.split(":")[4],
        "AlarmConfigurationUpdatedTimestamp": _stamp(alarm.configuration_updated_timestamp),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": _stamp(alarm.state_updated_timestamp),
        "Region": region_name(alarm.region_name),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": previous["value"],
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
    }
    if alarm.rule is None:
        told["Trigger"] = _trigger(alarm)
    else:
        told["AlarmRule"] = alarm.rule
        children = json.loads(alarm.state_reason_data or "{}").get("triggeringAlarms", [])
        told["TriggeringChildren"] = [
            {
                "Arn": child["arn"],
                "State": {
                    "Value": child["state"]["value"],
                    "Timestamp": child["state"]["timestamp"],
                },
            }
            for child in children
        ]
    return json.dumps(told, separators=(",", ":"))


def _trigger(alarm: Alarm) -> dict[str, Any]:
    compared = {
        "Period": alarm.period,
        "EvaluationPeriods": alarm.evaluation_periods,
        **({"DatapointsToAlarm": alarm.datapoints_to_alarm} if alarm.datapoints_to_alarm else {}),
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing_data or "",
        "EvaluateLowSampleCountPercentile": alarm.evaluate_low_sample_count_percentile or "",
    }
    if alarm.metric_data_queries:
        return {**compared, "Metrics": [_told_query(q) for q in alarm.metric_data_queries]}
    kind = "ExtendedStatistic" if alarm.extended_statistic else "Statistic"
    return {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        "StatisticType": kind,
        kind: alarm.extended_statistic or alarm.statistic.upper(),
        "Unit": alarm.unit,
        "Dimensions": [{"value": one.value, "name": one.name} for one in alarm.dimensions],
        **compared,
    }


def _told_query(query: dict[str, Any]) -> dict[str, Any]:
    told = {**query, "ReturnData": query.get("ReturnData", True)}
    if "MetricStat" in query:
        metric = query["MetricStat"]["Metric"]
        pairs = metric.get("Dimensions") or []
        dimensions = [{"value": one["Value"], "name": one["Name"]} for one in pairs]
        told["MetricStat"] = {
            **query["MetricStat"],
            "Metric": {**metric, "Dimensions": dimensions},
        }
    return told


def state(alarm: Alarm) -> dict[str, Any]:
    """An alarm's state, as events tell it."""
    told = {"value": alarm.state_value, "reason": alarm.state_reason}
    if alarm.state_reason_data:
        told["reasonData"] = alarm.state_reason_data
    return {**told, "timestamp": _stamp(alarm.state_updated_timestamp)}


def detail(alarm: Alarm, previous: dict[str, Any]) -> dict[str, Any]:
    """The detail of the event "CloudWatch Alarm State Change"."""
    return {
        "alarmName": alarm.name,
        "state": state(alarm),
        "previousState": previous,
        "configuration": _configuration(alarm),
    }


def function_event(alarm: Alarm, previous: dict[str, Any]) -> dict[str, Any]:
    """The event with which an alarm invokes a function."""
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm.alarm_arn,
        "accountId": alarm.alarm_arn.split(":")[4],
        "time": _stamp(alarm.state_updated_timestamp),
        "region": alarm.region_name,
        "alarmData": detail(alarm, previous),
    }


def _configuration(alarm: Alarm) -> dict[str, Any]:
    described = {"description": alarm.description} if alarm.description else {}
    if alarm.rule is not None:
        return {**described, "alarmRule": alarm.rule}
    if alarm.metric_data_queries:
        metrics = [_event_query(query) for query in alarm.metric_data_queries]
    else:
        stat = {
            "Metric": {
                "Namespace": alarm.namespace,
                "MetricName": alarm.metric_name,
                "Dimensions": [{"Name": o.name, "Value": o.value} for o in alarm.dimensions],
            },
            "Period": alarm.period,
            "Stat": alarm.extended_statistic or alarm.statistic,
            "Unit": alarm.unit,
        }
        # CloudWatch makes up an id for the one metric.
        made_up = str(uuid.uuid5(uuid.NAMESPACE_URL, alarm.alarm_arn))
        metrics = [_event_query({"Id": made_up, "MetricStat": stat})]
    return {**described, "metrics": metrics}


def _event_query(query: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"id": query["Id"]}
    if "Expression" in query:
        told["expression"] = query["Expression"]
    if query.get("Label"):
        told["label"] = query["Label"]
    if "MetricStat" in query:
        stat = query["MetricStat"]
        metric = stat["Metric"]
        dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions") or []}
        told["metricStat"] = {
            "metric": {
                "namespace": metric["Namespace"],
                "name": metric["MetricName"],
                "dimensions": dimensions,
            },
            "period": stat["Period"],
            "stat": stat["Stat"],
            **({"unit": stat["Unit"]} if stat.get("Unit") else {}),
        }
    return {**told, "returnData": query.get("ReturnData", True)}


def _stamp(moment: Any) -> str:
    return stamp(moment.timestamp())
