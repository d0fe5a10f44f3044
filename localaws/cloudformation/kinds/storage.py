"""AWS::DynamoDB::Table, AWS::S3::*, AWS::SecretsManager::Secret and AWS::SSM::Parameter."""

from __future__ import annotations

import json
from typing import Any

from localaws.cloudformation.kinds.kind import (
    Handler,
    Made,
    changed,
    fit,
    tag_changes,
    tags,
    text,
)
from localaws.cloudformation.records import Properties

TABLE_TAGS = ("TimeToLiveSpecification", "PointInTimeRecoverySpecification", "Tags")
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
            {key: value for key, value in p.items() if key not in TABLE_TAGS},
            TableName=name,
            StreamSpecification=_stream(p),
            SSESpecification=_encryption(p),
            Tags=tags(p) or None,
        )
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


# Property, operation, the operation's member, the operation that takes the setting away.
BUCKET_SETTINGS = (
    ("PublicAccessBlockConfiguration", "put_public_access_block", "delete_public_access_block"),
    ("OwnershipControls", "put_bucket_ownership_controls", "delete_bucket_ownership_controls"),
)


class Bucket(Handler):
    name_property = "BucketName"
    longest_name = 63
    attributes = ("Arn", "DomainName", "RegionalDomainName", "DualStackDomainName", "WebsiteURL")

    def create(self, name: str, p: Properties) -> Made:
        self.api("s3").create_bucket(Bucket=name)
        self._settle(name, {}, p)
        region = self.api.region
        return Made(
            name,
            {
                "Arn": f"arn:aws:s3:::{name}",
                "DomainName": f"{name}.s3.amazonaws.com",
                "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
                "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
                "WebsiteURL": f"http://{name}.s3-website-{region}.amazonaws.com",
            },
        )

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        self._settle(made.physical_id, before, after)
        return made

    def _settle(self, name: str, before: Properties, after: Properties) -> None:
        client = self.api("s3")
        if changed(before, after, "VersioningConfiguration"):
            status = (after.get("VersioningConfiguration") or {}).get("Status", "Suspended")
            client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})
        if changed(before, after, "Tags"):
            if tags(after):
                client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags(after)})
            else:
                client.delete_bucket_tagging(Bucket=name)
        for key, put, delete in BUCKET_SETTINGS:
            if changed(before, after, key) and key in after:
                self.api.call("s3", put, {key: after[key]}, Bucket=name)
            elif changed(before, after, key):
                getattr(client, delete)(Bucket=name)
        if changed(before, after, "CorsConfiguration"):
            rules = [
                _cors(one) for one in (after.get("CorsConfiguration") or {}).get("CorsRules", [])
            ]
            if rules:
                client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})
            else:
                client.delete_bucket_cors(Bucket=name)

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("s3").delete_bucket(Bucket=physical_id)


def _cors(rule: Properties) -> dict[str, Any]:
    names = {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds", "Id": "ID"}
    found = {names.get(key, key): value for key, value in rule.items()}
    if "MaxAgeSeconds" in found:
        found["MaxAgeSeconds"] = int(found["MaxAgeSeconds"])
    return found


class BucketPolicy(Handler):
    def create(self, name: str, p: Properties) -> Made:
        self.api("s3").put_bucket_policy(Bucket=p["Bucket"], Policy=text(p["PolicyDocument"]))
        return Made(str(p["Bucket"]))

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        return self.create("", after)

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("s3").delete_bucket_policy(Bucket=physical_id)


class Secret(Handler):
    name_property = "Name"
    longest_name = 512
    attributes = ("Id",)

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call(
            "secretsmanager",
            "create_secret",
            {key: value for key, value in p.items() if key not in ("SecretString", "Tags")},
            Name=name,
            SecretString=self._value(p),
            Tags=tags(p) or None,
        )
        return Made(made["ARN"], {"Id": made["ARN"]})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        client, arn = self.api("secretsmanager"), made.physical_id
        given: dict[str, Any] = {}
        if changed(before, after, "SecretString", "GenerateSecretString"):
            given["SecretString"] = self._value(after)
        if changed(before, after, "Description"):
            given["Description"] = text(after.get("Description", ""))
        if given:
            client.update_secret(SecretId=arn, **given)
        to_set, to_remove = tag_changes(before, after)
        if to_set:
            listed = [{"Key": key, "Value": value} for key, value in to_set.items()]
            client.tag_resource(SecretId=arn, Tags=listed)
        if to_remove:
            client.untag_resource(SecretId=arn, TagKeys=to_remove)
        return made

    def _value(self, p: Properties) -> str:
        wanted = p.get("GenerateSecretString")
        if wanted is None:
            return text(p.get("SecretString", ""))
        client = self.api("secretsmanager")
        shape = client.meta.service_model.operation_model("GetRandomPassword").input_shape
        drawn = client.get_random_password(**fit(shape, wanted))["RandomPassword"]
        if "GenerateStringKey" not in wanted:
            return str(drawn)
        template = json.loads(wanted.get("SecretStringTemplate", "{}"))
        return json.dumps({**template, wanted["GenerateStringKey"]: drawn})

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("secretsmanager").delete_secret(
            SecretId=physical_id, ForceDeleteWithoutRecovery=True
        )


class Parameter(Handler):
    name_property = "Name"
    longest_name = 1011
    attributes = ("Type", "Value", "Arn")

    def create(self, name: str, p: Properties) -> Made:
        return self._put(name, p, overwrite=False)

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        return self._put(made.physical_id, after, overwrite=True)

    def _put(self, name: str, p: Properties, overwrite: bool) -> Made:
        self.api.call(
            "ssm",
            "put_parameter",
            {"Description": "", **{key: value for key, value in p.items() if key != "Tags"}},
            Name=name,
            Overwrite=overwrite,
        )
        path = name if name.startswith("/") else f"/{name}"
        arn = f"arn:aws:ssm:{self.api.region}:{self.api.account}:parameter{path}"
        return Made(name, {"Type": text(p["Type"]), "Value": text(p["Value"]), "Arn": arn})

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("ssm").delete_parameter(Name=physical_id)


KINDS: dict[str, type[Handler]] = {
    "AWS::DynamoDB::Table": Table,
    "AWS::S3::Bucket": Bucket,
    "AWS::S3::BucketPolicy": BucketPolicy,
    "AWS::SecretsManager::Secret": Secret,
    "AWS::SSM::Parameter": Parameter,
}
