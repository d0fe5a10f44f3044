"""docs/events.md says what schemas/*.json say, and each of its examples is one of the shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from samtranslator.yaml_helper import yaml_parse

from tests import shapes

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
RULES = "Rules"  # the one section that is about no shape
COPIES = sorted(ROOT.glob("lambdas/*/*.schema.json"))

each_schema = pytest.mark.parametrize("name", shapes.SCHEMAS)


def sections() -> dict[str, str]:
    """The text of each shape's section, by its heading."""
    parts = re.split(r"^## (.+)\n", PAGE, flags=re.MULTILINE)[1:]
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    del found[RULES]
    return found


def section_of(name: str) -> str:
    """The section that is about a schema."""
    link = f"Schema: [`{name}`](../schemas/{name}.json)."
    [found] = [text for text in sections().values() if link in text]
    return found


def rows(text: str) -> list[list[str]]:
    """The cells of a text's first table."""
    table = re.search(r"^\|.*\|\n\|[:|-]+\|\n((?:\|.*\|\n)+)", text, re.MULTILINE)
    assert table
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table[1].splitlines()]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


@each_schema
def test_a_schema_is_valid_and_stands_alone(name: str) -> None:
    schema = shapes.schema(name)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(schema)
    assert schema["title"]
    assert schema["description"]
    # A handler carries a copy of one file, and nothing to fetch others with.
    assert all(reference.startswith("#/definitions/") for reference in references(schema))
    names = {reference.rpartition("/")[2] for reference in references(schema)}
    assert names == set(schema.get("definitions", {}))


def test_the_table_lists_every_schema_and_every_section() -> None:
    listed = {row[1].strip("`"): row[0] for row in rows(PAGE)}
    assert sorted(listed) == sorted(shapes.SCHEMAS)
    linked = [re.fullmatch(r"\[(.+)\]\(#(.+)\)", shape) for shape in listed.values()]
    assert [found and found[1] for found in linked] == list(sections())


def test_the_table_names_what_is_there() -> None:
    template = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    names = {*template["Resources"], "EventBridge"}
    for path in ROOT.glob("state-machines/*.json"):
        names |= set(re.findall(r'"(\w+)": \{\s*"(?:Comment|Type)"', path.read_text("utf-8")))
    for row in rows(PAGE):
        for cell in row[2:]:
            assert set(re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", cell)) <= names, row[0]


@each_schema
def test_a_section_explains_every_field(name: str) -> None:
    fields = [field for row in rows(section_of(name)) for field in re.findall(r"`(.+?)`", row[0])]
    explained = {re.split(r"[.\[]", field)[0] for field in fields}
    assert explained == set(shapes.schema(name)["properties"])


@each_schema
def test_a_section_has_valid_examples(name: str) -> None:
    examples = re.findall(r"^```json\n(.+?)^```$", section_of(name), re.MULTILINE | re.DOTALL)
    assert examples
    for example in examples:
        shapes.check(name, json.loads(example))


@pytest.mark.parametrize("copy", COPIES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_handler_carries_one_of_the_schemas(copy: Path) -> None:
    known = {path.read_bytes() for path in shapes.SCHEMAS.values()}
    assert copy.read_bytes() in known, f"{copy} is a copy of no file in schemas/"


# ---- Sample events ----------------------------------------------------------------------------

# Those that a handler is meant to refuse: tests/lambdas shows that it does.
REFUSED = {
    "charge_payment_handler": {"card-number"},
    "order_entry_handler": {"missing-fields", "not-an-object", "unusable-id", "wrong-types"},
    "start_workflow_handler": {"no-order-id"},
    "validate_order_handler": {"empty-items", "missing-fields", "several-faults"},
}
UNREADABLE = {  # not even JSON
    "order_entry_handler": {"empty-body", "not-json"},
    "start_workflow_handler": {"one-unreadable"},
    "carrier_event_handler": {"not-json"},
}
EVENTS = {
    "charge_payment_handler": "charge-request",
    "order_entry_handler": "order",
    "start_workflow_handler": "order",
    "validate_order_handler": "order",
    "process_payment_handler": "payment-request",
    "repair_order_handler": "execution-status-change",
    "carrier_event_handler": "carrier-event",
}


def samples(handler: str) -> Iterator[tuple[str, Any]]:
    """A handler's sample events: the name, and what the shape is about."""
    for path in sorted((ROOT / "lambdas" / handler / "events").glob("*.json")):
        event = json.loads(path.read_text(encoding="utf-8"))
        if path.stem in UNREADABLE.get(handler, ()):
            with pytest.raises(ValueError, match="Expecting value"):
                [shapes.body_of(inner) for inner in event.get("Records", [event])]
        elif "Records" in event:
            yield from ((path.stem, shapes.body_of(record)) for record in event["Records"])
        else:
            yield path.stem, shapes.body_of(event) if "body" in event else event


@pytest.mark.parametrize("handler", EVENTS)
def test_sample_events_are_valid_but_for_those_that_are_meant_to_be_refused(handler: str) -> None:
    found = {
        name for name, value in samples(handler) if not shapes.is_valid(EVENTS[handler], value)
    }
    assert found == REFUSED.get(handler, set())
