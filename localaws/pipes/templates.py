"""InputTemplate: what a pipe's target gets of a record.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from jsonpath_ng.ext.parser import parse

from localaws.destinations import compact

VARIABLE = re.compile(r"<(\$[^<>]*|aws\.pipes\.[a-z.-]+)>")


def transformed(template: str | None, record: dict[str, Any], reserved: dict[str, Any]) -> Any:
    """A record as the template says; JSON, or a text where it is none.

    Args:
        template: None leaves the record as it is.
        record: its `body` may be JSON text, into which a path leads.
        reserved: the values of the `aws.pipes.` variables.
    """
    if not template:
        return record
    event = {**record, "body": _parsed(record["body"])}
    variables = {**reserved, "aws.pipes.event": event, "aws.pipes.event.json": event}
    return _parsed(_fill(template, event, variables))


def _fill(template: str, event: dict[str, Any], variables: dict[str, Any]) -> str:
    """Within quotes a variable is written without its own."""
    filled, quoted, place = "", False, 0
    for found in VARIABLE.finditer(template):
        between = template[place : found.start()]
        quoted ^= len(re.findall(r'(?<!\\)"', between)) % 2 == 1
        value = _found(found[1], event) if found[1][0] == "$" else variables.get(found[1])
        filled += between + _written(value, quoted)
        place = found.end()
    return filled + template[place:]


def _written(value: Any, quoted: bool) -> str:
    if not quoted:
        return "" if value is None else compact(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)[1:-1]
    return "" if value is None else compact(value).replace('"', '\\"')


def _found(path: str, event: dict[str, Any]) -> Any:
    values = [match.value for match in _path(path).find(event)]
    return values[0] if len(values) == 1 else values or None


@functools.lru_cache(1024)
def _path(text: str) -> Any:
    return parse(text)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
