"""Roles: what their policies allow, and whom they trust."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from moto.iam.models import ManagedPolicy, Role, iam_backends

from localaws.iam.policies import Statement, statements


@dataclass
class Standing:
    """A role and its policies, read.

    Attributes:
        documents: what was read; when one of them changes, all is read anew.
        identity: the statements of the policies in the role and attached to it.
        boundary: those of its permissions boundary; None without one.
        trust: those that say who may assume it.
        decided: what has been concluded from them.
    """

    role: Role
    documents: tuple[Any, ...]
    identity: list[Statement]
    boundary: list[Statement] | None
    trust: list[Statement]
    decided: dict[Any, Any] = field(default_factory=dict)

    def limits(self) -> list[Statement]:
        """The statements of the boundary, if there is one."""
        return self.boundary or []


_standings: dict[str, Standing] = {}


def forget() -> None:
    """There are no roles yet."""
    _standings.clear()


def standing(arn: str) -> Standing | None:
    """What a role's policies say at present; None where there is no such role."""
    known = _standings.get(arn)
    role = known.role if known is not None and _is_there(known.role) else _find(arn)
    if role is None:
        _standings.pop(arn, None)
        return None
    documents = _documents(role)
    if known is None or known.role is not role or known.documents != documents:
        known = _standings[arn] = _read(role, documents)
    return known


def trusts(arn: str, service: str, source_arn: str = "") -> bool:
    """Whether a service, as `lambda`, may assume a role; not where the role does not exist.

    Args:
        source_arn: what it assumes the role for.
    """
    known = standing(arn)
    if known is None:
        return False
    context = {"aws:sourceaccount": [known.role.account_id]}
    if source_arn:
        context["aws:sourcearn"] = [source_arn]
    wanted = {("Service", f"{service}.amazonaws.com"), ("*", "*")}
    found = [s for s in known.trust if wanted.intersection(s.principals)]
    about = [s for s in found if s.applies("sts:AssumeRole", arn, context)]
    return bool(about) and not any(s.denies for s in about)


def _is_there(role: Role) -> bool:
    return iam_backends[role.account_id][role.partition].roles.get(role.id) is role


def _find(arn: str) -> Role | None:
    parts = arn.split(":")
    if len(parts) < 6 or parts[2] != "iam":
        return None
    there = iam_backends[parts[4]][parts[1]].roles.values()
    return next((role for role in there if role.arn == arn), None)


def _documents(role: Role) -> tuple[Any, ...]:
    """The role's own policies, the attached ones, the boundary and the trust."""
    boundary = None
    if role.permissions_boundary_arn:
        backend = iam_backends[role.account_id][role.partition]
        limit = backend.managed_policies.get(role.permissions_boundary_arn)
        boundary = _document(limit) if limit else "{}"
    attached = tuple(_document(policy) for policy in role.managed_policies.values())
    own = tuple(role.policies.values())
    return own, attached, boundary, role.assume_role_policy_document


def _read(role: Role, documents: tuple[Any, ...]) -> Standing:
    own, attached, boundary, trust = documents
    identity = [one for document in (*own, *attached) for one in statements(document)]
    limit = None if boundary is None else statements(boundary)
    return Standing(role, documents, identity, limit, statements(trust))


def _document(policy: ManagedPolicy) -> str:
    default = policy.default_version_id
    return next(str(v.document) for v in policy.versions if v.version_id == default)
