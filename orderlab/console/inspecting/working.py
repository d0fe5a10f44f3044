"""A state's own work, between what it is given and what it answers."""

from __future__ import annotations

from typing import Any

from orderlab.console.definition.signs import in_units
from orderlab.console.inspecting.case import Case
from orderlab.console.inspecting.choices import nothing_matched, rules_of
from orderlab.console.inspecting.step import Step
from orderlab.console.inspecting.values import UNKNOWN

NO_CAUSE = "AWS gives no cause."


def work(case: Case, given: Any) -> list[Step]:
    """One step, or none for a state that only passes its data on.

    Args:
        given: the data that it works on.
    """
    kind = case.visit.type
    if kind in ("Task", "Parallel", "Map"):
        return [_called(case, given)]
    if kind == "Choice":
        return [_choice(case, given)]
    if kind == "Wait":
        return [_wait(case, given)]
    if kind == "Fail":
        return [_fail(case, given)]
    if kind == "Pass" and "Result" in case.raw and not case.jsonata:
        result = case.raw["Result"]
        return [Step("Result", result, case.input, result, "this very value", fresh=True)]
    return []


def _called(case: Case, given: Any) -> Step:
    name, attempt = case.visit.type, case.attempt
    what = {"Task": "the service", "Parallel": "the branches", "Map": "the iterations"}[name]
    if case.failed and attempt.result is None:
        said = f"failed: {attempt.error or 'an error without a name'}{_where(case)}"
        why = attempt.cause or NO_CAUSE
        return Step(name, None, given, UNKNOWN, said, error=why, fresh=True)
    if case.result is UNKNOWN:
        said = f"{what} {'has' if name == 'Task' else 'have'} not answered yet"
        said = said if case.visit.exited is None else "its result is not in the history"
        return Step(name, None, given, UNKNOWN, said, fresh=True)
    said = f"what {what} answered"
    if name != "Task":
        count = len(case.result) if isinstance(case.result, list) else 0
        each = "branch" if name == "Parallel" else "item"
        said = f"an array with the output of each {each}, {count} in all, in their order"
    elif isinstance(case.result, dict) and {"Payload", "SdkHttpMetadata"} <= case.result.keys():
        said += ": the function's own answer is its Payload, the rest lambda:invoke's envelope"
    return Step(name, None, given, case.result, said, fresh=True)


def _where(case: Case) -> str:
    """In which state inside a Parallel or Map the error arose."""
    for child in case.recording.execution.visits:
        within = any(one is case.visit for one in child.ancestors)
        if within and child.failure and child.failure.error == case.attempt.error:
            return f" in {child.name}"
    return ""


def _choice(case: Case, given: Any) -> Step:
    rules = rules_of(case)
    matched = next((rule for rule in rules if rule.matched), None)
    target = case.next_state
    if case.failed:
        said, error = f"failed: {case.attempt.error}", case.attempt.cause or NO_CAUSE
        if nothing_matched(case):
            said = "no rule matched, and there is no Default"
        written = case.raw.get("Choices")
        return Step("Choices", written, given, UNKNOWN, said, error=error, rules=rules)
    if matched:
        said = f"rule {matched.number} matched ({matched.label}), so on to {target}"
    elif rules and all(rule.matched is False for rule in rules):
        said = f"no rule matched, so the Default: {target}"
    else:
        said = f"on to {target}"
    return Step("Choices", case.raw.get("Choices"), given, given, said, rules=rules)


def _wait(case: Case, given: Any) -> Step:
    fields = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
    name = next((field for field in fields if field in case.raw), "Wait")
    left = case.visit.exited
    said = "waits still"
    if left is not None:
        said = f"waited {in_units(round(left - case.visit.entered, 3))}"
    elif case.visit.stopped is not None:
        said = "was stopped while it waited"
    return Step(name, case.raw.get(name), given, given, said)


def _fail(case: Case, given: Any) -> Step:
    attempt = case.attempt
    made = {"Error": attempt.error, "Cause": attempt.cause}
    field = {k: case.raw[k] for k in ("Error", "ErrorPath", "Cause", "CausePath") if k in case.raw}
    frame = case.visit.parent
    end = f"so {frame.name} fails" if frame else "so the execution fails"
    said = f"{attempt.error or 'an error without a name'}, {end}"
    return Step("Fail", field, given, made, said, given=bool(field), fresh=True)
