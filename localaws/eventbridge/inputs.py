"""What a target gets of an event: all of it, a part, or a text made of it.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import jsonpath_ng.ext

from localaws.destinations import compact

VARIABLE = re.compile(r"<([A-Za-z0-9_.-]+)>")


def of(target: dict[str, Any], event: dict[str, Any], rule: Any, ingested: str) -> str:
    """The JSON text that a target gets.

    Args:
        target: as PutTargets takes it.
        event: the event as it is delivered.
        rule: moto's rule, of which the template may tell.
        ingested: when EventBridge received the event.
    """
    if target.get("Input") is not None:
        return str(target["Input"])
    if target.get("InputPath"):
        return compact(_found(target["InputPath"], event))
    transformer = target.get("InputTransformer")
    if transformer:
        return _transformed(transformer, event, rule, ingested)
    return compact(event)


def _transformed(
    transformer: dict[str, Any], event: dict[str, Any], rule: Any, ingested: str
) -> str:
    """The template with its variables filled in; JSON becomes minified JSON."""
    paths = transformer.get("InputPathsMap") or {}
    found = {name: _found(path, event) for name, path in paths.items()}
    variables = {name: value for name, value in found.items() if value is not None}
    predefined = {
        "aws.events.rule-arn": rule.arn,
        "aws.events.rule-name": rule.name,
        "aws.events.event": event,
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": ingested,
    }
    text = _fill(transformer["InputTemplate"], variables | predefined)
    try:
        return compact(json.loads(text))
    except ValueError:
        return text


def _fill(template: str, variables: dict[str, Any]) -> str:
    """Within quotes a variable is written without its own; a missing one is nothing."""
    filled, quoted, place = "", False, 0
    for found in VARIABLE.finditer(template):
        between = template[place : found.start()]
        quoted ^= len(re.findall(r'(?<!\\)"', between)) % 2 == 1
        filled += between + _written(variables.get(found[1]), quoted, found[1] in variables)
        place = found.end()
    return filled + template[place:]


def _written(value: Any, quoted: bool, known: bool) -> str:
    if not known:
        return "" if quoted else '""'
    if not quoted:
        return compact(value)
    # "EventBridge doesn't escape values": those of a string's template are as they are.
    return value if isinstance(value, str) else compact(value).replace('"', '\\"')


@functools.lru_cache(1024)
def _path(text: str) -> Any:
    return jsonpath_ng.ext.parser.parse(re.sub(r"\.([A-Za-z_][\w]*-[\w-]*)", r"['\1']", text))


def _found(path: str, event: dict[str, Any]) -> Any:
    """What a JSON path leads to; None where it leads nowhere."""
    matches = _path(path).find(event)
    return matches[0].value if matches else None
