"""Policies that roles may have: AWS's own, and those that name no version."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy

from localaws.mending import Mends

OF_AWS = ":iam::aws:policy/"
VERSION = "2012-10-17"


def install(mends: Mends) -> None:
    _mend_policies_of_aws(mends)
    _mend_versions(mends)


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
    if policy.arn == arn:
        backend.managed_policies[arn] = policy


def _mend_versions(mends: Mends) -> None:
    """moto refuses a role's own policy that names no version (iam/policy_validation.py:109).

    "If you do not include a Version element, the value defaults to 2008-10-17", as it is with the
    policy templates of SAM:
    docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
    """

    def put_role_policy(
        self: IAMBackend, role_name: str, policy_name: str, policy_json: str
    ) -> None:
        document = _parsed(policy_json)
        if not isinstance(document, dict) or "Version" in document:
            put(self, role_name, policy_name, policy_json)
            return
        put(self, role_name, policy_name, json.dumps({"Version": VERSION, **document}))
        self.get_role(role_name).put_policy(policy_name, policy_json)

    put: Callable[..., None] = mends.replace(IAMBackend, "put_role_policy", put_role_policy)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # moto says so
        return None
