"""Policies that a role has by way of CloudFormation or of AWS."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy, Role, iam_backends
from moto.utilities.utils import get_partition

from localaws.mending import Mends

OF_AWS = ":iam::aws:policy/"


def install(mends: Mends) -> None:
    _mend_policies_of_aws(mends)
    _mend_roles_of_stacks(mends)


def _mend_policies_of_aws(mends: Mends) -> None:
    """moto knows AWS's own policies when it has been told to load all 1,582 (iam/models.py:1908).

    Here each is there as soon as somebody asks for it.
    """

    def attach_role_policy(self: IAMBackend, policy_arn: str, role_name: str) -> None:
        _know(self, policy_arn)
        attach(self, policy_arn, role_name)

    def get_policy(self: IAMBackend, policy_arn: str) -> ManagedPolicy:
        _know(self, policy_arn)
        return get(self, policy_arn)

    attach: Callable[..., None] = mends.replace(
        IAMBackend, "attach_role_policy", attach_role_policy
    )
    get: Callable[..., ManagedPolicy] = mends.replace(IAMBackend, "get_policy", get_policy)


def _know(backend: IAMBackend, arn: str) -> None:
    if OF_AWS not in arn or arn in backend.managed_policies:
        return
    name = arn.rpartition("/")[2]
    entry = aws_managed_policies_data.find(f'"{name}":{{')
    if entry < 0:
        return
    start = aws_managed_policies_data.index("{", entry)
    data, _ = json.JSONDecoder().raw_decode(aws_managed_policies_data, start)
    policy = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, data)
    backend.managed_policies[policy.arn] = policy


def _mend_roles_of_stacks(mends: Mends) -> None:
    """moto keeps a stack's policy as no JSON, attaches none, and updates none (iam/models.py:782).

    docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
    """

    def create_from_cloudformation_json(
        cls: type[Role], name: str, json_: dict[str, Any], account: str, region: str, **more: Any
    ) -> Role:
        role = create(name, json_, account, region, **more)
        _follow(role, json_["Properties"])
        return role

    def update_from_cloudformation_json(
        cls: type[Role],
        original_resource: Role,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Role:
        role = update(
            original_resource, new_resource_name, cloudformation_json, account_id, region_name
        )
        _follow(role, cloudformation_json["Properties"])
        return role

    def delete_from_cloudformation_json(
        cls: type[Role], name: str, json_: dict[str, Any], account: str, region: str
    ) -> None:
        backend = iam_backends[account][get_partition(region)]
        role = next((one for one in backend.roles.values() if one.name == name), None)
        for policy in list(role.managed_policies.values()) if role else []:
            policy.detach_from(role)
        delete(name, json_, account, region)

    create: Callable[..., Role] = mends.replace(
        Role, "create_from_cloudformation_json", classmethod(create_from_cloudformation_json)
    )
    update: Callable[..., Role] = mends.replace(
        Role, "update_from_cloudformation_json", classmethod(update_from_cloudformation_json)
    )
    delete: Callable[..., None] = mends.replace(
        Role, "delete_from_cloudformation_json", classmethod(delete_from_cloudformation_json)
    )


def _follow(role: Role, properties: dict[str, Any]) -> None:
    """Give a role what its template says; what others have put there stays."""
    inline = {p["PolicyName"]: _text(p["PolicyDocument"]) for p in properties.get("Policies", [])}
    attached = list(properties.get("ManagedPolicyArns", []))
    before_inline, before_attached = getattr(role, "of_template", ([], []))
    for name in before_inline:
        role.policies.pop(name, None)
    for arn in before_attached:
        if arn in role.managed_policies and arn not in attached:
            role.managed_policies[arn].detach_from(role)
    backend = iam_backends[role.account_id][role.partition]
    for arn in attached:
        if arn not in role.managed_policies:
            backend.attach_role_policy(arn, role.name)
    role.policies.update(inline)
    role.assume_role_policy_document = _text(properties["AssumeRolePolicyDocument"])
    role.permissions_boundary_arn = properties.get("PermissionsBoundary")
    vars(role)["of_template"] = (list(inline), attached)


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document, default=str)
