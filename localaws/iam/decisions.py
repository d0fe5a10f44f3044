"""Whether a session may do what it asks for, and if not, why.

Evaluation: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
Reasons: .../troubleshoot_access-denied.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from moto.sts.models import AssumedRole

from localaws.iam import resourcepolicies, roles
from localaws.iam.actions.needs import Need
from localaws.iam.contexts import VARYING
from localaws.iam.policies import Context, Statement, statements

IDENTITY = "identity-based policy"
RESOURCE = "resource-based policy"
BOUNDARY = "permissions boundary"
SESSION = "session policy"
ASSUME = "sts:AssumeRole"
DECISIONS = 1024  # kept for each role: executions and objects are resources of their own


class Verdict(NamedTuple):
    """A decision; its reason is empty where it allows."""

    reason: str = ""

    @property
    def allows(self) -> bool:
        return not self.reason


ALLOWED = Verdict()


@dataclass
class Case:
    """One need of one session, with the policies that decide it.

    Attributes:
        standing: what the session's role may do; None where the role is gone.
        at_resource: the statements of the resource's own policy; for AssumeRole, of the trust.
    """

    session: AssumedRole
    need: Need
    standing: roles.Standing | None
    at_resource: list[Statement]

    @classmethod
    def of(cls, session: AssumedRole, need: Need) -> Case:
        if need.action == ASSUME:
            target = roles.standing(need.resource)
            at_resource = target.trust if target else []
        else:
            at_resource = resourcepolicies.of(need.resource)
        return cls(session, need, roles.standing(session.role_arn), at_resource)

    @property
    def varies(self) -> bool:
        """Whether one of the statements depends on what differs from request to request."""
        found = [*self.standing.identity, *self.standing.limits()] if self.standing else []
        return any(not VARYING.isdisjoint(s.keys) for s in (*found, *self.at_resource))

    def decide(self, context: Context) -> Verdict:
        """The decision, for the condition keys of the request."""
        if self.standing is None:
            return _not_allowed_by(IDENTITY, self.need.action)

        def applies(found: list[Statement], denies: bool) -> bool:
            action, resource = self.need
            return any(s.denies is denies and s.applies(action, resource, context) for s in found)

        session_policy = statements(self.session.policy) if self.session.policy else None
        named = resourcepolicies.about(self.at_resource, self.session, self.standing.role.arn)
        boundary = self.standing.boundary
        for kind, found in (
            (IDENTITY, self.standing.identity),
            (RESOURCE, named),
            (BOUNDARY, boundary or []),
            (SESSION, session_policy or []),
        ):
            if applies(found, denies=True):
                return _denied_by(kind)
        if self.need.action == ASSUME and not self._is_trusted(named, applies):
            return _not_allowed_by(RESOURCE, ASSUME)
        if applies(named, denies=False):
            return ALLOWED  # within one account, either policy is enough
        if not applies(self.standing.identity, denies=False):
            return _not_allowed_by(IDENTITY, self.need.action)
        for kind, limit in ((BOUNDARY, boundary), (SESSION, session_policy)):
            if limit is not None and not applies(limit, denies=False):
                return _not_allowed_by(kind, self.need.action)
        return ALLOWED

    def _is_trusted(
        self, named: list[Statement], applies: Callable[[list[Statement], bool], bool]
    ) -> bool:
        """A role must trust whoever assumes it, by its name or as one of the account.

        .../IAM/latest/UserGuide/id_roles_create_for-user.html
        """
        account = self.session.account_id
        ours = {("AWS", account), ("AWS", f"arn:aws:iam::{account}:root")}
        of_account = [s for s in self.at_resource if ours.intersection(s.principals)]
        return applies([*named, *of_account], False)


def verdict(session: AssumedRole, need: Need, context: Callable[[], Context]) -> Verdict:
    """The decision on one need, which is kept until a policy changes.

    Args:
        context: makes the condition keys of the request.
    """
    case = Case.of(session, need)
    key = (session.access_key_id, need)
    decided: dict[Any, Any] = case.standing.decided if case.standing else {}
    known: tuple[Any, Verdict] | None = decided.get(key)
    if known is not None and known[0] is case.at_resource:
        return known[1]
    found = case.decide(context())
    if not case.varies:
        if len(decided) >= DECISIONS:
            decided.clear()
        decided[key] = (case.at_resource, found)
    return found


def _denied_by(kind: str) -> Verdict:
    article = "an" if kind == IDENTITY else "a"
    return Verdict(f"with an explicit deny in {article} {kind}")


def _not_allowed_by(kind: str, action: str) -> Verdict:
    return Verdict(f"because no {kind} allows the {action} action")
