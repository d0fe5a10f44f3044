"""What a field of a state did to the data, in a sentence; said where people often get it wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orderlab.console.inspecting.values import UNKNOWN, dump

_ABSENT = {
    "InputPath": "not given, so the whole input",
    "Parameters": "not given, so that input as it is",
    "Arguments": "not given",
    "ItemsPath": "not given, so the input itself is the array",
    "Items": "not given, so the input itself is the array",
    "ItemSelector": "not given, so each item as it is",
    "ResultSelector": "not given, so the whole result",
    "OutputPath": "not given, so all of it is the output",
    "Assign": "not given, so no variable changes",
}


def absent(name: str) -> str:
    """What holds where a field is not in the definition."""
    return _ABSENT[name]


def path_words(name: str, field: object) -> str:
    """InputPath, OutputPath or ItemsPath, as given."""
    if field is None:
        return "an empty object takes its place"
    if field == "$":
        return "all of it"
    part = {"InputPath": "of the input", "OutputPath": "of it", "ItemsPath": "of the input"}[name]
    if str(field).startswith("$$"):
        part = "of the context object"
    elif not str(field).startswith(("$.", "$[")):
        part = "by a variable or function"
    return f"only this part {part}" if name != "ItemsPath" else f"the array: this part {part}"


def result_path_words(
    field: object, given: bool, data: object, result: object, what: str = "result"
) -> str:
    """ResultPath: where a result goes in the state's input."""
    if not given or field == "$":
        said = "" if given else "not given, so "
        return f"{said}the {what} replaces the whole input{_lost(data, result)}"
    if field is None:
        return f"the {what} is dropped, the input goes on as it came"
    parts = str(field).removeprefix("$.").split(".")
    value: Any = data
    for part in parts:
        value = value.get(part, UNKNOWN) if isinstance(value, dict) else UNKNOWN
    over = ", over what was there" if value is not UNKNOWN else ""
    return f"puts the {what} into the state's input at {'.'.join(parts)}{over}"


def _lost(data: object, result: object) -> str:
    """The fields of an input that are not in what replaces it."""
    if not isinstance(data, dict):
        return ""
    lost = [key for key in data if not isinstance(result, dict) or key not in result]
    if not lost:
        return ""
    more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
    return f": {', '.join(lost[:3])}{more} {'is' if len(lost) == 1 else 'are'} gone"


def envelope_of(output: object, result: object) -> str:
    """Where the whole answer of lambda:invoke went on, how the next state reaches the function's
    own answer; else nothing."""
    if not isinstance(result, dict) or not {"Payload", "SdkHttpMetadata"} <= result.keys():
        return ""
    path = next(_places_of(output, result, "$"), None)
    if path is None:
        return ""
    return (
        f"The whole envelope of lambda:invoke went on: the function's own answer is at "
        f"{path}.Payload from here."
    )


def _places_of(value: object, wanted: object, path: str) -> Iterator[str]:
    if value == wanted:
        yield path
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _places_of(one, wanted, f"{path}.{key}")


def assign_words(assigned: Mapping[str, Any]) -> str:
    """Assign: which variables, and who sees them."""
    if not assigned:
        return "no variable was assigned"
    names = ", ".join(f"${name}" for name in assigned)
    return f"sets {names}, for the states after this one: its own fields saw what was before"


def scalar(value: object) -> str:
    """A value in a few characters, for a sentence."""
    if value is UNKNOWN:
        return "not there"
    text = dump(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
