"""Schemas of resource types: those of the CloudFormation registry, as cfn-lint ships them.

They say which properties a type has, which of them cannot be changed in place, and what a value
must be. CloudFormation holds properties to them before it calls a type's handler; the words of its
answers are those of the validator behind it (github.com/everit-org/json-schema), a pattern's left
out: "failed validation constraint for keyword [pattern]".
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REGION = "us-east-1"
ROOT_PATH = "/properties/"
JAVA_NAMES = {bool: "Boolean", int: "Integer", float: "Double", str: "String", list: "JSONArray"}
SCHEMA_NAMES = {
    "string": "String",
    "integer": "Integer",
    "number": "Number",
    "boolean": "Boolean",
    "array": "JSONArray",
    "object": "JSONObject",
}


class Schema:
    """What the registry says of one resource type."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self.properties: dict[str, Any] = document["properties"]
        self.tags: str | None = _tag_property(document)
        self.read_only = _names(document, "readOnlyProperties")
        self.replacing = _names(document, "createOnlyProperties")

    def problems(self, properties: dict[str, Any]) -> list[str]:
        """What is wrong with evaluated properties, each with its place."""
        given = {key: value for key, value in properties.items() if key not in self.read_only}
        return list(self._check(self._document, given, "#"))

    def replaced_by(self, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
        """Properties that differ and cannot be changed in place."""
        return [
            path.split("/")[0] for path in self.replacing if _at(before, path) != _at(after, path)
        ]

    def _check(self, schema: dict[str, Any], value: Any, place: str) -> Iterator[str]:
        schema = self._follow(schema)
        kinds = schema.get("type")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if kinds and not any(_is_a(kind, value) for kind in kinds):
            wanted = SCHEMA_NAMES.get(kinds[0], kinds[0])
            yield f"{place}: expected type: {wanted}, found: {_java_name(value)}"
            return
        if "enum" in schema and _text(value) not in [_text(one) for one in schema["enum"]]:
            yield f"{place}: {_text(value)} is not a valid enum value"
        if isinstance(value, dict):
            yield from self._check_object(schema, value, place)
        elif isinstance(value, list):
            yield from self._check_array(schema, value, place)
        elif kinds == ["string"]:
            yield from _check_text(schema, _text(value), place)
        elif kinds and kinds[0] in ("integer", "number"):
            yield from _check_number(schema, float(value), place)

    def _check_object(
        self, schema: dict[str, Any], value: dict[str, Any], place: str
    ) -> Iterator[str]:
        declared = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                yield f"{place}: required key [{name}] not found"
        for name, item in value.items():
            inner = declared.get(name) or self._by_pattern(schema, name)
            if inner is not None:
                yield from self._check(inner, item, f"{place}/{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{place}: extraneous key [{name}] is not permitted"

    def _by_pattern(self, schema: dict[str, Any], name: str) -> dict[str, Any] | None:
        for pattern, inner in schema.get("patternProperties", {}).items():
            if _matches(pattern, name):
                return dict(inner)
        other = schema.get("additionalProperties")
        return dict(other) if isinstance(other, dict) else None

    def _check_array(self, schema: dict[str, Any], value: list[Any], place: str) -> Iterator[str]:
        least, most = schema.get("minItems"), schema.get("maxItems")
        if least is not None and len(value) < least:
            yield f"{place}: expected minimum item count: {least}, found: {len(value)}"
        if most is not None and len(value) > most:
            yield f"{place}: expected maximum item count: {most}, found: {len(value)}"
        for index, item in enumerate(value):
            yield from self._check(schema.get("items", {}), item, f"{place}/{index}")

    def _follow(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema


@functools.cache
def of(type_name: str) -> Schema | None:
    """The schema of a type; None where the registry has none."""
    file = _index().get(type_name)
    if not isinstance(file, str):
        return None
    text = (_folder() / "resources" / f"{file}.json").read_text(encoding="utf-8")
    return Schema(json.loads(text))


@functools.cache
def _index() -> dict[str, Any]:
    text = (_folder() / "providers" / f"{REGION}.json").read_text(encoding="utf-8")
    index: dict[str, Any] = json.loads(text)
    return index


@functools.cache
def _folder() -> Path:
    # Importing cfn-lint takes a second; its data are files.
    found = importlib.util.find_spec("cfnlint")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("cfn-lint, which has the schemas, is not installed.")
    return Path(found.submodule_search_locations[0]) / "data" / "schemas"


def _names(document: dict[str, Any], key: str) -> list[str]:
    return [path.removeprefix(ROOT_PATH) for path in document.get(key, [])]


def _tag_property(document: dict[str, Any]) -> str | None:
    tagging = document.get("tagging") or {}
    if not tagging.get("taggable", True) or "Tags" not in document["properties"]:
        return None
    return "Tags" if tagging.get("tagProperty", "/properties/Tags") == "/properties/Tags" else None


def _at(properties: Any, path: str) -> Any:
    for part in path.split("/"):
        if not isinstance(properties, dict):
            return None
        properties = properties.get(part)
    return properties


def _is_a(kind: str, value: Any) -> bool:
    """Whether a value will do for a type; CloudFormation converts between scalars."""
    if kind == "object":
        return isinstance(value, dict)
    if kind == "array":
        return isinstance(value, list)
    if isinstance(value, dict | list):
        return False
    if kind == "boolean":
        return _text(value) in ("true", "false")
    if kind == "integer":
        return not isinstance(value, bool) and _matches(r"^-?\d+(\.0+)?$", _text(value))
    if kind == "number":
        return not isinstance(value, bool) and _matches(
            r"^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$", _text(value)
        )
    return True


def _check_text(schema: dict[str, Any], text: str, place: str) -> Iterator[str]:
    least, most = schema.get("minLength"), schema.get("maxLength")
    if least is not None and len(text) < least:
        yield f"{place}: expected minLength: {least}, actual: {len(text)}"
    if most is not None and len(text) > most:
        yield f"{place}: expected maxLength: {most}, actual: {len(text)}"
    if "pattern" in schema and not _matches(schema["pattern"], text):
        yield f"{place}: failed validation constraint for keyword [pattern]"


def _check_number(schema: dict[str, Any], number: float, place: str) -> Iterator[str]:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and number < least:
        yield f"{place}: {number:g} is not greater or equal to {least}"
    if most is not None and number > most:
        yield f"{place}: {number:g} is not less or equal to {most}"


@functools.lru_cache(1000)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:  # Java's own classes, such as \p{L}
        return None


def _matches(pattern: str, text: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.search(text) is not None


def _java_name(value: Any) -> str:
    return JAVA_NAMES.get(type(value), "JSONObject")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
