"""What CloudFormation refuses in a template before it makes anything, in its own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from localaws.cloudformation import parameters
from localaws.cloudformation.intrinsics import (
    ARGUMENTS,
    VARIABLE,
    attribute_of,
    function_of,
    substitution,
    wrong,
)
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
PSEUDO_PARAMETERS = {
    *("AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue", "AWS::Partition", "AWS::Region"),
    *("AWS::StackId", "AWS::StackName", "AWS::URLSuffix"),
}
LOGICAL_ID = re.compile(r"[A-Za-z0-9]+")
POLICIES = {"Delete", "Retain", "Snapshot", "RetainExceptOnCreate"}
LONGEST = 1_000_000  # characters of a template in S3
DEEPEST = 100

Attributes = Callable[[str, str], bool]


def _format_error(text: str) -> ValidationError:
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
        raise _format_error("Unsupported template version: AWSTemplateFormatVersion")
    _refuse_nulls(document, "", 0)
    for section in ("Parameters", "Mappings", "Conditions", "Outputs", "Metadata", "Globals"):
        if not isinstance(document.get(section, {}), dict):
            raise _format_error(f"[/{section}] {section} must be an object.")
    if not isinstance(document.get("Description", ""), str):
        raise _format_error("Every Description member must be a string.")
    if not isinstance(document.get("Transform", ""), str | list):
        raise _format_error("[/Transform] Transform must be a string or a list of strings.")
    resources = document.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise _format_error("At least one Resources member must be defined.")
    for name, resource in resources.items():
        _check_resource(name, resource)
    parameters.check_declarations(document)
    _check_mappings(document.get("Mappings", {}))
    for name, output in document.get("Outputs", {}).items():
        _check_output(name, output)


def _refuse_nulls(value: Any, path: str, depth: int) -> None:
    if value is None:
        raise _format_error(f"[{path}] 'null' values are not allowed in templates")
    if depth > DEEPEST:
        raise _format_error(f"[{path}] is nested too deeply")
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            _refuse_nulls(item, f"{path}/{key}", depth + 1)


def _check_resource(name: str, resource: Any) -> None:
    place = f"[/Resources/{name}]"
    if not LOGICAL_ID.fullmatch(name):
        raise _format_error(f"Resource name {name} is non alphanumeric.")
    if not isinstance(resource, dict):
        raise _format_error(f"{place} Every Resources member must be an object.")
    if not isinstance(resource.get("Type"), str):
        raise _format_error(f"{place} Every Resources object must contain a Type member.")
    unknown = [str(key) for key in resource if key not in OF_A_RESOURCE]
    if unknown:
        raise ValidationError(
            message=f"Invalid template resource property '{unknown[0]}' at {place[1:-1]}"
        )
    if not isinstance(resource.get("Properties", {}), dict):
        raise _format_error(f"[/Resources/{name}/Properties] Properties must be an object.")
    depends = resource.get("DependsOn", [])
    if not isinstance(depends, str | list) or any(not isinstance(one, str) for one in depends):
        raise _format_error(
            f"[/Resources/{name}/DependsOn] Every DependsOn value must be a string or a list of "
            "strings."
        )
    for key in ("DeletionPolicy", "UpdateReplacePolicy"):
        policy = resource.get(key, "Delete")
        if isinstance(policy, str) and policy not in POLICIES:
            raise _format_error(f"[/Resources/{name}/{key}] Unrecognized {key} {policy}")
    if not isinstance(resource.get("Condition", ""), str):
        raise _format_error(
            f"[/Resources/{name}/Condition] Every Condition member must be a string."
        )


def _check_mappings(mappings: Document) -> None:
    for name, mapping in mappings.items():
        for key, values in mapping.items() if isinstance(mapping, dict) else [("", None)]:
            if not isinstance(values, dict):
                raise _format_error(
                    f"[/Mappings/{name}/{key}] Every Mappings attribute must be an object."
                )


def _check_output(name: str, output: Any) -> None:
    if not isinstance(output, dict) or "Value" not in output:
        raise _format_error(f"[/Outputs/{name}] Every Outputs member must contain a Value object")
    if "Export" in output and not (
        isinstance(output["Export"], dict) and "Name" in output["Export"]
    ):
        raise _format_error(f"[/Outputs/{name}/Export] Export must contain a Name member.")
    if not isinstance(output.get("Condition", ""), str):
        raise _format_error(f"[/Outputs/{name}/Condition] Every Condition member must be a string.")


def check_references(document: Document, has_attribute: Attributes) -> None:
    """Whether everything that a processed template refers to is there.

    Args:
        document: the template after its transforms.
        has_attribute: whether resources of a type have an attribute.

    Raises:
        ValidationError: a reference leads nowhere, a function has wrong arguments, or resources
            or conditions wait for one another.
    """
    _check_conditions(document)
    resources: Document = document["Resources"]
    for section in ("Resources", "Outputs"):
        block: Document = document.get(section, {})
        _check_unresolved(document, block, section)
        for name, item in block.items():
            if item.get("Condition", "") not in ("", *document.get("Conditions", {})):
                raise _format_error(
                    f"Unresolved condition dependency {item['Condition']} in the {section} block "
                    "of the template"
                )
            for function, argument in functions(item, f"/{section}/{name}"):
                _check_call(function, argument, document, resources, has_attribute)
    order(document)


def _check_unresolved(document: Document, block: Document, section: str) -> None:
    known = {*document["Resources"], *document.get("Parameters", {}), *PSEUDO_PARAMETERS}
    missing: dict[str, None] = {}
    for item in block.values():
        for name in references(item):
            if name not in known:
                missing[name] = None
        depends = item.get("DependsOn", []) if section == "Resources" else []
        for name in [depends] if isinstance(depends, str) else depends:
            if name not in document["Resources"]:
                missing[name] = None
    if missing:
        raise _format_error(
            f"Unresolved resource dependencies [{', '.join(missing)}] in the {section} block of "
            "the template"
        )


def _check_call(
    function: str,
    argument: Any,
    document: Document,
    resources: Document,
    has_attribute: Attributes,
) -> None:
    if function == "Fn::GetAtt":
        logical_id, attribute = attribute_of(argument)
        if logical_id not in resources:
            raise ValidationError(
                message="Template error: instance of Fn::GetAtt references undefined resource "
                f"{logical_id}"
            )
        if isinstance(attribute, str) and not has_attribute(
            resources[logical_id]["Type"], attribute
        ):
            raise ValidationError(
                message=f"Template error: resource {logical_id} does not support attribute type "
                f"{attribute} in Fn::GetAtt"
            )
    elif function == "Fn::Sub":
        text, given = substitution(argument)
        for name in VARIABLE.findall(text):
            logical_id, dot, attribute = name.strip().partition(".")
            if dot and name.strip() not in given:
                kind = resources.get(logical_id, {}).get("Type", "")
                if logical_id not in resources or not has_attribute(kind, attribute):
                    raise ValidationError(
                        message="Template error: instance of Fn::Sub references invalid resource "
                        f"attribute {name.strip()}"
                    )
    elif function == "Fn::If":
        if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
            raise wrong("Fn::If")
        if argument[0] not in document.get("Conditions", {}):
            raise ValidationError(
                message=f"Template error: unresolved condition dependency {argument[0]} in Fn::If"
            )
    elif function == "Fn::FindInMap":
        if not isinstance(argument, list) or len(argument) not in (3, 4):
            raise wrong(function)
    elif function in ("Fn::Join", "Fn::Split", "Fn::Select"):
        if not isinstance(argument, list) or len(argument) != 2:
            raise wrong(function)
    elif function == "Ref":
        if not isinstance(argument, str):
            raise wrong(function)
    elif function in ("Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or"):
        raise ValidationError(
            message=f"Template error: {function} is allowed in the Conditions block alone"
        )


def _check_conditions(document: Document) -> None:
    """Conditions know parameters and one another, and no resources."""
    conditions: Document = document.get("Conditions", {})
    known = {*document.get("Parameters", {}), *PSEUDO_PARAMETERS}
    for name, condition in conditions.items():
        if function_of(condition) is None and "Condition" not in condition:
            raise _format_error(f"[/Conditions/{name}] Every Conditions member must be a function.")
        for function, argument in functions(condition, f"/Conditions/{name}"):
            _check_condition_call(function, argument)
        missing = [one for one in references(condition) if one not in known]
        if missing:
            raise _format_error(
                f"Unresolved dependencies [{', '.join(missing)}]. Cannot reference resources in "
                "the Conditions block of the template"
            )
    needs = {name: list(_conditions_in(condition)) for name, condition in conditions.items()}
    for wanted in needs.values():
        for one in wanted:
            if one not in conditions:
                raise _format_error(
                    f"Unresolved condition dependency {one} in the Conditions block of the template"
                )
    _in_order(needs, "conditions")


def _check_condition_call(function: str, argument: Any) -> None:
    counts = {"Fn::Equals": (2, 2), "Fn::Not": (1, 1), "Fn::And": (2, 10), "Fn::Or": (2, 10)}
    if function in counts:
        least, most = counts[function]
        if not isinstance(argument, list) or not least <= len(argument) <= most:
            raise wrong(function)
    elif function not in ("Ref", "Fn::FindInMap", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Sub"):
        raise ValidationError(
            message=f"Template error: {function} is not allowed in the Conditions block"
        )
    elif function == "Ref" and not isinstance(argument, str):
        raise wrong(function)


def _conditions_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("Condition"), str):
            yield value["Condition"]
        else:
            for item in value.values():
                yield from _conditions_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _conditions_in(item)


def functions(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every call of a function, the inner ones after the outer.

    Raises:
        ValidationError: there is no such function.
    """
    name = function_of(value)
    if name is not None:
        if name not in ARGUMENTS and name not in ("Fn::ToJsonString", "Fn::Transform"):
            raise ValidationError(
                message=f"Template error: Encountered unsupported function: {name} at {path}"
            )
        yield name, value[name]
    if isinstance(value, dict):
        for key, item in value.items():
            yield from functions(item, f"{path}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from functions(item, f"{path}/{index}")


def references(value: Any) -> Iterator[str]:
    """What a part of a template names by `Ref` and by Fn::Sub without an attribute."""
    for function, argument in functions(value, ""):
        if function == "Ref":
            if not isinstance(argument, str):
                raise wrong("Ref")
            yield argument
        elif function == "Fn::Sub":
            text, given = substitution(argument)
            names = [name.strip() for name in VARIABLE.findall(text)]
            yield from (name for name in names if "." not in name and name not in given)


def needs(document: Document, logical_id: str) -> tuple[str, ...]:
    """The resources that one must be made after: what it refers to and what it depends on."""
    resources: Document = document["Resources"]
    resource: Document = resources[logical_id]
    depends = resource.get("DependsOn", [])
    found: dict[str, None] = dict.fromkeys([depends] if isinstance(depends, str) else depends)
    for function, argument in functions(resource.get("Properties", {}), ""):
        if function == "Fn::GetAtt":
            found[attribute_of(argument)[0]] = None
        elif function == "Fn::Sub":
            text, given = substitution(argument)
            for name in VARIABLE.findall(text):
                if name.strip() not in given:
                    found[name.strip().partition(".")[0]] = None
        elif function == "Ref" and isinstance(argument, str):
            found[argument] = None
    return tuple(name for name in found if name in resources)


def order(document: Document) -> list[str]:
    """Logical ids in an order in which the resources can be made: the template's where it can be.

    Raises:
        ValidationError: resources wait for one another.
    """
    return _in_order(
        {name: list(needs(document, name)) for name in document["Resources"]}, "resources"
    )


def _in_order(needs: dict[str, list[str]], what: str) -> list[str]:
    done: dict[str, None] = {}
    waiting = list(needs)
    while waiting:
        ready = [name for name in waiting if all(one in done for one in needs[name])]
        if not ready:
            circle = ", ".join(_circle(needs, set(waiting)))
            raise ValidationError(message=f"Circular dependency between {what}: [{circle}]")
        done.update(dict.fromkeys(ready))
        waiting = [name for name in waiting if name not in done]
    return list(done)


def _circle(needs: dict[str, list[str]], waiting: set[str]) -> list[str]:
    """The members of the circles alone, not what waits for them."""
    while True:
        inner = {
            name
            for name in waiting
            if any(name in needs[other] for other in waiting)
            and any(one in waiting for one in needs[name])
        }
        if inner == waiting:
            return [name for name in needs if name in inner]
        waiting = inner
