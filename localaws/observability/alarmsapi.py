"""CloudWatch's API of alarms, over moto's."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.cloudwatch.exceptions import InvalidFormat, ResourceNotFound, ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import EmptyResult

from localaws.mending import Mends
from localaws.observability import statistics
from localaws.observability.alarms import CREATED, Alarms
from localaws.observability.alarmsread import description, place_of
from localaws.observability.composite import CompositeRule
from localaws.observability.evaluation import COMPARISONS, INSUFFICIENT_DATA, STATES, stamp

DAY, WEEK = 86400, 7 * 86400


def install(mends: Mends, alarms: Alarms) -> None:
    _mend_put(mends, alarms)
    _mend_composite(mends)
    _follow_deletions(mends, alarms)
    _mend_set_state(mends, alarms)


def _mend_put(mends: Mends, alarms: Alarms) -> None:
    """moto's alarm is OK from the beginning, is never evaluated, and one that is changed forgets
    its state (cloudwatch/models.py:186, 535)."""

    def put_metric_alarm(self: CloudWatchBackend, name: str, **given: Any) -> Alarm:
        if given.get("rule") is None:
            given = _checked(given)
        else:
            _check_children(self, given["rule"])
        before = self.alarms.get(name)
        alarm: Alarm = put(self, name=name, **given)
        _begin(alarm, before, alarms.now())
        place, change = place_of(self), "created" if before is None else "updated"
        alarms.watch(alarm, place)
        summary = f'Alarm "{name}" {change}'
        told = _configured(alarm, change)
        alarms.record(alarm, place, "ConfigurationUpdate", summary, told)
        if alarm.rule is not None:
            alarms.begin_composite(alarm, place, change)
        return alarm

    def put_alarm(self: CloudWatchResponse) -> EmptyResult:
        asked = self._get_params()
        self.cloudwatch_backend.put_metric_alarm(**_arguments(asked))
        return EmptyResult()

    put: Callable[..., Alarm] = mends.replace(
        CloudWatchBackend, "put_metric_alarm", put_metric_alarm
    )
    mends.replace(CloudWatchResponse, "put_metric_alarm", put_alarm)


def _arguments(asked: dict[str, Any]) -> dict[str, Any]:
    """moto's names of what PutMetricAlarm and PutCompositeAlarm are given."""
    return {
        "name": asked["AlarmName"],
        "namespace": asked.get("Namespace"),
        "metric_name": asked.get("MetricName"),
        "metric_data_queries": asked.get("Metrics"),
        "comparison_operator": asked.get("ComparisonOperator"),
        "evaluation_periods": asked.get("EvaluationPeriods"),
        "datapoints_to_alarm": asked.get("DatapointsToAlarm"),
        "period": asked.get("Period"),
        "threshold": asked.get("Threshold"),
        "statistic": asked.get("Statistic"),
        "extended_statistic": asked.get("ExtendedStatistic"),
        "description": asked.get("AlarmDescription"),
        "dimensions": asked.get("Dimensions") or [],
        "alarm_actions": asked.get("AlarmActions") or [],
        "ok_actions": asked.get("OKActions") or [],
        "insufficient_data_actions": asked.get("InsufficientDataActions") or [],
        "unit": asked.get("Unit"),
        "actions_enabled": asked.get("ActionsEnabled", True),
        "treat_missing_data": asked.get("TreatMissingData"),
        "evaluate_low_sample_count_percentile": asked.get("EvaluateLowSampleCountPercentile"),
        "threshold_metric_id": asked.get("ThresholdMetricId"),
        "rule": asked.get("AlarmRule"),
        "tags": asked.get("Tags") or [],
    }


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    comparison, periods = given["comparison_operator"], int(given["evaluation_periods"])
    needed = given.get("datapoints_to_alarm")
    if comparison not in COMPARISONS:
        raise ValidationError(
            f"The local AWS does not know the comparison {comparison}; anomaly detection is "
            "not there."
        )
    if needed is not None and int(needed) > periods:
        raise ValidationError(
            "The parameter DatapointsToAlarm must be less than or equal to EvaluationPeriods."
        )
    if given.get("metric_data_queries"):
        return {**given, "metric_data_queries": _queries(given["metric_data_queries"])}
    statistic = given.get("extended_statistic") or given.get("statistic")
    if not statistic:
        raise ValidationError("Exactly one of Statistic or ExtendedStatistic must be specified.")
    statistics.check(statistic)
    period = int(given["period"])
    if period * periods > (DAY if period < 3600 else WEEK):
        raise ValidationError(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be "
            f"<= {DAY})."
        )
    return given


