"""A role for what runs in a process of its own, and has no fixtures."""

from __future__ import annotations

import json
from typing import Any

SERVICES = [f"{name}.amazonaws.com" for name in ("lambda", "states")]


def any_role(name: str = "any") -> str:
    """Create a role that Lambda and Step Functions may assume, and that may do everything.

    Returns its ARN.
    """
    import boto3

    iam = boto3.client("iam")
    trust = {"Principal": {"Service": SERVICES}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))["Role"]
    everything = {"Action": "*", "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=_policy(everything))
    return str(role["Arn"])


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})
