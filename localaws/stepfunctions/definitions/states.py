"""One state of a definition, and the machines inside it: the form of their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from localaws.stepfunctions.definitions import (
    choices,
    jsonatas,
    maps,
    resources,
    schema,
    values,
)
from localaws.stepfunctions.definitions.diagnostics import Diagnostic, fault

Check = Callable[[Any, str], Iterator[Diagnostic]]


def check_machine(
    machine: Any, language: str, machine_type: str, place: str, fields: tuple[str, ...]
) -> Iterator[Diagnostic]:
    """Check a machine and every state in it.

    Args:
        machine: the object with `States`, or whatever stands in its place.
        language: the QueryLanguage that its states inherit.
        machine_type: STANDARD or EXPRESS.
        place: where it stands; "" for the whole definition.
        fields: those that it may have.
    """
    if not isinstance(machine, dict):
        yield fault("Expected value of type Object", place)
        return
    yield from values.required(machine, ("States", "StartAt"), place)
    yield from values.unsupported(machine, fields, place)
    yield from _strings(machine, place)
    states = machine.get("States", {})
    if not isinstance(states, dict):
        yield fault("Expected value of type Object", f"{place}/States")
        return
    if "States" in machine and not states:
        yield fault("Value cannot be empty", f"{place}/States")
    for name, state in states.items():
        at = f"{place}/States/{name}"
        if len(name) > schema.LONGEST_NAME or not name:
            problem = schema.TOO_LONG if name else "is empty"
            message = f"Invalid State name: State '{name}' {problem}"
            yield Diagnostic("INVALID_STATE_NAME", message, at)
        yield from check_state(state, language, machine_type, at)


def check_state(state: Any, language: str, machine_type: str, place: str) -> Iterator[Diagnostic]:
    """Check a state, wherever it stands; takes what `check_machine` takes."""
    if not isinstance(state, dict):
        yield fault("Expected value of type Object", place)
        return
    if "Type" not in state:
        yield fault("These fields are required: [Type]", place)
        return
    kind = state["Type"]
    if kind not in schema.TYPES:
        listed = ", ".join(schema.TYPES)
        message = f"The field 'Type' should have one of these values: [{listed}]"
        yield fault(message, f"{place}/Type")
        return
    own = yield from _language(state, language, place)
    yield from values.unsupported(state, (*schema.EVERYWHERE, *schema.FIELDS[kind]), place)
    yield from values.required(state, schema.REQUIRED.get(kind, ()), place)
    yield from _groups(state, kind, place)
    yield from _strings(state, place)
    yield from _objects(state, own, place)
    yield from _language_fields(state, own, place)
    yield from _numbers(state, own, place)
    yield from (_jsonata_fields if own == schema.JSONATA else _jsonpath_fields)(state, place)
    yield from _handlers(state, own, place)
    yield from _of_kind(state, kind, own, machine_type, place)
    yield from _inner_machines(state, language, machine_type, place)


def _language(state: dict[str, Any], inherited: str, place: str) -> Any:
    """The language of a state. What is neither of the two counts as JSONata, and is told of."""
    own = state.get("QueryLanguage", inherited)
    if own not in (schema.JSONPATH, schema.JSONATA):
        yield from values.one_of(own, (schema.JSONPATH, schema.JSONATA), f"{place}/QueryLanguage")
        own = schema.JSONATA
    if own == schema.JSONPATH and inherited == schema.JSONATA:
        message = (
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
        )
        yield fault(message, place)
    return own


def _groups(state: dict[str, Any], kind: str, place: str) -> Iterator[Diagnostic]:
    if "End" in state and not isinstance(state["End"], bool):
        yield fault("Expected value of type Boolean", f"{place}/End")
    given = [field for field, value in state.items() if not (field == "End" and value is False)]
    for group in schema.EXACTLY_ONE.get(kind, ()):
        used = [field for field in group if field in given]
        if not used:
            listed = ", ".join(group)
            message = f"This object should have only one of the following fields: [{listed}]"
            yield fault(message, place)
        elif len(used) > 1:
            yield _too_many(group, place)
    for group in schema.AT_MOST_ONE.get(kind, ()):
        if sum(field in state for field in group) > 1:
            yield _too_many(group, place)


def _too_many(group: tuple[str, ...], place: str) -> Diagnostic:
    return fault(f"There should only be one of the following fields: [{', '.join(group)}]", place)


def _strings(given: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    for field in schema.STRINGS:
        if field in given:
            yield from values.of_type(given[field], "String", f"{place}/{field}")


def _objects(state: dict[str, Any], language: str, place: str) -> Iterator[Diagnostic]:
    known = schema.FIELDS[state["Type"]]
    for field in schema.OBJECTS:
        value = state.get(field)
        expression = language == schema.JSONATA and jsonatas.is_expression(value)
        if field in state and field in known and not (expression or isinstance(value, dict)):
            yield fault("Expected value of type Object", f"{place}/{field}")


def _language_fields(state: dict[str, Any], language: str, place: str) -> Iterator[Diagnostic]:
    other = schema.JSONPATH if language == schema.JSONATA else schema.JSONATA
    known = schema.FIELDS[state["Type"]]
    for field in schema.ONLY_OF[other]:
        if field in state and field in known:
            message = (
                f"The QueryLanguage is set to '{language}', but field '{field}' is only supported "
                f"for the '{other}' QueryLanguage"
            )
            yield fault(message, place)


def _numbers(state: dict[str, Any], language: str, place: str) -> Iterator[Diagnostic]:
    for field, number in schema.NUMBERS.items():
        value = state.get(field)
        if field not in state or field not in schema.FIELDS[state["Type"]]:
            continue
        if not (language == schema.JSONATA and jsonatas.is_expression(value)):
            yield from values.in_range(value, number, f"{place}/{field}")
    timeout, heartbeat = state.get("TimeoutSeconds"), state.get("HeartbeatSeconds")
    if isinstance(timeout, int) and isinstance(heartbeat, int) and heartbeat >= timeout:
        message = "HeartbeatSeconds must be smaller than TimeoutSeconds"
        yield fault(message, f"{place}/HeartbeatSeconds")


def _jsonata_fields(state: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    skipped = ("Comment", "Branches", "ItemProcessor", "Iterator", "Resource", "Result")
    for field, value in state.items():
        if field not in skipped:
            yield from jsonatas.check(value, f"{place}/{field}")
    yield from values.assigned(state.get("Assign"), f"{place}/Assign")


def _jsonpath_fields(state: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    checks: dict[str, Check] = {
        **dict.fromkeys(schema.PATHS, values.a_path),
        **dict.fromkeys(schema.REFERENCE_PATHS, values.a_reference_path),
        **dict.fromkeys(schema.STRING_PATHS, values.a_string_path),
        **dict.fromkeys(schema.TEMPLATES, values.a_template),
    }
    for field, check in checks.items():
        if field not in state or (field in schema.MAY_BE_NULL and state[field] is None):
            continue
        if field not in schema.ONLY_OF[schema.JSONATA]:
            yield from check(state[field], f"{place}/{field}")
    yield from values.assigned(state.get("Assign"), f"{place}/Assign")


def _handlers(state: dict[str, Any], language: str, place: str) -> Iterator[Diagnostic]:
    """Retry and Catch."""
    known = schema.FIELDS[state["Type"]]
    for field, check in (("Retry", _retrier), ("Catch", _catcher)):
        if field not in state or field not in known:
            continue
        at = f"{place}/{field}"
        yield from values.of_type(state[field], "Array", at)
        handlers: list[Any] = state[field] if isinstance(state[field], list) else []
        for index, handler in enumerate(handlers):
            here = f"{at}[{index}]"
            if not isinstance(handler, dict):
                yield fault("Expected value of type Object", here)
                continue
            yield from _error_names(handler, index == len(handlers) - 1, here)
            yield from check(handler, language, here)


def _error_names(handler: dict[str, Any], last: bool, place: str) -> Iterator[Diagnostic]:
    yield from values.required(handler, ["ErrorEquals"], place)
    names, at = handler.get("ErrorEquals", ["States.TaskFailed"]), f"{place}/ErrorEquals"
    if not isinstance(names, list):
        yield fault("Expected value of type Array", at)
        return
    if not names:
        yield fault("Value cannot be empty", at)
    for index, name in enumerate(names):
        yield from values.of_type(name, "String", f"{at}[{index}]")
    if "States.ALL" in names and (len(names) > 1 or not last):
        yield fault("States.ALL must appear alone and at end of list", at)


def _retrier(retrier: dict[str, Any], _: str, place: str) -> Iterator[Diagnostic]:
    yield from values.unsupported(retrier, schema.RETRY, place)
    for field, number in schema.RETRY_NUMBERS.items():
        if field in retrier:
            yield from values.in_range(retrier[field], number, f"{place}/{field}")
    if "JitterStrategy" in retrier:
        yield from values.one_of(
            retrier["JitterStrategy"], ("NONE", "FULL"), f"{place}/JitterStrategy"
        )


def _catcher(catcher: dict[str, Any], language: str, place: str) -> Iterator[Diagnostic]:
    yield from values.unsupported(catcher, schema.CATCH, place)
    yield from values.required(catcher, ["Next"], place)
    other = {schema.JSONATA: "ResultPath", schema.JSONPATH: "Output"}[language]
    if other in catcher:
        yield from _of_the_other_language(other, language, place)
    elif catcher.get("ResultPath") is not None:
        yield from values.a_reference_path(catcher["ResultPath"], f"{place}/ResultPath")
    if language == schema.JSONPATH:
        yield from values.a_template(catcher.get("Assign"), f"{place}/Assign")
    yield from values.assigned(catcher.get("Assign"), f"{place}/Assign")


def _of_the_other_language(field: str, language: str, place: str) -> Iterator[Diagnostic]:
    other = schema.JSONPATH if language == schema.JSONATA else schema.JSONATA
    message = (
        f"The QueryLanguage is set to '{language}', but field '{field}' is only supported for the "
        f"'{other}' QueryLanguage"
    )
    yield fault(message, place)


def _of_kind(
    state: dict[str, Any], kind: str, language: str, machine_type: str, place: str
) -> Iterator[Diagnostic]:
    if kind == "Choice":
        yield from choices.check(state, language, place)
    elif kind == "Task" and "Resource" in state:
        yield from resources.check(state["Resource"], machine_type, place)
        yield from _credentials(state, place)
    elif kind == "Pass" and language == schema.JSONPATH:
        yield from values.static_result(state.get("Result"), f"{place}/Result")
    elif kind == "Wait" and "Timestamp" in state:
        value = state["Timestamp"]
        expression = language == schema.JSONATA and jsonatas.is_expression(value)
        if not expression and not choices.is_timestamp(value):
            yield fault("String does not match RFC3339 timestamp", f"{place}/Timestamp")


def _credentials(state: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    given = state.get("Credentials", {"RoleArn": ""})
    if isinstance(given, dict) and not {"RoleArn", "RoleArn.$"} & given.keys():
        message = "The field 'RoleArn' is required but was missing"
        yield fault(message, f"{place}/Credentials")


def _inner_machines(
    state: dict[str, Any], language: str, machine_type: str, place: str
) -> Iterator[Diagnostic]:
    """Branches and item processors. They inherit the language of the whole, not of the state."""
    branches = state.get("Branches")
    if "Branches" in state and state["Type"] == "Parallel":
        yield from values.of_type(branches, "Array", f"{place}/Branches")
        if branches == []:
            yield fault("Value cannot be empty", f"{place}/Branches")
        for index, branch in enumerate(branches if isinstance(branches, list) else ()):
            at = f"{place}/Branches[{index}]"
            yield from check_machine(branch, language, machine_type, at, schema.BRANCH)
    for field in ("ItemProcessor", "Iterator"):
        if field in state and state["Type"] == "Map":
            at = f"{place}/{field}"
            processor = state[field]
            inner_type = yield from maps.check_mode(state, processor, machine_type, at, place)
            yield from check_machine(processor, language, inner_type, at, schema.PROCESSOR)
