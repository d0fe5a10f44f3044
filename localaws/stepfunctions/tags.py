"""Tags of state machines and activities.

docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from localaws.mending import Mends

TAGGED = re.compile(r"arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:(stateMachine|activity):")


def install(mends: Mends) -> None:
    _mend_tags(mends)


def _mend_tags(mends: Mends) -> None:
    """moto tags what is not there (models.py:992)."""

    def existing(self: StepFunctionsParserBackend, arn: str) -> None:
        if not TAGGED.match(arn):
            raise api.InvalidArn(f"Invalid Arn: '{arn}'")
        machine = any(machine.arn == arn for machine in self.state_machines)
        if not machine and arn not in self.activities:
            raise api.ResourceNotFound(f"Resource not found: '{arn}'")

    def checked(name: str) -> None:
        def call(self: StepFunctionsParserBackend, arn: str, *given: Any) -> Any:
            existing(self, arn)
            return original(self, arn, *given)

        original: Callable[..., Any] = mends.replace(StepFunctionsParserBackend, name, call)

    for operation in ("tag_resource", "untag_resource", "list_tags_for_resource"):
        checked(operation)
