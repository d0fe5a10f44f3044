"""What is told of alarms: DescribeAlarms, DescribeAlarmsForMetric, DescribeAlarmHistory."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from localaws.mending import Mends
from localaws.observability import metricsapi
from localaws.observability.alarmrules import actions_of
from localaws.observability.alarms import Alarms, Place
from localaws.observability.composite import CompositeRule
from localaws.observability.evaluation import STATES

A_PAGE = 50  # alarms, or items of a history


def install(mends: Mends, alarms: Alarms) -> None:
    _mend_describe(mends)
    _mend_for_metric(mends)
    _mend_history(mends, alarms)


def place_of(backend: CloudWatchBackend) -> Place:
    return backend.account_id, backend.region_name


def description(alarm: Alarm) -> dict[str, Any]:
    """An alarm as DescribeAlarms tells of it."""
    described = {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.alarm_arn,
        "AlarmDescription": alarm.description,
        "AlarmConfigurationUpdatedTimestamp": alarm.configuration_updated_timestamp,
        "ActionsEnabled": alarm.actions_enabled,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "StateValue": alarm.state_value,
        "StateReason": alarm.state_reason,
        "StateReasonData": alarm.state_reason_data,
        "StateUpdatedTimestamp": alarm.state_updated_timestamp,
        "StateTransitionedTimestamp": alarm.state_transitioned_timestamp,
    }
    described |= {"AlarmRule": alarm.rule} if alarm.rule is not None else _watched(alarm)
    return {name: value for name, value in described.items() if value is not None}


def _watched(alarm: Alarm) -> dict[str, Any]:
    dimensions = [{"Name": one.name, "Value": one.value} for one in alarm.dimensions]
    return {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        "Statistic": alarm.statistic,
        "ExtendedStatistic": alarm.extended_statistic,
        "Dimensions": dimensions,
        "Period": alarm.period,
        "Unit": alarm.unit,
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm,
        "Threshold": alarm.threshold,
        "ComparisonOperator": alarm.comparison_operator,
        "TreatMissingData": alarm.treat_missing_data,
        "EvaluateLowSampleCountPercentile": alarm.evaluate_low_sample_count_percentile,
        "Metrics": alarm.metric_data_queries or None,
    }


def _mend_describe(mends: Mends) -> None:
    """moto heeds one filter at a time, tells of composite alarms unasked, and knows no pages
    (cloudwatch/responses.py:124)."""

    def describe_alarms(self: CloudWatchResponse) -> ActionResult:
        asked, known = self._get_params(), self.cloudwatch_backend.alarms
        kinds = asked.get("AlarmTypes") or ["MetricAlarm"]
        wanted = [alarm for alarm in known.values() if _is_wanted(alarm, asked, known)]
        kept = [a for a in wanted if _kind(a) in kinds]
        first, size = int(asked.get("NextToken") or 0), int(asked.get("MaxRecords") or A_PAGE)
        if asked.get("AlarmNames"):
            size = len(kept)
        page = kept[first : first + size]
        answer: dict[str, Any] = {
            "MetricAlarms": [description(a) for a in page if a.rule is None],
            "CompositeAlarms": [description(a) for a in page if a.rule is not None],
        }
        if first + size < len(kept):
            answer["NextToken"] = str(first + size)
        return ActionResult(answer)

    mends.replace(CloudWatchResponse, "describe_alarms", describe_alarms)


def _kind(alarm: Alarm) -> str:
    return "MetricAlarm" if alarm.rule is None else "CompositeAlarm"


def _is_wanted(alarm: Alarm, asked: dict[str, Any], known: dict[str, Alarm]) -> bool:
    if asked.get("AlarmNames") and alarm.name not in asked["AlarmNames"]:
        return False
    if not alarm.name.startswith(asked.get("AlarmNamePrefix") or ""):
        return False
    if asked.get("StateValue") not in (None, alarm.state_value):
        return False
    parent = known.get(asked.get("ChildrenOfAlarmName") or "")
    if parent is not None and alarm.name not in _children(parent):
        return False
    child = asked.get("ParentsOfAlarmName")
    if child is not None and child not in _children(alarm):
        return False
    prefix = asked.get("ActionPrefix")
    actions = [action for state in STATES for action in actions_of(alarm, state)]
    return prefix is None or any(action.startswith(prefix) for action in actions)


def _children(alarm: Alarm) -> list[str]:
    return [] if alarm.rule is None else CompositeRule(alarm.rule).alarms


def _mend_for_metric(mends: Mends) -> None:
    """moto does not look at the dimensions (cloudwatch/responses.py:226)."""

    def describe_alarms_for_metric(self: CloudWatchResponse) -> ActionResult:
        asked = self._get_params()
        wanted = metricsapi.key_of(asked)
        found = [
            description(alarm)
            for alarm in self.cloudwatch_backend.alarms.values()
            if alarm.metric_name and metricsapi.key_of(_watched(alarm)) == wanted
            if asked.get("Statistic") in (None, alarm.statistic)
            if asked.get("Period") in (None, alarm.period)
        ]
        return ActionResult({"MetricAlarms": found})

    mends.replace(CloudWatchResponse, "describe_alarms_for_metric", describe_alarms_for_metric)


def _mend_history(mends: Mends, alarms: Alarms) -> None:
    """moto has no DescribeAlarmHistory."""

    def describe_alarm_history(self: CloudWatchResponse) -> ActionResult:
        asked = self._get_params()
        kinds = asked.get("AlarmTypes") or ["MetricAlarm"]
        start = metricsapi.seconds(asked["StartDate"]) if asked.get("StartDate") else 0
        end = metricsapi.seconds(asked["EndDate"]) if asked.get("EndDate") else float("inf")
        items = [
            item
            for item in alarms.history.get(place_of(self.cloudwatch_backend), [])
            if item["AlarmType"] in kinds
            if asked.get("AlarmName") in (None, item["AlarmName"])
            if asked.get("HistoryItemType") in (None, item["HistoryItemType"])
            if start <= item["Timestamp"].timestamp() <= end
        ]
        if asked.get("ScanBy") != "TimestampAscending":
            items.reverse()
        first, size = int(asked.get("NextToken") or 0), int(asked.get("MaxRecords") or A_PAGE)
        answer: dict[str, Any] = {"AlarmHistoryItems": items[first : first + size]}
        if first + size < len(items):
            answer["NextToken"] = str(first + size)
        return ActionResult(answer)

    mends.replace(CloudWatchResponse, "describe_alarm_history", describe_alarm_history)
