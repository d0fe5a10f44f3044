"""CloudFormation: the SAM transform, types named before anything is made, and rollback.

On AWS the transform runs inside CreateStack, UpdateStack and CreateChangeSet; here too, so that
`template.yaml` is deployed as it stands.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable
from typing import Any

import moto.cloudformation.parsing as parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.parsing import OutputMap
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from localaws.cloudformation import apiresources, resources  # noqa: F401  they register themselves
from localaws.mending import Mends

SAM_TRANSFORM = "AWS::Serverless-2016-10-31"


def install(mends: Mends) -> None:
    _register_resources()
    # moto asks the first class of a type for its name's property, though it builds by the last.
    mends.replace(
        parsing, "resource_name_property_from_type", lambda kind: parsing.get_name_type_map()[kind]
    )
    _mend_transform(mends)
    _mend_rollback(mends)
    # moto warns about each type it does not know and goes on without it; we refuse it by name.
    warnings.filterwarnings("ignore", message="Tried to parse", module="moto")
    # The transform warns of its own feature flags, which are of no concern to a template's author.
    mends.replace(logging.getLogger("samtranslator"), "level", logging.ERROR)


def _register_resources() -> None:
    """Make moto look for resource types once more, now that ours are defined."""
    for cached in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cached.cache_clear()


class _ManagedPolicies:
    """What SAM asks for ARNs of policies that a template names without one."""

    def load(self) -> dict[str, str]:
        from moto.iam.aws_managed_policies import aws_managed_policies_data

        return {name: one["Arn"] for name, one in json.loads(aws_managed_policies_data).items()}


def expand(template: str, parameters: dict[str, Any]) -> str:
    """Run the SAM transform over a template that asks for it.

    Args:
        template: a template's text, YAML or JSON.
        parameters: values of its parameters by their names.

    Returns:
        The processed template as JSON text.

    Raises:
        ValidationError: the template is no template, SAM refuses it, or a type in it is unknown.
    """
    document = parse_template(template)
    declared = document.get("Transform", [])
    if SAM_TRANSFORM in ([declared] if isinstance(declared, str) else declared):
        try:
            document = transform(document, parameters, _ManagedPolicies())
        except InvalidDocumentException as error:
            reason = f"Transform {SAM_TRANSFORM} failed: {error.message}"
            raise ValidationError(message=reason) from error
        document.pop("Transform", None)
    _refuse_unknown_types(document)
    for resource in document["Resources"].values():
        resource.setdefault("Properties", {})
    return json.dumps(document, default=str)


def parse_template(template: str) -> dict[str, Any]:
    try:
        document = yaml_parse(template)  # JSON is YAML
    except Exception as error:
        raise ValidationError(message=f"Template format error: {error}") from error
    if not isinstance(document, dict) or not document.get("Resources"):
        raise ValidationError(
            message="Template format error: At least one Resources member must be defined."
        )
    return document


def _refuse_unknown_types(document: dict[str, Any]) -> None:
    known = parsing.get_model_map()
    unknown = sorted(
        {
            str(resource.get("Type"))
            for resource in document["Resources"].values()
            if resource.get("Type") not in known
            and resource.get("Type") not in parsing.NULL_MODELS
            and not str(resource.get("Type")).startswith("Custom::")
        }
    )
    if unknown:
        raise ValidationError(
            message=f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]"
        )


def _mend_transform(mends: Mends) -> None:
    """moto knows no transform: AWS::Serverless types are skipped with a warning."""
    for name in ("create_stack", "update_stack", "create_change_set"):
        original: Callable[..., Any] = getattr(CloudFormationBackend, name)

        def expanded(
            self: CloudFormationBackend, *args: Any, original: Any = original, **kwargs: Any
        ) -> Any:
            if kwargs.get("template"):
                kwargs["template"] = expand(kwargs["template"], _by_name(kwargs["parameters"]))
            return original(self, *args, **kwargs)

        mends.replace(CloudFormationBackend, name, expanded)


def _by_name(parameters: Any) -> dict[str, Any]:
    """CreateStack hands its parameters on as a mapping, UpdateStack as the API's list."""
    if isinstance(parameters, dict):
        return parameters
    return {p["ParameterKey"]: p.get("ParameterValue") for p in parameters or []}


def _mend_rollback(mends: Mends) -> None:
    """A resource that fails leaves moto's stack half made, in CREATE_IN_PROGRESS (models.py:566).

    As on AWS, what was made is deleted or set back, and the stack's events say why.
    """
    create: Callable[..., None] = Stack.create_resources
    update: Callable[..., None] = Stack.update

    def create_resources(self: Stack) -> None:
        try:
            create(self)
        except Exception as error:  # noqa: BLE001  whatever it is, the stack rolls back
            self._add_stack_event("ROLLBACK_IN_PROGRESS", resource_status_reason=_reason(error))
            self.resource_map.delete()
            # Both make what they name when they are read, and so would what has just failed.
            self.resource_map._resource_json_map = {}
            self.output_map = OutputMap(self.resource_map, {}, self.stack_id)
            self.status = "ROLLBACK_COMPLETE"
            self._add_stack_event("ROLLBACK_COMPLETE")

    def update_resources(
        self: Stack,
        template: str,
        role_arn: str | None = None,
        parameters: dict[str, Any] | None = None,
        tags: dict[str, str] | None = None,
    ) -> None:
        before, parameters_before = self.template, dict(self.parameters)
        try:
            update(self, template, role_arn, parameters, tags)
        except Exception as error:  # noqa: BLE001  whatever it is, the stack rolls back
            self._add_stack_event(
                "UPDATE_ROLLBACK_IN_PROGRESS", resource_status_reason=_reason(error)
            )
            update(self, str(before), role_arn, parameters_before, tags)
            self.status = "UPDATE_ROLLBACK_COMPLETE"
            self._add_stack_event("UPDATE_ROLLBACK_COMPLETE")

    mends.replace(Stack, "create_resources", create_resources)
    mends.replace(Stack, "update", update_resources)


def _reason(error: Exception) -> str:
    message = getattr(error, "message", None) or str(error)
    return str(message) or type(error).__name__
