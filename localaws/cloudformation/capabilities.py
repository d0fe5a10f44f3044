"""Capabilities: what somebody must agree to before a template may make it."""

from __future__ import annotations

from moto.cloudformation.exceptions import CloudFormationError

from localaws.cloudformation.plans import Plan
from localaws.cloudformation.templates import Document


class InsufficientCapabilitiesError(CloudFormationError):
    code = "InsufficientCapabilitiesException"


# docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html, "Capabilities"
NAMED = {
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::Group": "GroupName",
}
IAM_TYPES = (
    *NAMED,
    *("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::InstanceProfile"),
    *("AWS::IAM::AccessKey", "AWS::IAM::UserToGroupAddition"),
)


def needed_capabilities(document: Document) -> tuple[list[str], list[str]]:
    """The capability that a template needs, and the types that it needs it for."""
    resources = document["Resources"].values()
    kinds = sorted({str(one["Type"]) for one in resources if one["Type"] in IAM_TYPES})
    if not kinds:
        return [], []
    named = any(NAMED.get(one["Type"], "") in one.get("Properties", {}) for one in resources)
    return ["CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"], kinds


def check_capabilities(plan: Plan, given: list[str], directly: bool) -> None:
    """
    Args:
        directly: by CreateStack or UpdateStack, which show nobody what a transform makes.

    Raises:
        InsufficientCapabilitiesError: one is missing.
    """
    needed, _ = needed_capabilities(plan.document)
    if needed == ["CAPABILITY_IAM"] and "CAPABILITY_NAMED_IAM" in given:
        needed = []
    if directly and plan.transformed:
        needed = [*needed, "CAPABILITY_AUTO_EXPAND"]
    missing = [one for one in needed if one not in given]
    if missing:
        raise InsufficientCapabilitiesError(f"Requires capabilities : [{', '.join(missing)}]")
