"""The steps of a state's data, from its input to its output, as Step Functions takes them.

docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html (JSONPath) and
data-transform.html (JSONata). What the history tells goes before what TestState does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from orderlab.console.inspecting import words
from orderlab.console.inspecting.case import Case
from orderlab.console.inspecting.handling import handled
from orderlab.console.inspecting.step import Step
from orderlab.console.inspecting.values import UNKNOWN, load
from orderlab.console.inspecting.working import work

_CALLS = ("Task", "Parallel")


def steps_of(case: Case) -> list[Step]:
    """The steps that are known; those of which only the joint effect is known are one."""
    lead = list(_jsonata_lead(case) if case.jsonata else _jsonpath_lead(case))
    if case.failed and not case.called and case.visit.type not in ("Fail", "Choice"):
        return [*_broken(case, lead), *handled(case)]
    worked = work(case, lead[-1].after if lead else case.input)
    if case.failed and case.attempt.result is None:
        return [*_joined(lead), *worked, *handled(case)]
    result = _result(case, lead, worked)
    own = _rule(case, worked)
    tail = list(_jsonata_tail(case, result, own) if case.jsonata else _jsonpath_tail(case, result))
    if case.failed:
        return [*_joined(lead), *worked, *_broken(case, tail), *handled(case)]
    return [*_joined(lead), *worked, *_joined([*tail, *_assign(case, own)])]


# ---- JSONPath


def _jsonpath_lead(case: Case) -> Iterator[Step]:
    """What the state makes of its input before it works."""
    if case.visit.type == "Pass" and "Result" in case.raw:
        return
    found = case.evaluation
    given = "InputPath" in case.raw
    field = case.raw.get("InputPath", "$")
    after = case.input if field == "$" else found.get("afterInputPath")
    said = words.path_words("InputPath", field) if given else words.absent("InputPath")
    yield Step("InputPath", case.raw.get("InputPath"), case.input, after, said, given)
    kind = case.visit.type
    if kind in (*_CALLS, "Pass"):
        sent = _sent(case, after, "Parameters", found.get("afterParameters"))
        said = _sent_words(case) if "Parameters" in case.raw else words.absent("Parameters")
        yield _step(case, "Parameters", after, sent, said)
    elif kind == "Map":
        yield from _items(case, after, "ItemsPath", "afterParameters")


def _jsonpath_tail(case: Case, result: Any) -> Iterator[Step]:
    """From the result to the output."""
    raw, found, kind = case.raw, case.evaluation, case.visit.type
    data, combined = case.input, result
    if kind in (*_CALLS, "Map", "Pass"):
        selected = result
        if kind != "Pass":
            if "ResultSelector" in raw:
                selected = found.get("afterResultSelector")
            said = "a new object, made of the result"
            said = said if "ResultSelector" in raw else words.absent("ResultSelector")
            yield _step(case, "ResultSelector", result, selected, said)
        field, given = raw.get("ResultPath", "$"), "ResultPath" in raw
        combined = found.get("afterResultPath")
        if field in ("$", None):
            combined = data if field is None else selected
        if combined is UNKNOWN and raw.get("OutputPath", "$") == "$":
            combined = _own_output(case)
        said = words.result_path_words(field, given, data, selected)
        envelope = words.envelope_of(combined, result)
        said = f"{said}. {envelope}" if envelope else said
        # Its result goes into the input as the state got it, not as InputPath left it.
        yield _step(case, "ResultPath", data, combined, said)
    given = "OutputPath" in raw
    said = words.absent("OutputPath")
    if given:
        said = words.path_words("OutputPath", raw["OutputPath"])
    after = combined if raw.get("OutputPath", "$") == "$" else _own_output(case)
    yield _step(case, "OutputPath", combined, after, said)


# ---- JSONata


def _jsonata_lead(case: Case) -> Iterator[Step]:
    kind = case.visit.type
    if kind in _CALLS:
        sent = _sent(case, case.input, "Arguments", case.evaluation.get("afterArguments"))
        given = "Arguments" in case.raw
        said = _sent_words(case) if given else "not given, so the input as it is"
        if not given and sent != case.input:
            said = words.absent("Arguments")
        yield _step(case, "Arguments", case.input, sent, said)
    elif kind == "Map":
        yield from _items(case, case.input, "Items", "afterArguments")


def _jsonata_tail(case: Case, result: Any, own: Mapping[str, Any]) -> Iterator[Step]:
    kind = case.visit.type
    if kind == "Fail":
        return
    works = kind in (*_CALLS, "Map")
    given = "Output" in own
    said = f"the output, made of the {'result and the input' if works else 'input'}"
    if not given:
        said = f"not given, so the {'result' if works else 'input'} is the output"
    envelope = words.envelope_of(case.output, result) if works else ""
    said = f"{said}. {envelope}" if envelope else said
    yield Step("Output", own.get("Output"), result, _own_output(case), said, given)


# ---- both


def _own_output(case: Case) -> Any:
    """The state's output, if its own fields made it, and not a Catch."""
    return UNKNOWN if case.failed else case.output


