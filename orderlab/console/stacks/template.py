"""The main resources of a CloudFormation template and the arrows between them.

Reads a template as SAM (AWS::Serverless::*) and as SAM's transform leaves it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_ALARM = "AWS::CloudWatch::Alarm"
_KINDS = {
    "AWS::Serverless::Api": "API Gateway",
    "AWS::Serverless::HttpApi": "API Gateway",
    "AWS::ApiGateway::RestApi": "API Gateway",
    "AWS::ApiGatewayV2::Api": "API Gateway",
    "AWS::Serverless::Function": "λ Lambda function",
    "AWS::Lambda::Function": "λ Lambda function",
    "AWS::DynamoDB::Table": "DynamoDB table",
    "AWS::SQS::Queue": "SQS queue",
    "AWS::SNS::Topic": "SNS topic",
    "AWS::Events::Rule": "EventBridge rule",
    "AWS::Serverless::StateMachine": "State machine",
    "AWS::StepFunctions::StateMachine": "State machine",
    _ALARM: "CloudWatch alarms",
}
# Resources that are arrows: the properties that name where one begins and ends.
_LINKS = {
    "AWS::Lambda::EventSourceMapping": ("EventSourceArn", "FunctionName"),
    "AWS::SNS::Subscription": ("TopicArn", "Endpoint"),
}
# Properties whose references are no flow (permissions), or are read on their own.
_NO_FLOW = {"Policies", "Events", "RedrivePolicy", "Body", "DefinitionBody"}
_EVENT_SOURCES = ("Queue", "Topic", "Stream", "RestApiId", "ApiId")
_IN_TEXT = re.compile(r"\$\{(\w+)(?:\.[^}]*)?\}")


@dataclass(frozen=True)
class Resource:
    """One box: its physical name, what it is, and the names of what it groups."""

    name: str
    kind: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrow:
    """From one resource to the next, by the keys that `read` gives them."""

    source: str
    target: str
    label: str = ""
    dashed: bool = False


def read(
    template: Mapping[str, Any], physical: Mapping[str, str]
) -> tuple[dict[str, Resource], list[Arrow]]:
    """Boxes by logical id and the arrows between them, in an order of their own.

    Args:
        template: with its intrinsic functions still in it, in their long form.
        physical: physical ids by logical id, as DescribeStackResources gives them.
    """
    reader = _Reader(template.get("Resources", {}), physical)
    reader.boxes()
    for key, raw in reader.raw.items():
        reader.arrows_of(key, raw["Type"], raw.get("Properties") or {})
    # A template's transform may shuffle it; the picture should not change with that.
    kinds = list(_KINDS.values())
    boxes = sorted(reader.found, key=lambda key: (kinds.index(reader.found[key].kind), key))
    arrows = sorted(set(reader.arrows), key=lambda arrow: (arrow.source, arrow.target, arrow.label))
    return {key: reader.found[key] for key in boxes}, arrows


def references(value: object) -> Iterator[str]:
    """Logical ids that a value refers to by Ref, Fn::GetAtt or Fn::Sub."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "Ref":
                yield str(inner)
            elif key == "Fn::GetAtt":
                yield inner.split(".")[0] if isinstance(inner, str) else str(inner[0])
            elif key == "Fn::Sub":
                text = inner if isinstance(inner, str) else inner[0]
                yield from _IN_TEXT.findall(text)
                yield from references([] if isinstance(inner, str) else inner[1])
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def _paths(properties: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The paths of an API's OpenAPI document: SAM's transform writes its integrations there."""
    document = properties.get("Body") or properties.get("DefinitionBody")
    if isinstance(document, Mapping):
        yield from (document.get("paths") or {}).items()


class _Reader:
    def __init__(self, raw: Mapping[str, Any], physical: Mapping[str, str]) -> None:
        self.raw = raw
        self.physical = physical
        self.found: dict[str, Resource] = {}
        self.arrows: list[Arrow] = []

    def boxes(self) -> None:
        for key, raw in self.raw.items():
            if raw["Type"] in _KINDS and raw["Type"] != _ALARM:
                self.found[key] = Resource(self._name(key), _KINDS[raw["Type"]])
        alarms = sorted(key for key, raw in self.raw.items() if raw["Type"] == _ALARM)
        if alarms:
            names = tuple(self._name(key) for key in alarms)
            title = "1 alarm" if len(names) == 1 else f"{len(names)} alarms"
            self.found[_ALARM] = Resource(title, "CloudWatch alarms", names)

    def arrows_of(self, key: str, type_: str, properties: Mapping[str, Any]) -> None:
        if type_ in _LINKS:
            begin, end = (properties.get(name) for name in _LINKS[type_])
            self._join(references(begin), references(end))
        elif type_ == _ALARM:
            self._join([_ALARM], references(properties.get("AlarmActions")))
        elif type_ == "AWS::Events::Rule":
            self._join(references(properties.get("EventPattern")), [key])
            self._join([key], references(properties.get("Targets")))
        elif type_ in _KINDS:
            for event, raw in (properties.get("Events") or {}).items():
                self._event(key, event, raw["Type"], raw.get("Properties") or {})
            for path, methods in _paths(properties):
                for method, operation in methods.items():
                    self._join([key], references(operation), f"{method.upper()} {path}")
            dead_letters = properties.get("RedrivePolicy")
            flow = {name: value for name, value in properties.items() if name not in _NO_FLOW}
            self._join([key], references(flow))
            self._join([key], references(dead_letters), "dead letters", dashed=True)

    def _event(self, key: str, event: str, type_: str, properties: Mapping[str, Any]) -> None:
        """What starts a SAM function or state machine: an arrow towards it."""
        if type_ in ("EventBridgeRule", "CloudWatchEvent", "Schedule"):
            rule = f"{key}{event}"  # the logical id that SAM's transform gives the rule
            self.found[rule] = Resource(event, "EventBridge rule")  # its own name is generated
            self._join(references(properties.get("Pattern")), [rule])
            self._join([rule], [key])
            return
        label = ""
        if type_ in ("Api", "HttpApi"):
            label = f"{str(properties.get('Method', '')).upper()} {properties.get('Path', '')}"
        sources = references([properties.get(name) for name in _EVENT_SOURCES])
        self._join(sources, [key], label)

    def _join(self, sources: Any, targets: Any, label: str = "", dashed: bool = False) -> None:
        ends = list(targets)
        for source in sources:
            for target in ends:
                if source != target and source in self.found and target in self.found:
                    self.arrows.append(Arrow(source, target, label, dashed))

    def _name(self, key: str) -> str:
        """The name a person uses: of an ARN or a queue's URL the last part.

        An API's id and a rule's generated name say nothing: they keep their logical id.
        """
        if _KINDS.get(self.raw[key]["Type"]) in ("API Gateway", "EventBridge rule"):
            return key
        return re.split(r"[:/]", self.physical.get(key) or key)[-1]
