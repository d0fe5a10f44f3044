"""What the statements of policies say about an action on a resource.

Rules: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from localaws.iam.conditions import Conditions
from localaws.iam.patterns import arn_glob, arn_text, glob

Context = Mapping[str, list[str]]  # condition keys, in small letters, and their values
WITH_VARIABLES = "2012-10-17"  # .../reference_policies_elements_version.html
VARIABLE = re.compile(r"\$\{([^}]*)\}")
SPECIAL = ("*", "?", "$")  # `${*}` is a star


class Statement:
    """One statement of a policy."""

    def __init__(self, raw: Mapping[str, Any], version: str = "") -> None:
        self.denies = raw.get("Effect") == "Deny"
        self.conditions = Conditions(raw.get("Condition") or {})
        self.principals = _principals(raw.get("Principal"))
        self._action = _either(raw, "Action", _is_action)
        by_variable = version == WITH_VARIABLES
        resource = functools.partial(_is_resource, with_variables=by_variable)
        self._resource = _either(raw, "Resource", resource)
        variables = VARIABLE.findall(" ".join(_listed(raw, "Resource", "NotResource")))
        # The condition keys on which it depends, in small letters.
        self.keys = self.conditions.keys | {v.partition(",")[0].strip().lower() for v in variables}

    def is_about(self, action: str, resource: str, context: Context) -> bool:
        """Whether it speaks of this action on this resource, its condition apart."""
        return self._action(action, context) and self._resource(resource, context)

    def applies(self, action: str, resource: str, context: Context) -> bool:
        """Whether it decides this request."""
        return self.is_about(action, resource, context) and self.conditions.hold(context)


def statements(document: str | Mapping[str, Any]) -> list[Statement]:
    """The statements of a policy document."""
    policy = json.loads(document) if isinstance(document, str) else document
    version = str(policy.get("Version", ""))
    return [Statement(raw, version) for raw in _as_list(policy.get("Statement"))]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _listed(raw: Mapping[str, Any], *names: str) -> list[str]:
    return [str(one) for name in names for one in _as_list(raw.get(name))]


def _principals(raw: Any) -> list[tuple[str, str]]:
    """The kind (AWS, Service, ...) and the name of each; `*` is everybody."""
    if raw is None:
        return []
    if not isinstance(raw, Mapping):
        return [("*", str(one)) for one in _as_list(raw)]
    return [(kind, str(one)) for kind, names in raw.items() for one in _as_list(names)]


def _either(
    raw: Mapping[str, Any], name: str, matches: Callable[[str, str, Context], bool]
) -> Callable[[str, Context], bool]:
    """How the element `name`, or `Not` with it, takes a value; a trust policy has no Resource."""
    wanted, unwanted = _listed(raw, name), _listed(raw, f"Not{name}")

    def takes(value: str, context: Context) -> bool:
        if wanted:
            return any(matches(pattern, value, context) for pattern in wanted)
        return not any(matches(pattern, value, context) for pattern in unwanted)

    return takes


def _is_action(pattern: str, action: str, _: Context) -> bool:
    return glob(pattern.lower()).fullmatch(action.lower()) is not None


def _is_resource(pattern: str, resource: str, context: Context, with_variables: bool) -> bool:
    if with_variables and "${" in pattern:
        filled = fill_in(pattern, context)
        return filled is not None and filled.fullmatch(resource) is not None
    return arn_glob(pattern).fullmatch(resource) is not None


def fill_in(pattern: str, context: Context) -> re.Pattern[str] | None:
    """The pattern with its policy variables replaced; None where one has no value.

    .../reference_policies_variables.html
    """
    parts = []
    end = 0
    for found in VARIABLE.finditer(pattern):
        parts.append(arn_text(pattern[end : found.start()]))
        name, _, default = found[1].partition(",")
        values = [name] if name in SPECIAL else context.get(name.strip().lower(), [])
        if default and not values:
            values = [default.strip().strip("'")]
        if len(values) != 1:
            return None
        parts.append(re.escape(values[0]))
        end = found.end()
    return re.compile("".join((*parts, arn_text(pattern[end:]))), re.DOTALL)