def _rule(case: Case, worked: list[Step]) -> Mapping[str, Any]:
    """Where Output and Assign stand: in the rule of a Choice that matched, else in the state."""
    for rule in (rule for step in worked for rule in step.rules if rule.matched):
        return case.raw["Choices"][rule.number - 1]  # type: ignore[no-any-return]
    return case.raw


def _step(case: Case, name: str, before: Any, after: Any, said: str) -> Step:
    return Step(name, case.raw.get(name), before, after, said, given=name in case.raw)


def _sent(case: Case, default: Any, name: str, evaluated: Any) -> Any:
    """What a service or the branches got: the history knows it best."""
    if case.attempt.parameters is not None:
        return load(case.attempt.parameters)
    if case.visit.type == "Parallel" and isinstance(case.items, list) and case.items:
        return case.items[0]
    if case.called or case.visit.type == "Pass":
        return evaluated if name in case.raw else default
    return evaluated


def _sent_words(case: Case) -> str:
    if case.visit.type == "Parallel":
        return "what each branch gets"
    if case.visit.type == "Pass":
        return "a new object, made of that input"
    return "what the service is sent"


def _items(case: Case, data: Any, name: str, evaluated: str) -> Iterator[Step]:
    """Of a Map: where the items come from, and what each iteration begins with."""
    if "ItemReader" in case.raw:
        said = "the items are read from outside: see the Map run's own executions"
        yield Step("ItemReader", case.raw["ItemReader"], data, UNKNOWN, said)
        return
    answer = case.evaluation.get(evaluated)
    items = answer.get("items", UNKNOWN) if isinstance(answer, dict) else UNKNOWN
    if name not in case.raw and items is UNKNOWN:
        items = data
    selector = "ItemSelector" if "ItemSelector" in case.raw or case.jsonata else "Parameters"
    selector = selector if selector in case.raw else "ItemSelector"
    if items is UNKNOWN and selector not in case.raw:
        items = case.items
    said = words.path_words("ItemsPath", case.raw.get(name)) if name == "ItemsPath" else "the array"
    yield _step(case, name, data, items, said if name in case.raw else words.absent(name))
    each = case.items if isinstance(case.items, list) else UNKNOWN
    if selector not in case.raw:
        each = items
    said = "made anew for each item" if selector in case.raw else words.absent("ItemSelector")
    yield _step(case, selector, items, each, said)


def _result(case: Case, lead: list[Step], worked: list[Step]) -> Any:
    """What the tail begins with."""
    if case.visit.type in (*_CALLS, "Map"):
        return case.result
    if case.visit.type == "Pass" and not case.jsonata:
        return worked[-1].after if worked else lead[-1].after
    if case.jsonata:
        return case.input
    return lead[-1].after if lead else case.input


def _assign(case: Case, own: Mapping[str, Any]) -> Iterator[Step]:
    last = case.chosen.is_last and case.visit.exited is not None
    if case.visit.type in ("Fail", "Succeed") or not last:
        return
    field, given = own.get("Assign"), "Assign" in own
    said = words.assign_words(case.assigned) if given else words.absent("Assign")
    if not given and "Assign" in case.raw:
        said = "not given by this rule, so no variable changes: the state's own is the Default's"
    after = {**case.variables, **case.assigned}
    yield Step("Assign", field, dict(case.variables), after, said, given)


def _joined(steps: list[Step]) -> list[Step]:
    """Steps whose effect is not known go into the next one that is."""
    found: list[Step] = []
    waiting: list[Step] = []
    for step in steps:
        if step.after is UNKNOWN:
            waiting.append(step)
            continue
        found.append(_together([*waiting, step]) if waiting else step)
        waiting = []
    return found


def _together(steps: list[Step]) -> Step:
    given = [step for step in steps if step.given]
    if len(given) < 2:
        # Those that are not given did nothing.
        one = given[0] if given else steps[-1]
        before = one.before if one.before is not UNKNOWN else steps[0].before
        return replace(one, before=before, after=steps[-1].after)
    names = " + ".join(step.name for step in given)
    fields = {step.name: step.field for step in given}
    known = [step.before for step in given if step.before is not UNKNOWN]
    return Step(names, fields, known[-1], steps[-1].after, "known are only their effects together")


def _broken(case: Case, steps: list[Step]) -> list[Step]:
    """The steps up to the one that failed. The history names it, where a JSONata expression failed;
    else TestState went as far as the state did, or it is not known."""
    why = case.attempt.cause or case.attempt.error or ""
    location, unsure = case.location, bool(case.evaluation.refusal)
    done: list[Step] = []
    for step in steps:
        if step.name == location or (location is None and step.after is UNKNOWN and not unsure):
            return [*done, replace(step, after=UNKNOWN, error=why, words="failed")]
        if step.after is UNKNOWN:
            break
        done.append(step)
    name = location or ("Assign" if "Assign" in case.raw and not unsure else case.visit.type)
    before = done[-1].after if done else case.input
    field, given = case.raw.get(name), name in case.raw
    return [*done, Step(name, field, before, UNKNOWN, "failed", given, error=why)]
