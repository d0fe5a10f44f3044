"""Which rule of a Choice state matched, and what it compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from orderlab.console.definition.rules import rule_label
from orderlab.console.inspecting import standins
from orderlab.console.inspecting.case import Case
from orderlab.console.inspecting.evaluating import evaluate, result_of
from orderlab.console.inspecting.step import Rule
from orderlab.console.inspecting.values import UNKNOWN
from orderlab.console.inspecting.words import scalar

_MOST = 20  # paths that are looked up one by one
# Data in an expression: of the input, the context object or a variable; not a function's name.
_REFERENCE = re.compile(
    r"\$(?:states\.(?:input|context)|(?!states\b)[A-Za-z_]\w*)(?:\.\w+)*(?![\w(])"
)


def nothing_matched(case: Case) -> bool:
    """Whether the state failed for want of a rule that matches, and of a Default."""
    cause = case.attempt.cause or ""
    return case.attempt.error == "States.NoChoiceMatched" or "does not point to a next" in cause


def rules_of(case: Case) -> tuple[Rule, ...]:
    """Every rule, in the order in which they are tried."""
    raw = case.raw.get("Choices", [])
    matched = _matched(case, raw)
    tried = raw[: matched + 1] if matched is not None else raw
    values = _values(case, [path for rule in tried for path in _paths(rule)])
    return tuple(
        Rule(
            number=at + 1,
            label=rule_label(rule),
            target=str(rule.get("Next")),
            matched=_outcome(case, at, matched),
            values={path: values[path] for path in _paths(rule) if path in values},
        )
        for at, rule in enumerate(raw)
    )


def _matched(case: Case, raw: list[Mapping[str, Any]]) -> int | None:
    found = case.evaluation
    if found.status == "SUCCEEDED":
        return standins.rule_of(found.next_state)
    leads = [at for at, rule in enumerate(raw) if rule.get("Next") == case.next_state]
    # Without TestState the next state tells it, where one rule alone leads there.
    return leads[0] if len(leads) == 1 and case.raw.get("Default") != case.next_state else None


def _outcome(case: Case, at: int, matched: int | None) -> bool | None:
    if matched is not None:
        return at == matched if at <= matched else None
    known = case.evaluation.status == "SUCCEEDED" or nothing_matched(case)
    only = case.next_state == case.raw.get("Default") and all(
        rule.get("Next") != case.next_state for rule in case.raw.get("Choices", [])
    )
    return False if known or (only and case.next_state is not None) else None


def _paths(rule: Mapping[str, Any]) -> list[str]:
    if "Condition" in rule:
        found: Iterator[str] = (m[0] for m in _REFERENCE.finditer(str(rule["Condition"])))
    else:
        found = _operands(rule)
    return list(dict.fromkeys(found))


def _operands(rule: Mapping[str, Any]) -> Iterator[str]:
    for key, value in rule.items():
        if key in ("And", "Or"):
            for one in value:
                yield from _operands(one)
        elif key == "Not":
            yield from _operands(value)
        elif key == "Variable" or (key.endswith("Path") and isinstance(value, str)):
            yield str(value)


def _values(case: Case, paths: list[str]) -> dict[str, str]:
    """What paths lead to, as AWS resolves them."""
    paths = list(dict.fromkeys(paths))[:_MOST]
    if case.evaluation.refusal or not paths:
        return {}
    names = {f"p{at}": path for at, path in enumerate(paths)}
    found = _ask(case, names)
    if found is None:  # one that leads nowhere fails all that it is asked with
        found = {}
        for name, path in names.items():
            found |= _ask(case, {name: path}) or {}
    return {path: scalar(found.get(name, UNKNOWN)) for name, path in names.items()}


def _ask(case: Case, names: dict[str, str]) -> dict[str, Any] | None:
    state = standins.asked(names, dict(case.raw), case.language)
    data, scope = case.visit.input, case.variables
    found = evaluate(case.tester, state, data, scope, case.context, result_of(None))
    made = found.get("afterArguments" if case.jsonata else "afterParameters")
    return made if isinstance(made, dict) else None
