"""What CloudFormation keeps of a stack: its resources, outputs and events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localaws.cloudformation.templates import Document

Properties = dict[str, Any]


@dataclass
class Resource:
    """A resource of a stack.

    Attributes:
        logical_id: its name in the template.
        declaration: the resource as the template has it.
        properties: its properties with every function evaluated, as it was made or last changed.
        needs: logical ids of the resources that it must be made after.
        physical_id: what `Ref` gives; empty until it is made.
        attributes: what `Fn::GetAtt` gives, by name.
        status: CREATE_COMPLETE and the like; empty until its turn comes.
    """

    logical_id: str
    type: str
    declaration: Document
    properties: Properties
    needs: tuple[str, ...] = ()
    physical_id: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    status: str = ""
    reason: str | None = None
    changed: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether there is something to delete."""
        return bool(self.physical_id) and not self.status.startswith("DELETE_COMPLETE")


@dataclass
class Output:
    key: str
    value: str
    description: str | None
    export: str | None


@dataclass
class Event:
    """One line of a stack's log."""

    number: str
    when: datetime
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str | None
    properties: str | None


@dataclass
class Stack:
    """A stack, with the template and the parameters that made it what it is.

    Attributes:
        template: the text that was given.
        document: the template after its transforms; empty while it only waits for a change set.
        given: parameter values by name, as given or taken over; defaults are not among them.
        imports: names of the exports that it uses.
    """

    id: str
    name: str
    created: datetime
    template: str = ""
    document: Document = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    status: str = ""
    reason: str | None = None
    updated: datetime | None = None
    deleted: datetime | None = None
    tags: dict[str, str] = field(default_factory=dict)
    capabilities: list[str] = field(default_factory=list)
    notifies: list[str] = field(default_factory=list)
    role: str | None = None
    minutes: int | None = None
    keeps_failed: bool = False
    protected: bool = False
    policy: str | None = None
    change_set: str | None = None
