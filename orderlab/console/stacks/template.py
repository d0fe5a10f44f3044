"""The resources of a CloudFormation template and the arrows between them.

Reads a template as SAM's transform leaves it, and as SAM (AWS::Serverless::*) where an endpoint
gives nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from orderlab.console.stacks import events
from orderlab.console.stacks.kinds import (
    ALARM,
    COMPOSITE_ALARM,
    DEAD_LETTER_QUEUE,
    KINDS,
    Kind,
    kind_of,
    order_of,
)
from orderlab.console.stacks.permissions import Permissions
from orderlab.console.stacks.references import flows, last_part, properties_of, references
from orderlab.console.stacks.tasks import calls

# Resources that are arrows: the properties that name where one begins and ends.
_LINKS = {
    "AWS::Lambda::EventSourceMapping": ("EventSourceArn", "FunctionName"),
    "AWS::SNS::Subscription": ("TopicArn", "Endpoint"),
    "AWS::Serverless::Connector": ("Source", "Destination"),
    "AWS::ApiGatewayV2::Route": ("ApiId", "Target"),
    "AWS::ApiGateway::Method": ("RestApiId", "Integration"),
}
# Resources that stand for another one: a function's alias is that function.
_STANDS_FOR = {
    "AWS::Lambda::Alias": "FunctionName",
    "AWS::Lambda::Version": "FunctionName",
    "AWS::Lambda::Url": "TargetFunctionArn",
    "AWS::ApiGatewayV2::Integration": "IntegrationUri",
    "AWS::StepFunctions::StateMachineAlias": "RoutingConfiguration",
    "AWS::StepFunctions::StateMachineVersion": "StateMachineArn",
}
# Properties that name what leads into a resource; all others name what it leads to.
_INTO = {
    "AWS::Events::Rule": ("EventPattern", "EventBusName"),
    "AWS::Pipes::Pipe": ("Source",),
}
# Properties whose references are no flow (permissions), or are read on their own.
_NO_FLOW = {"Policies", "Events", "Body", "DefinitionBody", "Definition", "Role", "RoleArn"}
# Their ids and generated names say nothing to a person.
_BY_LOGICAL_ID = {"API Gateway", "EventBridge rule", "EventBridge schedule"}


@dataclass(frozen=True)
class Resource:
    """One box.

    Attributes:
        name: as a person knows it.
        kind: what it is.
        type: CloudFormation's name of that.
        physical: its physical id, or "".
        notes: what else stands in the box.
        parts: physical ids of the resources that the box groups.
    """

    name: str
    kind: Kind
    type: str
    physical: str = ""
    notes: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrow:
    """From one resource to the next, by the keys that `read` gives them."""

    source: str
    target: str
    labels: tuple[str, ...] = ()
    dashed: bool = False


def read(
    template: Mapping[str, Any],
    physical: Mapping[str, str],
    definitions: Mapping[str, str] | None = None,
) -> tuple[dict[str, Resource], list[Arrow]]:
    """Boxes by logical id and the arrows between them, in an order of their own.

    Args:
        template: with its intrinsic functions still in it, in their long form.
        physical: physical ids by logical id, as ListStackResources gives them.
        definitions: of the state machines, by logical id, as DescribeStateMachine gives them.
    """
    reader = _Reader(template.get("Resources") or {}, physical, definitions or {})
    for key, raw in reader.raw.items():
        reader.arrows_of(key, raw["Type"], properties_of(raw))
    arrows = reader.arrows()
    reader.mark_dead_letter_queues(arrows)
    ends = {key for arrow in arrows for key in (arrow.source, arrow.target)}
    shown = [key for key, box in reader.boxes.items() if box.type in KINDS or key in ends]
    # A template's transform may shuffle it; the picture should not change with that.
    shown.sort(key=lambda key: (order_of(reader.boxes[key].type), key))
    return {key: reader.boxes[key] for key in shown}, arrows


class _Reader:
    def __init__(
        self, raw: Mapping[str, Any], physical: Mapping[str, str], definitions: Mapping[str, str]
    ) -> None:
        self.raw = raw
        self.physical = physical
        self.definitions = definitions
        self.permissions = Permissions(raw)
        self.boxes: dict[str, Resource] = {}
        self.stands_for: dict[str, str] = {}
        self._found: dict[tuple[str, str, bool], set[str]] = {}
        self._find()
        self._names: dict[str, dict[str, str]] = {}
        for key, box in self.boxes.items():
            if box.physical:
                service = box.type.split("::")[1].lower()
                self._names.setdefault(last_part(box.physical), {})[service] = key

    # ---- boxes

    def _find(self) -> None:
        for key, raw in self.raw.items():
            type_, properties = raw["Type"], properties_of(raw)
            kind = kind_of(type_)
            if type_ in _STANDS_FOR:
                self.stands_for.update(
                    (key, other) for other in references(properties.get(_STANDS_FOR[type_]))
                )
            elif kind is not None and type_ != ALARM:
                notes = events.notes(properties)
                physical = self.physical.get(key, "")
                generated = kind.word in _BY_LOGICAL_ID
                name = self._own_name(key) if generated else last_part(physical or key)
                self.boxes[key] = Resource(name, kind, type_, physical, notes)
            for event in events.of_sam(key, properties):
                if event.box is not None:
                    box = event.box
                    kind, more = KINDS[event.type], event.notes
                    self.boxes[box] = Resource(event.name, kind, event.type, notes=more)
        types = (ALARM, COMPOSITE_ALARM)
        alarms = sorted(key for key, raw in self.raw.items() if raw["Type"] in types)
        if alarms:
            names = tuple(self.physical.get(key) or key for key in alarms)
            title = "1 alarm" if len(names) == 1 else f"{len(names)} alarms"
            self.boxes[ALARM] = Resource(title, KINDS[ALARM], ALARM, parts=names)

    def _own_name(self, key: str) -> str:
        """Of a rule that SAM's transform made for a function's event: the event's name."""
        owners = (other for other in self.raw if key.startswith(other) and key != other)
        return key.removeprefix(max(owners, key=len, default=""))

    # ---- arrows

    def arrows_of(self, key: str, type_: str, properties: Mapping[str, Any]) -> None:
        if type_ in (ALARM, COMPOSITE_ALARM):
            self._join([ALARM], references(properties.get("AlarmActions")), "in ALARM")
            watched = [properties.get("Dimensions"), properties.get("Metrics")]
            self._join(references(watched), [ALARM], "watched", dashed=True)
        elif type_ in _LINKS:
            begin, end = (properties.get(name) for name in _LINKS[type_])
            label = events.label_of_link(type_, properties, self.raw)
            self._join(references(begin), references(end), label)
            for target, aside in flows(properties):
                if aside:
                    self._join(references(begin), [target], aside, dashed=True)
        elif type_ == "AWS::Lambda::EventInvokeConfig":
            for target, aside in flows(properties.get("DestinationConfig")):
                begin = references(properties.get("FunctionName"))
                self._join(begin, [target], aside or "on success", dashed=bool(aside))
        elif key in self.boxes:
            self._arrows_of_box(key, type_, properties)

    def _arrows_of_box(self, key: str, type_: str, properties: Mapping[str, Any]) -> None:
        for event in events.of_sam(key, properties):
            begin = event.sources or ([event.box] if event.box else [])
            if event.box is not None and event.sources:
                self._join(event.sources, [event.box], event.label)
                self._join([event.box], [key])
            else:
                self._join(begin, [key], event.label)
        for label, targets in events.routes(properties):
            self._join([key], references(targets), label)
        into = _INTO.get(type_, ())
        label = events.label_of_pattern(properties.get("EventPattern"))
        sources = [*references([properties.get(name) for name in into])]
        self._join(sources, [key], label)
        if label and not any(source in self.boxes for source in sources):
            self.boxes[key] = replace(self.boxes[key], notes=(label,))
        called = set()
        for target, action in calls(self.definitions.get(key), self._names):
            called.add(target)
            self._join([key], [target], action)
        for name, value in properties.items():
            if name in _NO_FLOW or name in into:
                continue
            for target, aside in flows({name: value}):
                if self._box(target) not in called:
                    label = events.label_of_property(name, value, aside)
                    label = label or self.permissions.verbs(properties, target)
                    self._join([key], [target], label, dashed=bool(aside))

    def _join(
        self, sources: Iterable[str], targets: Iterable[str], label: str = "", dashed: bool = False
    ) -> None:
        ends = [self._box(target) for target in targets]
        for source in map(self._box, sources):
            for target in ends:
                if source != target and source in self.boxes and target in self.boxes:
                    labels = self._found.setdefault((source, target, dashed), set())
                    labels |= {label} if label else set()

    def _box(self, key: str) -> str:
        """The box that a reference leads to, over what only stands for it."""
        for _ in range(4):  # a URL of an alias of a version of a function
            key = self.stands_for.get(key, key)
        return key

    def arrows(self) -> list[Arrow]:
        return list(self._sorted())

    def mark_dead_letter_queues(self, arrows: Iterable[Arrow]) -> None:
        for arrow in arrows:
            takes = any("dead letters" in label for label in arrow.labels)
            box = self.boxes[arrow.target]
            if takes and box.type == "AWS::SQS::Queue":
                self.boxes[arrow.target] = replace(box, kind=DEAD_LETTER_QUEUE)

    def _sorted(self) -> Iterator[Arrow]:
        for (source, target, dashed), labels in sorted(self._found.items()):
            yield Arrow(source, target, tuple(sorted(labels)), dashed)
