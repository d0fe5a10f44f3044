"""schemas/*.json, and whether a value has one of these shapes.

They are read by fastjsonschema, as at the handlers' doors (powertools' `validate`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = {path.stem: path for path in sorted((ROOT / "schemas").glob("*.json"))}


@cache
def schema(name: str) -> dict[str, Any]:
    """schemas/<name>.json"""
    found: dict[str, Any] = json.loads(SCHEMAS[name].read_text(encoding="utf-8"))
    return found


def check(name: str, value: Any) -> None:
    """Whether a value has a shape. DynamoDB's numbers may come as boto3's resource gives them.

    Raises:
        fastjsonschema.JsonSchemaValueException: says where it has not.
    """
    _validator(name)(_plain(value))


def is_valid(name: str, value: Any) -> bool:
    """Whether a value has a shape, as yes or no."""
    try:
        check(name, value)
    except fastjsonschema.JsonSchemaValueException:
        return False
    return True


def body_of(event: dict[str, Any]) -> Any:
    """The JSON value in the body of an API Gateway proxy event, or of a message from SQS."""
    body = event.get("body") or ""
    return json.loads(base64.b64decode(body) if event.get("isBase64Encoded") else body)


@cache
def _validator(name: str) -> Callable[[Any], Any]:
    compiled: Callable[[Any], Any] = fastjsonschema.compile(schema(name))
    return compiled


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
