"""AWS::IAM::*."""

from __future__ import annotations

from contextlib import suppress

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

MOST_VERSIONS = 5  # of a managed policy
ROLE_SETTINGS = {"Description": "", "MaxSessionDuration": 3600}


class Role(Handler):
    name_property = "RoleName"
    longest_name = 64
    attributes = ("Arn", "RoleId")

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call(
            "iam",
            "create_role",
            {key: value for key, value in p.items() if key != "Tags"},
            RoleName=name,
            Tags=tags(p) or None,
        )["Role"]
        with whole(lambda: self.delete(name, p)):
            self._settle(name, {}, p)
        return Made(name, {"Arn": made["Arn"], "RoleId": made["RoleId"]})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        client, name = self.api("iam"), made.physical_id
        if changed(before, after, "AssumeRolePolicyDocument"):
            document = text(after["AssumeRolePolicyDocument"])
            client.update_assume_role_policy(RoleName=name, PolicyDocument=document)
        if changed(before, after, *ROLE_SETTINGS):
            self.api.call("iam", "update_role", {**ROLE_SETTINGS, **after}, RoleName=name)
        if changed(before, after, "PermissionsBoundary"):
            if "PermissionsBoundary" in after:
                self.api.call("iam", "put_role_permissions_boundary", after, RoleName=name)
            else:
                client.delete_role_permissions_boundary(RoleName=name)
        self._settle(name, before, after)
        to_set, to_remove = tag_changes(before, after)
        if to_set:
            listed = [{"Key": key, "Value": value} for key, value in to_set.items()]
            client.tag_role(RoleName=name, Tags=listed)
        if to_remove:
            client.untag_role(RoleName=name, TagKeys=to_remove)
        return made

    def _settle(self, name: str, before: Properties, after: Properties) -> None:
        client = self.api("iam")
        old = {one["PolicyName"]: text(one["PolicyDocument"]) for one in before.get("Policies", [])}
        new = {one["PolicyName"]: text(one["PolicyDocument"]) for one in after.get("Policies", [])}
        for policy in old:
            if policy not in new:
                client.delete_role_policy(RoleName=name, PolicyName=policy)
        for policy, document in new.items():
            if old.get(policy) != document:
                client.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document)
        attached, wanted = before.get("ManagedPolicyArns", []), after.get("ManagedPolicyArns", [])
        for arn in attached:
            if arn not in wanted:
                client.detach_role_policy(RoleName=name, PolicyArn=arn)
        for arn in dict.fromkeys(wanted):
            if arn not in attached:
                client.attach_role_policy(RoleName=name, PolicyArn=arn)

    def delete(self, physical_id: str, p: Properties) -> None:
        client = self.api("iam")
        for policy in client.list_role_policies(RoleName=physical_id)["PolicyNames"]:
            client.delete_role_policy(RoleName=physical_id, PolicyName=policy)
        for one in client.list_attached_role_policies(RoleName=physical_id)["AttachedPolicies"]:
            client.detach_role_policy(RoleName=physical_id, PolicyArn=one["PolicyArn"])
        client.delete_role(RoleName=physical_id)


# Property, member of the API, and how the API calls the holder.
HOLDERS = (
    ("Roles", "RoleName", "role"),
    ("Users", "UserName", "user"),
    ("Groups", "GroupName", "group"),
)


class Policy(Handler):
    """A policy that stands in its holders: in roles, users and groups."""

    name_property = "Id"  # it has none; CloudFormation makes one up
    attributes = ("Id",)

    def create(self, name: str, p: Properties) -> Made:
        document = text(p["PolicyDocument"])
        for holders, member, kind in HOLDERS:
            for holder in p.get(holders, []):
                put = getattr(self.api("iam"), f"put_{kind}_policy")
                put(**{member: holder}, PolicyName=p["PolicyName"], PolicyDocument=document)
        return Made(name, {"Id": name})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        renamed = before["PolicyName"] != after["PolicyName"]
        for holders, member, kind in HOLDERS:
            for holder in before.get(holders, []):
                if renamed or holder not in after.get(holders, []):
                    self._take(kind, member, holder, before["PolicyName"])
        return self.create(made.physical_id, after)

    def delete(self, physical_id: str, p: Properties) -> None:
        for holders, member, kind in HOLDERS:
            for holder in p.get(holders, []):
                self._take(kind, member, holder, p["PolicyName"])

    def _take(self, kind: str, member: str, holder: str, name: str) -> None:
        client = self.api("iam")
        with suppress(client.exceptions.NoSuchEntityException):  # its holder is gone, with it
            getattr(client, f"delete_{kind}_policy")(**{member: holder}, PolicyName=name)


class ManagedPolicy(Handler):
    name_property = "ManagedPolicyName"
    longest_name = 128
    attributes = ("PolicyArn", "PolicyId", "DefaultVersionId")

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call(
            "iam",
            "create_policy",
            {key: value for key, value in p.items() if key != "Tags"},
            PolicyName=name,
            Tags=tags(p) or None,
        )["Policy"]
        self._hold(made["Arn"], {}, p)
        return Made(
            made["Arn"],
            {
                "PolicyArn": made["Arn"],
                "PolicyId": made["PolicyId"],
                "DefaultVersionId": made["DefaultVersionId"],
            },
        )

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        client, arn = self.api("iam"), made.physical_id
        found = dict(made.attributes)
        if changed(before, after, "PolicyDocument"):
            versions = client.list_policy_versions(PolicyArn=arn)["Versions"]
            spare = [one["VersionId"] for one in versions if not one["IsDefaultVersion"]]
            if len(versions) >= MOST_VERSIONS:
                client.delete_policy_version(PolicyArn=arn, VersionId=min(spare))
            document = text(after["PolicyDocument"])
            version = client.create_policy_version(
                PolicyArn=arn, PolicyDocument=document, SetAsDefault=True
            )
            found["DefaultVersionId"] = version["PolicyVersion"]["VersionId"]
        self._hold(arn, before, after)
        return Made(arn, found)

    def _hold(self, arn: str, before: Properties, after: Properties) -> None:
        client = self.api("iam")
        for holders, member, kind in HOLDERS:
            old, new = before.get(holders, []), after.get(holders, [])
            for holder in [one for one in old if one not in new]:
                getattr(client, f"detach_{kind}_policy")(**{member: holder}, PolicyArn=arn)
            for holder in [one for one in new if one not in old]:
                getattr(client, f"attach_{kind}_policy")(**{member: holder}, PolicyArn=arn)

    def delete(self, physical_id: str, p: Properties) -> None:
        client = self.api("iam")
        held = client.list_entities_for_policy(PolicyArn=physical_id)
        for _, member, kind in HOLDERS:
            for one in held.get(f"Policy{kind.capitalize()}s", []):
                detach = getattr(client, f"detach_{kind}_policy")
                detach(**{member: one[member]}, PolicyArn=physical_id)
        for one in client.list_policy_versions(PolicyArn=physical_id)["Versions"]:
            if not one["IsDefaultVersion"]:
                client.delete_policy_version(PolicyArn=physical_id, VersionId=one["VersionId"])
        client.delete_policy(PolicyArn=physical_id)


KINDS: dict[str, type[Handler]] = {
    "AWS::IAM::Role": Role,
    "AWS::IAM::Policy": Policy,
    "AWS::IAM::ManagedPolicy": ManagedPolicy,
}
