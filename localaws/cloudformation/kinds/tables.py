"""AWS::DynamoDB::Table."""

from __future__ import annotations

from typing import Any

from localaws.cloudformation.kinds.kind import (
    Handler,
    Made,
    changed,
    tag_changes,
    tags,
    text,
    whole,
)
from localaws.cloudformation.records import Properties

SET_APART = ("TimeToLiveSpecification", "PointInTimeRecoverySpecification", "Tags")
INDEXES = "GlobalSecondaryIndexes"


class Table(Handler):
    name_property = "TableName"
    longest_name = 255
    attributes = ("Arn", "StreamArn")
    # "Update requires": a key cannot be changed, nor an index that shares the table's partitions.
    replacing = ("KeySchema", "LocalSecondaryIndexes")

    def is_replaced_by(self, before: Properties, after: Properties) -> list[str]:
        found = super().is_replaced_by(before, after)
        if not found and _key_types(before) != _key_types(after):
            return ["AttributeDefinitions"]
        return found

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call(
            "dynamodb",
            "create_table",
            {key: value for key, value in p.items() if key not in SET_APART},
            TableName=name,
            StreamSpecification=_stream(p),
            SSESpecification=_encryption(p),
            Tags=tags(p) or None,
        )
        with whole(lambda: self.delete(name, p)):
            self._set_times(name, {}, p)
        return _table(name, made["TableDescription"])

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        name = made.physical_id
        if changed(before, after, "BillingMode", "ProvisionedThroughput"):
            given = {"BillingMode": "PROVISIONED", **after}
            self._update(name, given, "BillingMode", "ProvisionedThroughput")
        if changed(before, after, "StreamSpecification"):
            stream = _stream(after) or {"StreamEnabled": False}
            self.api("dynamodb").update_table(TableName=name, StreamSpecification=stream)
        if changed(before, after, "DeletionProtectionEnabled", "TableClass"):
            given = {"DeletionProtectionEnabled": False, "TableClass": "STANDARD", **after}
            self._update(name, given, "DeletionProtectionEnabled", "TableClass")
        if changed(before, after, INDEXES):
            self._update_indexes(name, before, after)
        self._set_times(name, before, after)
        to_set, to_remove = tag_changes(before, after)
        arn = made.attributes["Arn"]
        if to_set:
            listed = [{"Key": key, "Value": value} for key, value in to_set.items()]
            self.api("dynamodb").tag_resource(ResourceArn=arn, Tags=listed)
        if to_remove:
            self.api("dynamodb").untag_resource(ResourceArn=arn, TagKeys=to_remove)
        return _table(name, self.api("dynamodb").describe_table(TableName=name)["Table"])

    def _update(self, name: str, given: Properties, *keys: str) -> None:
        wanted = {key: given[key] for key in keys if key in given}
        self.api.call("dynamodb", "update_table", wanted, TableName=name)

    def _update_indexes(self, name: str, before: Properties, after: Properties) -> None:
        """One at a time, as UpdateTable wants it; an index of another shape is made anew."""
        old = {one["IndexName"]: one for one in before.get(INDEXES, [])}
        new = {one["IndexName"]: one for one in after.get(INDEXES, [])}
        changes: list[dict[str, Any]] = [
            {"Delete": {"IndexName": one}} for one in old if old[one] != new.get(one)
        ]
        changes += [{"Create": new[one]} for one in new if new[one] != old.get(one)]
        for change in changes:
            self.api.call(
                "dynamodb",
                "update_table",
                {
                    "AttributeDefinitions": after["AttributeDefinitions"],
                    "GlobalSecondaryIndexUpdates": [change],
                },
                TableName=name,
            )

    def _set_times(self, name: str, before: Properties, after: Properties) -> None:
        client = self.api("dynamodb")
        key = "TimeToLiveSpecification"
        old, new = before.get(key) or {}, after.get(key) or {}
        if old != new:
            if text(old.get("Enabled", False)) == "true":
                off = {"Enabled": False, "AttributeName": old["AttributeName"]}
                client.update_time_to_live(TableName=name, TimeToLiveSpecification=off)
            if text(new.get("Enabled", False)) == "true":
                on = {"Enabled": True, "AttributeName": text(new.get("AttributeName", ""))}
                client.update_time_to_live(TableName=name, TimeToLiveSpecification=on)
        key = "PointInTimeRecoverySpecification"
        if before.get(key) != after.get(key):
            enabled = (after.get(key) or {}).get("PointInTimeRecoveryEnabled", False)
            recovery = {"PointInTimeRecoveryEnabled": text(enabled) == "true"}
            client.update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification=recovery
            )

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("dynamodb").delete_table(TableName=physical_id)


def _table(name: str, description: dict[str, Any]) -> Made:
    found = {"Arn": description["TableArn"]}
    if description.get("LatestStreamArn"):
        found["StreamArn"] = description["LatestStreamArn"]
    return Made(name, found)


def _key_types(p: Properties) -> dict[str, str]:
    keys = {one["AttributeName"] for one in p.get("KeySchema", [])}
    listed = p.get("AttributeDefinitions", [])
    return {o["AttributeName"]: o["AttributeType"] for o in listed if o["AttributeName"] in keys}


def _stream(p: Properties) -> dict[str, Any] | None:
    given = p.get("StreamSpecification")
    if not given:
        return None
    return {"StreamEnabled": True, "StreamViewType": text(given["StreamViewType"])}


def _encryption(p: Properties) -> dict[str, Any] | None:
    given = p.get("SSESpecification")
    if not given:
        return None
    key = given.get("KMSMasterKeyId")
    wanted: dict[str, Any] = {"Enabled": text(given.get("SSEEnabled", False)) == "true"}
    return {**wanted, "SSEType": "KMS", "KMSMasterKeyId": key} if key else wanted


KINDS: dict[str, type[Handler]] = {"AWS::DynamoDB::Table": Table}
