"""What a processed template refers to, held to what is there, in CloudFormation's own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from localaws.cloudformation import graphs
from localaws.cloudformation.forms import format_error
from localaws.cloudformation.intrinsics import (
    VARIABLE,
    attribute_of,
    function_of,
    substitution,
    wrong,
)
from localaws.cloudformation.templates import Document

PSEUDO_PARAMETERS = {
    *("AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue", "AWS::Partition", "AWS::Region"),
    *("AWS::StackId", "AWS::StackName", "AWS::URLSuffix"),
}
LENGTHS = {
    "Fn::Join": (2,),
    "Fn::Split": (2,),
    "Fn::Select": (2,),
    "Fn::FindInMap": (3, 4),
}

Attributes = Callable[[str, str], bool]


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
    calls = _Calls(document, has_attribute)
    for section in ("Resources", "Outputs"):
        block: Document = document.get(section, {})
        _check_unresolved(document, block, section)
        for name, item in block.items():
            if item.get("Condition", "") not in ("", *document.get("Conditions", {})):
                raise format_error(
                    f"Unresolved condition dependency {item['Condition']} in the {section} block "
                    "of the template"
                )
            for function, argument in graphs.functions(item, f"/{section}/{name}"):
                calls.check(function, argument)
    graphs.order(document, document["Resources"])


def _check_unresolved(document: Document, block: Document, section: str) -> None:
    known = {*document["Resources"], *document.get("Parameters", {}), *PSEUDO_PARAMETERS}
    missing: dict[str, None] = {}
    for item in block.values():
        for name in graphs.references(item):
            if name not in known:
                missing[name] = None
        depends = item.get("DependsOn", []) if section == "Resources" else []
        for name in [depends] if isinstance(depends, str) else depends:
            if name not in document["Resources"]:
                missing[name] = None
    if missing:
        raise format_error(
            f"Unresolved resource dependencies [{', '.join(missing)}] in the {section} block of "
            "the template"
        )


class _Calls:
    """Holds the calls of functions in a template to what they may name."""

    def __init__(self, document: Document, has_attribute: Attributes) -> None:
        self._resources: Document = document["Resources"]
        self._conditions: Document = document.get("Conditions", {})
        self._has_attribute = has_attribute

    def check(self, function: str, argument: Any) -> None:
        if function == "Fn::GetAtt":
            self._check_attribute(argument)
        elif function == "Fn::Sub":
            self._check_substitution(argument)
        elif function == "Fn::If":
            self._check_if(argument)
        elif function in LENGTHS:
            if not isinstance(argument, list) or len(argument) not in LENGTHS[function]:
                raise wrong(function)
        elif function == "Ref":
            if not isinstance(argument, str):
                raise wrong(function)
        elif function in ("Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or"):
            raise ValidationError(
                message=f"Template error: {function} is allowed in the Conditions block alone"
            )

    def _check_attribute(self, argument: Any) -> None:
        logical_id, attribute = attribute_of(argument)
        if logical_id not in self._resources:
            raise ValidationError(
                message="Template error: instance of Fn::GetAtt references undefined resource "
                f"{logical_id}"
            )
        kind = self._resources[logical_id]["Type"]
        if isinstance(attribute, str) and not self._has_attribute(kind, attribute):
            raise ValidationError(
                message=f"Template error: resource {logical_id} does not support attribute type "
                f"{attribute} in Fn::GetAtt"
            )

    def _check_substitution(self, argument: Any) -> None:
        text, given = substitution(argument)
        for name in (one.strip() for one in VARIABLE.findall(text)):
            logical_id, dot, attribute = name.partition(".")
            if not dot or name in given:
                continue
            kind = self._resources.get(logical_id, {}).get("Type", "")
            if not kind or not self._has_attribute(kind, attribute):
                raise ValidationError(
                    message="Template error: instance of Fn::Sub references invalid resource "
                    f"attribute {name}"
                )

    def _check_if(self, argument: Any) -> None:
        if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
            raise wrong("Fn::If")
        if argument[0] not in self._conditions:
            raise ValidationError(
                message=f"Template error: unresolved condition dependency {argument[0]} in Fn::If"
            )


def _check_conditions(document: Document) -> None:
    """Conditions know parameters and one another, and no resources."""
    conditions: Document = document.get("Conditions", {})
    known = {*document.get("Parameters", {}), *PSEUDO_PARAMETERS}
    for name, condition in conditions.items():
        if function_of(condition) is None and "Condition" not in condition:
            raise format_error(f"[/Conditions/{name}] Every Conditions member must be a function.")
        for function, argument in graphs.functions(condition, f"/Conditions/{name}"):
            _check_condition_call(function, argument)
        missing = [one for one in graphs.references(condition) if one not in known]
        if missing:
            raise format_error(
                f"Unresolved dependencies [{', '.join(missing)}]. Cannot reference resources in "
                "the Conditions block of the template"
            )
    needs = {name: list(_conditions_in(condition)) for name, condition in conditions.items()}
    for wanted in needs.values():
        for one in wanted:
            if one not in conditions:
                raise format_error(
                    f"Unresolved condition dependency {one} in the Conditions block of the template"
                )
    graphs.in_order(needs, "conditions")


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
