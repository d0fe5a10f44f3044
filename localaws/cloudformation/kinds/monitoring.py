"""AWS::Logs::* and AWS::CloudWatch::*."""

from __future__ import annotations

from typing import Any

from moto.cloudformation.exceptions import ValidationError

from localaws.cloudformation.kinds.kind import (
    Handler,
    Made,
    changed,
    tag_changes,
    tag_map,
    tags,
    text,
    whole,
)
from localaws.cloudformation.records import Properties


class LogGroup(Handler):
    name_property = "LogGroupName"
    longest_name = 512
    attributes = ("Arn",)

    def create(self, name: str, p: Properties) -> Made:
        given = {key: value for key, value in p.items() if key != "Tags"}
        self.api.call("logs", "create_log_group", given, logGroupName=name, tags=tag_map(p) or None)
        with whole(lambda: self.delete(name, p)):
            self._retain(name, {}, p)
        arn = f"arn:aws:logs:{self.api.region}:{self.api.account}:log-group:{name}:*"
        return Made(name, {"Arn": arn})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        self._retain(made.physical_id, before, after)
        to_set, to_remove = tag_changes(before, after)
        arn = made.attributes["Arn"].removesuffix(":*")
        if to_set:
            self.api("logs").tag_resource(resourceArn=arn, tags=to_set)
        if to_remove:
            self.api("logs").untag_resource(resourceArn=arn, tagKeys=to_remove)
        return made

    def _retain(self, name: str, before: Properties, after: Properties) -> None:
        if not changed(before, after, "RetentionInDays"):
            return
        if "RetentionInDays" in after:
            self.api.call("logs", "put_retention_policy", after, logGroupName=name)
        else:
            self.api("logs").delete_retention_policy(logGroupName=name)

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("logs").delete_log_group(logGroupName=physical_id)


class MetricFilter(Handler):
    name_property = "FilterName"
    longest_name = 512

    def create(self, name: str, p: Properties) -> Made:
        transformations = []
        for one in p["MetricTransformations"]:
            wanted = dict(one)
            if "Dimensions" in one:
                wanted["Dimensions"] = {d["Key"]: d["Value"] for d in one["Dimensions"]}
            transformations.append(wanted)
        given = {**p, "MetricTransformations": transformations}
        self.api.call("logs", "put_metric_filter", given, filterName=name)
        return Made(name)

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        return self.create(made.physical_id, after)

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("logs").delete_metric_filter(
            logGroupName=p["LogGroupName"], filterName=physical_id
        )


class Alarm(Handler):
    name_property = "AlarmName"
    attributes = ("Arn",)
    operation = "put_metric_alarm"
    # What an alarm needs, and what one on a single metric needs besides; moto stumbles without.
    needed: tuple[str, ...] = ("EvaluationPeriods",)
    needed_by_one: tuple[str, ...] = ("Threshold", "Period")

    def create(self, name: str, p: Properties) -> Made:
        self._put(name, p, Tags=tags(p) or None)
        arn = f"arn:aws:cloudwatch:{self.api.region}:{self.api.account}:alarm:{name}"
        return Made(name, {"Arn": arn})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        # PutMetricAlarm "completely overwrites the previous configuration of the alarm".
        self._put(made.physical_id, after)
        to_set, to_remove = tag_changes(before, after)
        client, arn = self.api("cloudwatch"), made.attributes["Arn"]
        if to_set:
            listed = [{"Key": key, "Value": value} for key, value in to_set.items()]
            client.tag_resource(ResourceARN=arn, Tags=listed)
        if to_remove:
            client.untag_resource(ResourceARN=arn, TagKeys=to_remove)
        return made

    def _put(self, name: str, p: Properties, **given: Any) -> None:
        needed = self.needed if "Metrics" in p else (*self.needed, *self.needed_by_one)
        missing = [key for key in needed if key not in p]
        if missing:
            raise ValidationError(message=f"{missing[0]} must not be null")
        known = {key: value for key, value in p.items() if key != "Tags"}
        self.api.call("cloudwatch", self.operation, known, AlarmName=name, **given)

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("cloudwatch").delete_alarms(AlarmNames=[physical_id])


class CompositeAlarm(Alarm):
    operation = "put_composite_alarm"
    needed, needed_by_one = (), ()


class Dashboard(Handler):
    name_property = "DashboardName"

    def create(self, name: str, p: Properties) -> Made:
        self.api("cloudwatch").put_dashboard(
            DashboardName=name, DashboardBody=text(p["DashboardBody"])
        )
        return Made(name)

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        return self.create(made.physical_id, after)

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("cloudwatch").delete_dashboards(DashboardNames=[physical_id])


KINDS: dict[str, type[Handler]] = {
    "AWS::Logs::LogGroup": LogGroup,
    "AWS::Logs::MetricFilter": MetricFilter,
    "AWS::CloudWatch::Alarm": Alarm,
    "AWS::CloudWatch::CompositeAlarm": CompositeAlarm,
    "AWS::CloudWatch::Dashboard": Dashboard,
}
