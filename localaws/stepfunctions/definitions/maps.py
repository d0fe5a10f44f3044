"""A Map state's mode, and the fields of a distributed one.

docs.aws.amazon.com/step-functions/latest/dg/ (state-map-distributed.html: Label; and
input-output-itemreader.html). The words about labels follow those about the names of states.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import Any

from localaws.stepfunctions.definitions import schema, values
from localaws.stepfunctions.definitions.diagnostics import Diagnostic, fault
from localaws.stepfunctions.definitions.transitions import inner_machines

INPUT_TYPES = ("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST")
HEADERS = ("FIRST_ROW", "GIVEN")
LONGEST_LABEL = 40
UNLABELLED = re.compile(r"[\s?*<>{}\[\]:;,\\|^~$#%&`\"\x00-\x1f\x7f-\x9f]")


def check_mode(
    state: dict[str, Any], processor: Any, machine_type: str, at: str, place: str
) -> Generator[Diagnostic, None, str]:
    """Check a Map's mode, and what it allows; returns the type of workflow that its items are.

    Args:
        state: the Map.
        processor: its ItemProcessor or Iterator, whatever stands there.
        machine_type: STANDARD or EXPRESS, that of the machine around it.
        at: where the processor stands.
        place: where the Map stands.
    """
    config = processor.get("ProcessorConfig", {}) if isinstance(processor, dict) else {}
    if not isinstance(config, dict):
        yield fault("Expected value of type Object", f"{at}/ProcessorConfig")
        config = {}
    at = f"{at}/ProcessorConfig"
    mode = config.get("Mode", "INLINE")
    yield from values.one_of(mode, ("INLINE", "DISTRIBUTED"), f"{at}/Mode")
    yield from values.unsupported(config, ("Mode", "ExecutionType"), at)
    if mode != "DISTRIBUTED":
        if "ExecutionType" in config:
            yield fault("Field 'ExecutionType' is not supported", at)
        yield from values.unsupported(
            {field: None for field in schema.DISTRIBUTED_ONLY if field in state}, (), place
        )
        return machine_type
    if machine_type == "EXPRESS":
        message = (
            "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state "
            "machines"
        )
        yield fault(message, f"{at}/Mode")
    yield from values.required(config, ["ExecutionType"], at)
    kind = config.get("ExecutionType", "STANDARD")
    yield from values.one_of(kind, ("STANDARD", "EXPRESS"), f"{at}/ExecutionType")
    yield from _label(state.get("Label"), f"{place}/Label")
    yield from _reader(state.get("ItemReader"), f"{place}/ItemReader")
    return "EXPRESS" if kind == "EXPRESS" else machine_type


def _label(label: Any, place: str) -> Iterator[Diagnostic]:
    if not isinstance(label, str):
        return
    if len(label) > LONGEST_LABEL:
        message = (
            f"Invalid Label name: Label '{label}' exceeds the {LONGEST_LABEL}-character limit "
            "allowed by the service"
        )
        yield Diagnostic("INVALID_LABEL_NAME", message, place)
    elif not label or UNLABELLED.search(label):
        yield Diagnostic("INVALID_LABEL_NAME", f"Invalid Label name: {label}", place)


def _reader(reader: Any, place: str) -> Iterator[Diagnostic]:
    if not isinstance(reader, dict):
        return
    yield from values.required(reader, ["Resource"], place)
    config = reader.get("ReaderConfig")
    given = config if isinstance(config, dict) else {}
    for field, allowed in (("InputType", INPUT_TYPES), ("CSVHeaderLocation", HEADERS)):
        if field in given:
            yield from values.one_of(given[field], allowed, f"{place}/ReaderConfig/{field}")


def check_labels(machine: Any, place: str, labels: set[str]) -> Iterator[Diagnostic]:
    """No label is given twice in one definition.

    Args:
        machine: the object with `States`, or whatever stands in its place.
        place: where it stands.
        labels: those that were met before; these are added.
    """
    states = machine.get("States") if isinstance(machine, dict) else None
    for name, state in states.items() if isinstance(states, dict) else ():
        if not isinstance(state, dict):
            continue
        at, label = f"{place}/States/{name}", state.get("Label")
        if isinstance(label, str):
            if label in labels:
                message = f"Duplicate Label name: {label}"
                yield Diagnostic("DUPLICATE_LABEL_NAME", message, f"{at}/Label")
            labels.add(label)
        for inner, where in inner_machines(state):
            yield from check_labels(inner, at + where, labels)
