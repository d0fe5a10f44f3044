"""AWS::Events::*, AWS::Scheduler::* and AWS::Pipes::Pipe."""

from __future__ import annotations

from typing import Any

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

DEFAULT_BUS = "default"


class Rule(Handler):
    name_property = "Name"
    longest_name = 64
    attributes = ("Arn",)
    replacing = ("EventBusName",)

    def create(self, name: str, p: Properties) -> Made:
        arn = self._put(name, p)
        with whole(lambda: self.delete(name, p)):
            self._aim(name, {}, p)
        bus = _bus(p)
        return Made(name if bus == DEFAULT_BUS else f"{bus}|{name}", {"Arn": arn})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        name = made.physical_id.rpartition("|")[2]
        self._put(name, after)
        self._aim(name, before, after)
        return made

    def _put(self, name: str, p: Properties) -> str:
        given = {key: value for key, value in p.items() if key not in ("Targets", "Tags")}
        made = self.api.call("events", "put_rule", given, Name=name, Tags=tags(p) or None)
        return str(made["RuleArn"])

    def _aim(self, name: str, before: Properties, after: Properties) -> None:
        old, new = before.get("Targets", []), after.get("Targets", [])
        kept = {one["Id"] for one in new}
        gone = [one["Id"] for one in old if one["Id"] not in kept]
        bus = _bus(after)
        if gone:
            self.api("events").remove_targets(Rule=name, EventBusName=bus, Ids=gone)
        if new and new != old:
            answer = self.api.call(
                "events", "put_targets", {"Targets": new}, Rule=name, EventBusName=bus
            )
            for failed in answer.get("FailedEntries", []):
                raise ValueError(f"{failed['TargetId']}: {failed['ErrorMessage']}")

    def delete(self, physical_id: str, p: Properties) -> None:
        client, bus = self.api("events"), _bus(p)
        name = physical_id.rpartition("|")[2]
        found = client.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
        if found:
            ids = [one["Id"] for one in found]
            client.remove_targets(Rule=name, EventBusName=bus, Ids=ids)
        client.delete_rule(Name=name, EventBusName=bus)


def _bus(p: Properties) -> str:
    return text(p.get("EventBusName", DEFAULT_BUS)).rpartition("/")[2]


class EventBus(Handler):
    name_property = "Name"
    attributes = ("Arn", "Name")

    def create(self, name: str, p: Properties) -> Made:
        given = {key: value for key, value in p.items() if key not in ("Tags", "Policy")}
        made = self.api.call("events", "create_event_bus", given, Name=name, Tags=tags(p) or None)
        return Made(name, {"Arn": made["EventBusArn"], "Name": name})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        to_set, to_remove = tag_changes(before, after)
        client, arn = self.api("events"), made.attributes["Arn"]
        if to_set:
            listed = [{"Key": key, "Value": value} for key, value in to_set.items()]
            client.tag_resource(ResourceARN=arn, Tags=listed)
        if to_remove:
            client.untag_resource(ResourceARN=arn, TagKeys=to_remove)
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("events").delete_event_bus(Name=physical_id)


class Schedule(Handler):
    name_property = "Name"
    longest_name = 64
    attributes = ("Arn",)
    replacing = ("GroupName",)

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call("scheduler", "create_schedule", p, Name=name)
        return Made(name, {"Arn": made["ScheduleArn"]})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        self.api.call("scheduler", "update_schedule", after, Name=made.physical_id)
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        given = {key: p[key] for key in ("GroupName",) if key in p}
        self.api.call("scheduler", "delete_schedule", given, Name=physical_id)


class ScheduleGroup(Handler):
    name_property = "Name"
    longest_name = 64
    attributes = ("Arn", "State")

    def create(self, name: str, p: Properties) -> Made:
        made = self.api("scheduler").create_schedule_group(Name=name, Tags=tags(p))
        return Made(name, {"Arn": made["ScheduleGroupArn"], "State": "ACTIVE"})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("scheduler").delete_schedule_group(Name=physical_id)


class Pipe(Handler):
    name_property = "Name"
    longest_name = 64
    attributes = ("Arn", "CurrentState", "StateReason", "CreationTime", "LastModifiedTime")

    def create(self, name: str, p: Properties) -> Made:
        given = {key: value for key, value in p.items() if key != "Tags"}
        made = self.api.call("pipes", "create_pipe", given, Name=name, Tags=tag_map(p) or None)
        return self._made(name, made)

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        if not changed(before, after, *before, *after):
            return made
        given = {"Description": "", "DesiredState": "RUNNING", **after}
        answer = self.api.call("pipes", "update_pipe", given, Name=made.physical_id)
        return self._made(made.physical_id, answer)

    @staticmethod
    def _made(name: str, answer: dict[str, Any]) -> Made:
        times = {key: str(answer.get(key, "")) for key in ("CreationTime", "LastModifiedTime")}
        state = {"CurrentState": answer.get("CurrentState", "RUNNING"), "StateReason": ""}
        return Made(name, {"Arn": answer["Arn"], **state, **times})

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("pipes").delete_pipe(Name=physical_id)


KINDS: dict[str, type[Handler]] = {
    "AWS::Events::Rule": Rule,
    "AWS::Events::EventBus": EventBus,
    "AWS::Scheduler::Schedule": Schedule,
    "AWS::Scheduler::ScheduleGroup": ScheduleGroup,
    "AWS::Pipes::Pipe": Pipe,
}
