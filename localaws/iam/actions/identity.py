"""IAM and STS.

docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html,
.../list_awssecuritytokenservice.html
"""

from __future__ import annotations

from localaws.iam.actions.needs import Ask, Need, Rules, at, own

ROLE = at("arn:aws:iam::{account}:role/{RoleName}")
POLICY = at("{PolicyArn}")


def _free(_: Ask) -> list[Need]:
    """ "No permissions are required": .../STS/latest/APIReference/API_GetCallerIdentity.html"""
    return []


IAM: Rules = {
    **own(
        "iam",
        ROLE,
        "AttachRolePolicy CreateRole DeleteRole DeleteRolePolicy DetachRolePolicy GetRole"
        " GetRolePolicy ListAttachedRolePolicies ListRolePolicies PutRolePolicy"
        " UpdateAssumeRolePolicy UpdateRole",
    ),
    **own("iam", POLICY, "CreatePolicyVersion DeletePolicy GetPolicy GetPolicyVersion"),
    **own("iam", at("arn:aws:iam::{account}:policy/{PolicyName}"), "CreatePolicy"),
    **own("iam", at("arn:aws:iam::{account}:policy/"), "ListPolicies"),
    **own("iam", at("arn:aws:iam::{account}:role/"), "ListRoles"),
}
STS: Rules = {
    **own("sts", at("{RoleArn}"), "AssumeRole"),
    "GetCallerIdentity": _free,
    "GetSessionToken": _free,
}
