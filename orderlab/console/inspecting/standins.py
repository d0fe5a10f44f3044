"""A state as TestState is asked about it: with nothing in it that could call, wait or depend.

Only the fields that handle data go there. Task, Parallel and Map become a task of a function that
does not exist, always with a mocked result; Wait becomes Pass. So no service can be called, no time
passes, and every type can be asked about, whatever an endpoint supports.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

JSONATA = "JSONata"
CONTEXT = "the_context"  # the variable that stands for the context object
CALLS = ("Task", "Parallel", "Map")

_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:stand-in"
_PATHS = ("InputPath", "OutputPath")
_AROUND = (*_PATHS, "ResultSelector", "ResultPath", "Assign", "Output", "Catch", "Retry")
_WHERE = ("Next", "End")
_DEFAULT = "default"


def language_of(machine: Mapping[str, Any], raw: Mapping[str, Any]) -> str:
    """A state's QueryLanguage: its own, or its machine's, or JSONPath."""
    return str(raw.get("QueryLanguage") or machine.get("QueryLanguage") or "JSONPath")


def stand_in(raw: dict[str, Any], language: str) -> dict[str, Any]:
    """What is asked of TestState in place of a state; the context object is a variable in it."""
    kind = raw.get("Type")
    if kind in CALLS:
        made = {"Type": "Task", "Resource": _FUNCTION, **_only(raw, *_AROUND, *_WHERE)}
        made |= _items(raw, language) if kind == "Map" else _only(raw, "Parameters", "Arguments")
    elif kind == "Wait":
        made = {"Type": "Pass", **_only(raw, *_PATHS, "Assign", "Output", *_WHERE)}
    elif kind == "Choice":
        # Each rule leads to a place of its own, which tells the one that matched.
        rules = [{**rule, "Next": str(n)} for n, rule in enumerate(raw.get("Choices", []))]
        made = {**raw, "Choices": rules}
        made |= {"Default": _DEFAULT} if "Default" in raw else {}
    else:
        made = dict(raw)
    made["QueryLanguage"] = language
    replaced: dict[str, Any] = _without_context(made, "", language)
    return replaced


def asked(values: dict[str, str], raw: dict[str, Any], language: str) -> dict[str, Any]:
    """A stand-in whose arguments are the values of paths or expressions, by names of ours."""
    made = {"Type": "Task", "Resource": _FUNCTION, "End": True, "QueryLanguage": language}
    if language == JSONATA:
        made["Arguments"] = {name: f"{{% {text} %}}" for name, text in values.items()}
    else:
        made |= _only(raw, "InputPath")
        made["Parameters"] = {f"{name}.$": text for name, text in values.items()}
    replaced: dict[str, Any] = _without_context(made, "", language)
    return replaced


def rule_of(next_state: str | None) -> int | None:
    """The rule that a Choice's stand-in went by: its number from 0; None: the Default."""
    return None if next_state in (None, _DEFAULT) else int(str(next_state))


def _only(raw: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {field: raw[field] for field in fields if field in raw}


def _items(raw: dict[str, Any], language: str) -> dict[str, Any]:
    """A Map's items as arguments. What an ItemReader reads is not in the input."""
    if "ItemReader" in raw:
        return {}
    if language == JSONATA:
        return {"Arguments": {"items": raw.get("Items", "{% $states.input %}")}}
    return {"Parameters": {"items.$": raw.get("ItemsPath", "$")}}


def mentions_context(value: object) -> bool:
    """Whether a stand-in needs the variable."""
    if isinstance(value, dict):
        return any(map(mentions_context, value.values()))
    if isinstance(value, list):
        return any(map(mentions_context, value))
    return isinstance(value, str) and f"${CONTEXT}" in value


def _without_context(value: Any, key: str, language: str) -> Any:
    """TestState takes a context object for some states alone, and none with a Map in it (recorded
    from AWS); it takes variables for all."""
    if isinstance(value, dict):
        return {name: _without_context(one, name, language) for name, one in value.items()}
    if isinstance(value, list):
        return [_without_context(one, key, language) for one in value]
    if not isinstance(value, str):
        return value
    if language == JSONATA:
        if not value.startswith("{%"):
            return value
        return re.sub(r"\$states\.context\b", f"${CONTEXT}", value)
    if not key.endswith((".$", "Path")) and key != "Variable":
        return value
    # A quoted part is text of an intrinsic function, or a name in brackets.
    return re.sub(r"('(?:\\.|[^'\\])*')|\$\$", lambda m: m[1] or f"${CONTEXT}", value)