def _queries(queries: list[Any]) -> list[dict[str, Any]]:
    """Those of an alarm: exactly one returns data."""
    returning = [query for query in queries if query.get("ReturnData", True) is not False]
    if len(returning) != 1:
        raise ValidationError(
            "Invalid metrics list. Exactly one element of the metrics list should return data."
        )
    return list(queries)


def _check_children(backend: CloudWatchBackend, rule: str) -> None:
    unknown = [name for name in CompositeRule(rule).alarms if name not in backend.alarms]
    if unknown:
        raise ValidationError(
            f"Could not save the composite alarm as alarms [{', '.join(unknown)}] in the alarm "
            "rule do not exist"
        )


def _begin(alarm: Alarm, before: Alarm | None, now: datetime) -> None:
    """A new alarm knows nothing yet; one that is changed keeps its state."""
    alarm.configuration_updated_timestamp = now
    if alarm.metric_data_queries:  # each has its own
        alarm.statistic = alarm.namespace = alarm.metric_name = alarm.period = None
    if before is None:
        alarm.state_value, alarm.state_reason = INSUFFICIENT_DATA, CREATED
        alarm.state_reason_data = None
        alarm.state_updated_timestamp = alarm.state_transitioned_timestamp = now
        return
    for name in (
        *("state_value", "state_reason", "state_reason_data"),
        *("state_updated_timestamp", "state_transitioned_timestamp"),
    ):
        setattr(alarm, name, getattr(before, name))


def _configured(alarm: Alarm, kind: str) -> dict[str, Any]:
    """A change of an alarm, as its history tells of it: created, updated or deleted."""
    described = {
        name[0].lower() + name[1:]: stamp(value.timestamp()) if name.endswith("mp") else value
        for name, value in description(alarm).items()
        if name not in ("StateReason", "StateReasonData", "StateTransitionedTimestamp")
    }
    change = kind.removesuffix("d").capitalize()
    return {"version": "1.0", "type": change, f"{kind}Alarm": described}


def _mend_composite(mends: Mends) -> None:
    """moto has no PutCompositeAlarm."""

    def put_composite_alarm(self: CloudWatchResponse) -> EmptyResult:
        asked = self._get_params()
        if asked.get("ActionsSuppressor"):
            raise NotImplementedError("The local AWS does not suppress the actions of alarms.")
        self.cloudwatch_backend.put_metric_alarm(**_arguments(asked))
        return EmptyResult()

    mends.replace(CloudWatchResponse, "put_composite_alarm", put_composite_alarm)


def _follow_deletions(mends: Mends, alarms: Alarms) -> None:
    def delete_alarms(self: CloudWatchBackend, alarm_names: list[str]) -> None:
        for name in alarm_names:
            alarm = self.alarms.get(name)
            if alarm is not None:
                alarms.forget(name, place_of(self))
                alarms.record(
                    alarm,
                    place_of(self),
                    "ConfigurationUpdate",
                    f'Alarm "{name}" deleted',
                    _configured(alarm, "deleted"),
                )
        delete(self, alarm_names)

    delete: Callable[..., None] = mends.replace(CloudWatchBackend, "delete_alarms", delete_alarms)


def _mend_set_state(mends: Mends, alarms: Alarms) -> None:
    """moto's SetAlarmState does nothing of what the alarm does in that state (models.py:1000)."""

    def set_alarm_state(
        self: CloudWatchBackend,
        alarm_name: str,
        reason: str,
        reason_data: str | None,
        state_value: str,
    ) -> None:
        try:
            json.loads(reason_data or "{}")
        except ValueError:
            raise InvalidFormat("StateReasonData was not valid JSON") from None
        if alarm_name not in self.alarms:
            raise ResourceNotFound
        if state_value not in STATES:
            raise ValidationError(
                f"1 validation error detected: Value '{state_value}' at 'stateValue' failed to "
                "satisfy constraint: Member must satisfy enum value set: "
                "[INSUFFICIENT_DATA, ALARM, OK]"
            )
        alarm = self.alarms[alarm_name]
        alarms.set_state(alarm, place_of(self), state_value, reason, reason_data)

    mends.replace(CloudWatchBackend, "set_alarm_state", set_alarm_state)
