"""The shape of a template: what CloudFormation refuses before it reads any further."""

from __future__ import annotations

import re
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from localaws.cloudformation import parameters
from localaws.cloudformation.templates import Document

SECTIONS = {
    *("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings"),
    *("Conditions", "Transform", "Globals", "Resources", "Outputs", "Hooks"),
}
OF_A_RESOURCE = {
    *("Type", "Properties", "DependsOn", "Condition", "Metadata", "DeletionPolicy"),
    *("UpdateReplacePolicy", "UpdatePolicy", "CreationPolicy", "Version"),
    *("Connectors", "IgnoreGlobals"),  # SAM's
}
LOGICAL_ID = re.compile(r"[A-Za-z0-9]+")
POLICIES = {"Delete", "Retain", "Snapshot", "RetainExceptOnCreate"}
DEEPEST = 100


def format_error(text: str) -> ValidationError:
    """An error of the kind that a template's form gives."""
    return ValidationError(message=f"Template format error: {text}")


def check_form(document: Document) -> None:
    """Whether a template has the shape of one, before its transforms run.

    Raises:
        ValidationError: a section or a resource is not what it must be; the message names it.
    """
    unknown = [str(key) for key in document if key not in SECTIONS]
    if unknown:
        raise ValidationError(
            message=f"Invalid template property or properties [{', '.join(unknown)}]"
        )
    if document.get("AWSTemplateFormatVersion", "2010-09-09") != "2010-09-09":
        raise format_error("Unsupported template version: AWSTemplateFormatVersion")
    _refuse_nulls(document, "", 0)
    for section in ("Parameters", "Mappings", "Conditions", "Outputs", "Metadata", "Globals"):
        if not isinstance(document.get(section, {}), dict):
            raise format_error(f"[/{section}] {section} must be an object.")
    if not isinstance(document.get("Description", ""), str):
        raise format_error("Every Description member must be a string.")
    if not isinstance(document.get("Transform", ""), str | list):
        raise format_error("[/Transform] Transform must be a string or a list of strings.")
    resources = document.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise format_error("At least one Resources member must be defined.")
    for name, resource in resources.items():
        _check_resource(name, resource)
    parameters.check_declarations(document)
    _check_mappings(document.get("Mappings", {}))
    for name, output in document.get("Outputs", {}).items():
        _check_output(name, output)


def _refuse_nulls(value: Any, path: str, depth: int) -> None:
    if value is None:
        raise format_error(f"[{path}] 'null' values are not allowed in templates")
    if depth > DEEPEST:
        raise format_error(f"[{path}] is nested too deeply")
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            _refuse_nulls(item, f"{path}/{key}", depth + 1)


def _check_resource(name: str, resource: Any) -> None:
    place = f"[/Resources/{name}]"
    if not LOGICAL_ID.fullmatch(name):
        raise format_error(f"Resource name {name} is non alphanumeric.")
    if not isinstance(resource, dict):
        raise format_error(f"{place} Every Resources member must be an object.")
    if not isinstance(resource.get("Type"), str):
        raise format_error(f"{place} Every Resources object must contain a Type member.")
    unknown = [str(key) for key in resource if key not in OF_A_RESOURCE]
    if unknown:
        raise ValidationError(
            message=f"Invalid template resource property '{unknown[0]}' at {place[1:-1]}"
        )
    if not isinstance(resource.get("Properties", {}), dict):
        raise format_error(f"[/Resources/{name}/Properties] Properties must be an object.")
    depends = resource.get("DependsOn", [])
    if not isinstance(depends, str | list) or any(not isinstance(one, str) for one in depends):
        raise format_error(
            f"[/Resources/{name}/DependsOn] Every DependsOn value must be a string or a list of "
            "strings."
        )
    for key in ("DeletionPolicy", "UpdateReplacePolicy"):
        policy = resource.get(key, "Delete")
        if isinstance(policy, str) and policy not in POLICIES:
            raise format_error(f"[/Resources/{name}/{key}] Unrecognized {key} {policy}")
    if not isinstance(resource.get("Condition", ""), str):
        raise format_error(
            f"[/Resources/{name}/Condition] Every Condition member must be a string."
        )


def _check_mappings(mappings: Document) -> None:
    for name, mapping in mappings.items():
        for key, values in mapping.items() if isinstance(mapping, dict) else [("", None)]:
            if not isinstance(values, dict):
                raise format_error(
                    f"[/Mappings/{name}/{key}] Every Mappings attribute must be an object."
                )


def _check_output(name: str, output: Any) -> None:
    if not isinstance(output, dict) or "Value" not in output:
        raise format_error(f"[/Outputs/{name}] Every Outputs member must contain a Value object")
    if "Export" in output and not (
        isinstance(output["Export"], dict) and "Name" in output["Export"]
    ):
        raise format_error(f"[/Outputs/{name}/Export] Export must contain a Name member.")
    if not isinstance(output.get("Condition", ""), str):
        raise format_error(f"[/Outputs/{name}/Condition] Every Condition member must be a string.")
