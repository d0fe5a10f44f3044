"""Whether a role's trust policy lets in who comes with a token of another identity provider.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.iam.policies import Statement, statements

ACTION = "sts:AssumeRoleWithWebIdentity"
ANYBODY = "*"


def lets_in(policy: Mapping[str, Any], provider: str, claims: Mapping[str, str]) -> bool:
    """Whether somebody with a token may assume a role.

    Args:
        policy: the role's trust policy.
        provider: the ARN of the identity provider that has signed the token.
        claims: what the token says; its claims are condition keys that begin with the provider's
            address.
    """
    address = provider.partition(":oidc-provider/")[2]
    context = {f"{address}:{name}".lower(): [value] for name, value in claims.items()}

    def speaks(statement: Statement) -> bool:
        named = {name for kind, name in statement.principals if kind in ("Federated", ANYBODY)}
        return not named.isdisjoint((provider, ANYBODY)) and statement.applies(ACTION, "", context)

    about = [one for one in statements(policy) if speaks(one)]
    return bool(about) and not any(one.denies for one in about)
