"""AWS::S3::*, AWS::SecretsManager::Secret and AWS::SSM::Parameter."""

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
    whole,
)
from localaws.cloudformation.records import Properties

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
        with whole(lambda: self.delete(name, p)):
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
    "AWS::S3::Bucket": Bucket,
    "AWS::S3::BucketPolicy": BucketPolicy,
    "AWS::SecretsManager::Secret": Secret,
    "AWS::SSM::Parameter": Parameter,
}
