"""What starts a resource, and the words on the arrow that says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.console.stacks.references import properties_of, references

_SOURCES = ("Queue", "Topic", "Stream", "Bucket", "RestApiId", "ApiId")
_IMPLICIT = {"Api": "ServerlessRestApi", "HttpApi": "ServerlessHttpApi"}  # SAM's own logical ids
_OBJECTS = "object events"
_ON_RULES = ("EventBridgeRule", "CloudWatchEvent", "Schedule")


@dataclass(frozen=True)
class Event:
    """An event of a SAM function or state machine.

    Attributes:
        sources: logical ids of what it comes from.
        label: of its arrow.
        box: logical id of the resource that SAM's transform makes for it, or None.
        name: of that resource.
        type: of that resource.
        notes: what stands in its box.
    """

    sources: list[str]
    label: str = ""
    box: str | None = None
    name: str = ""
    type: str = ""
    notes: tuple[str, ...] = ()


def of_sam(key: str, properties: Mapping[str, Any]) -> Iterator[Event]:
    """The events that the SAM resource `key` lists."""
    events = properties.get("Events")
    for name, raw in events.items() if isinstance(events, Mapping) else ():
        type_, given = raw.get("Type"), properties_of(raw)
        sources = list(references([given.get(source) for source in _SOURCES]))
        if type_ in _ON_RULES:
            label = label_of_pattern(given.get("Pattern"))
            found = list(references([given.get("Pattern"), given.get("EventBusName")]))
            when = notes({"ScheduleExpression": given.get("Schedule")})
            when = when or ((label,) if label and not found else ())
            yield Event(found, label, f"{key}{name}", name, "AWS::Events::Rule", when)
        elif type_ == "ScheduleV2":
            box = f"{key}{name}"
            yield Event([], "", box, name, "AWS::Scheduler::Schedule", notes(given))
        elif type_ in _IMPLICIT and not sources:
            api = _IMPLICIT[type_]
            yield Event([], _route(given), api, api, f"AWS::Serverless::{type_}")
        elif type_ in _IMPLICIT:
            yield Event(sources, _route(given))
        else:
            yield Event(sources, _OBJECTS if type_ == "S3" else _batch(given))


def _route(given: Mapping[str, Any]) -> str:
    return f"{str(given.get('Method', 'any')).upper()} {given.get('Path', '')}".strip()


def _batch(properties: Mapping[str, Any]) -> str:
    size = properties.get("BatchSize")
    return f"batch of {size}" if isinstance(size, int | str) else ""


def routes(properties: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Method with path, and the integration, of an API's OpenAPI document.

    SAM's transform writes its integrations there.
    """
    document = properties.get("Body") or properties.get("DefinitionBody")
    paths = document.get("paths") if isinstance(document, Mapping) else None
    for path, raw in paths.items() if isinstance(paths, Mapping) else ():
        methods = _held(raw)
        for method, operation in methods.items() if isinstance(methods, Mapping) else ():
            verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            yield f"{verb} {path}", operation


def _held(value: object) -> object:
    """What stands where a condition holds: SAM's transform wraps the routes of a function in one.

    docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
    """
    if isinstance(value, Mapping) and list(value) == ["Fn::If"]:
        return value["Fn::If"][1]
    return value


def label_of_link(type_: str, properties: Mapping[str, Any], raw: Mapping[str, Any]) -> str:
    """The words on an arrow that is a resource of its own."""
    if type_ == "AWS::Lambda::EventSourceMapping":
        return _batch(properties)
    if type_ == "AWS::SNS::Subscription":
        return "filtered" if properties.get("FilterPolicy") else ""
    if type_ == "AWS::ApiGatewayV2::Route":
        return str(properties.get("RouteKey", ""))
    if type_ == "AWS::ApiGateway::Method":
        path = _path(properties.get("ResourceId"), raw)
        return f"{properties.get('HttpMethod', 'ANY')} {path or '/'}"
    return ""


def _path(resource: object, raw: Mapping[str, Any]) -> str:
    """`/orders/{id}`: the parts of the path of an AWS::ApiGateway::Resource."""
    parts: list[str] = []
    keys = list(references(resource))
    while keys and keys[0] in raw and raw[keys[0]]["Type"] == "AWS::ApiGateway::Resource":
        properties = properties_of(raw[keys[0]])
        parts.insert(0, f"/{properties.get('PathPart', '')}")
        keys = list(references(properties.get("ParentId")))
    return "".join(parts)


def label_of_pattern(pattern: object) -> str:
    """What an EventBridge rule waits for: `status change: failed, aborted`, or ""."""
    if not isinstance(pattern, Mapping):
        return ""
    kinds = ", ".join(one for one in pattern.get("detail-type", []) if isinstance(one, str))
    kinds = kinds.replace("Step Functions Execution Status Change", "status change")
    detail = pattern.get("detail")
    found = detail.get("status", []) if isinstance(detail, Mapping) else []
    statuses = [one.lower().replace("_", " ") for one in found if isinstance(one, str)]
    return f"{kinds}: {', '.join(statuses)}" if kinds and statuses else kinds


def label_of_property(name: str, value: object, aside: str) -> str:
    """The words on an arrow that a property of its source makes."""
    if aside:
        most = value.get("maxReceiveCount") if isinstance(value, Mapping) else None
        return f"{aside} after {most} receives" if most else aside
    if name == "NotificationConfiguration":  # of an S3 bucket
        return _OBJECTS
    return "enrichment" if name == "Enrichment" else ""


def notes(properties: Mapping[str, Any]) -> tuple[str, ...]:
    """When a rule or a schedule goes off by itself."""
    expression = properties.get("ScheduleExpression")
    return (expression,) if isinstance(expression, str) else ()
