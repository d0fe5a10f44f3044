"""A Choice rule in a few words, for the label of an edge."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

# ASL, "Choice State": a comparison's name is a type and one of these relations.
_RELATIONS = {
    "Equals": "=",
    "LessThan": "<",
    "GreaterThan": ">",
    "LessThanEquals": "<=",
    "GreaterThanEquals": ">=",
}
_COMPARISON = re.compile(
    r"(?:Boolean|Numeric|String|Timestamp)"
    r"(LessThanEquals|GreaterThanEquals|LessThan|GreaterThan|Equals)(Path)?"
)
_TESTS = {"IsNull": "null", "IsPresent": "present", "IsNumeric": "a number", "IsString": "a string"}
_TESTS |= {"IsBoolean": "a boolean", "IsTimestamp": "a timestamp"}


def rule_label(rule: Mapping[str, Any]) -> str:
    """`{"Variable": "$.a.b", "BooleanEquals": true}` -> `a.b is true`.

    A rule of a JSONata state (`Condition`) is its expression. What this does not know is shown
    as JSON rather than left out.
    """
    if "Condition" in rule:
        return re.sub(r"^\{%\s*|\s*%\}$", "", str(rule["Condition"]))
    for word, key in (("and", "And"), ("or", "Or")):
        if isinstance(rule.get(key), list):
            return f" {word} ".join(_nested(part) for part in rule[key])
    if "Not" in rule:
        return f"not {_nested(rule['Not'])}"
    variable = _path(str(rule.get("Variable", "")))
    for key, value in rule.items():
        if key in ("Variable", "Next", "Assign", "Output", "Comment"):
            continue
        return f"{variable} {_comparison(key, value)}"
    return json.dumps(rule, ensure_ascii=False)


def _nested(rule: Any) -> str:
    if not isinstance(rule, dict):
        return json.dumps(rule, ensure_ascii=False)
    label = rule_label(rule)
    return f"({label})" if rule.keys() & {"And", "Or"} else label


def _path(path: str) -> str:
    # $.a.b is a.b; the context ($$.) and variables ($name) keep their sign.
    return path.removeprefix("$.")


def _comparison(key: str, value: object) -> str:
    if key in _TESTS:
        return f"is {_TESTS[key]}" if value else f"is not {_TESTS[key]}"
    if key == "BooleanEquals":
        return f"is {json.dumps(value)}"
    if key == "StringMatches":
        return f"matches {json.dumps(value, ensure_ascii=False)}"
    known = _COMPARISON.fullmatch(key)
    if known is None:
        return f"{key} {json.dumps(value, ensure_ascii=False)}"
    right = _path(str(value)) if known[2] else json.dumps(value, ensure_ascii=False)
    return f"{_RELATIONS[known[1]]} {right}"
