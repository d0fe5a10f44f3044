"""A change set, as CloudFormation keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.cloudformation.exceptions import CloudFormationError

from localaws.cloudformation.plans import Plan
from localaws.cloudformation.records import Stack


class ChangeSetNotFoundError(CloudFormationError):
    code = "ChangeSetNotFound"


@dataclass
class ChangeSet:
    """A change set; `plan` is None where its creation has failed."""

    id: str
    name: str
    stack: Stack
    type: str
    created: datetime
    template: str
    given: dict[str, str]
    tags: dict[str, str]
    description: str | None
    capabilities: list[str]
    notifies: list[str]
    role: str | None
    on_failure: str | None
    plan: Plan | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    status: str = "CREATE_COMPLETE"
    execution: str = "AVAILABLE"
    reason: str | None = None
