"""A bucket's own policy, for those that come with no role's credentials.

Who comes with a role's is decided on in `localaws.iam.permissions`, with the same statements.
"""

from __future__ import annotations

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from localaws.iam import resourcepolicies
from localaws.mending import Mends

# A request to the local AWS stands for one to AWS's own address, which is HTTPS.
CONTEXT = {"aws:securetransport": ["true"]}


def install(mends: Mends) -> None:
    """moto denies where a statement's condition does not hold (iam/access_control.py:493).

    The policy that `sam deploy` gives to its bucket denies where "aws:SecureTransport" is false; so
    everything is denied. docs.aws.amazon.com/IAM/latest/UserGuide/
    reference_policies_elements_condition.html: a statement is in effect when its condition holds.
    """
    mends.replace(FakeBucket, "get_permission", _permission)


def _permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
    """What the policy says to everybody, apart from what depends on who it is that asks."""
    applying = [
        statement
        for statement in resourcepolicies.of(f"arn:aws:s3:::{self.name}")
        if resourcepolicies.is_for_all(statement)
        and statement.keys <= CONTEXT.keys()
        and statement.applies(action, resource, CONTEXT)
    ]
    if not applying:
        return PermissionResult.NEUTRAL
    denied = any(statement.denies for statement in applying)
    return PermissionResult.DENIED if denied else PermissionResult.PERMITTED
