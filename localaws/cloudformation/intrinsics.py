"""Intrinsic functions, evaluated: what stands in a template becomes what a resource is made of.

The messages are those of CloudFormation's own template validation.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from localaws.cloudformation.templates import Document

VARIABLE = re.compile(r"\$\{([^!{}][^{}]*)\}")
LITERAL = re.compile(r"\$\{!([^{}]*)\}")
LOOKUPS = ("Ref", "Fn::GetAtt", "Fn::ImportValue", "Fn::Sub")
ARGUMENTS = {
    "Ref": "Template error: every Ref object must have a single String value.",
    "Fn::GetAtt": "Template error: every Fn::GetAtt object requires two non-empty parameters, the "
    "resource name and the resource attribute",
    "Fn::Join": "Template error: every Fn::Join object requires two parameters, (1) a string "
    "delimiter and (2) a list of strings to be joined or a function that returns a list of strings "
    "(such as Fn::GetAZs) to be joined.",
    "Fn::Split": "Template error: every Fn::Split object requires two parameters, (1) a string "
    "delimiter and (2) a string to be split or a function that returns a string to be split.",
    "Fn::Select": "Template error: Fn::Select requires a list argument with two elements: an "
    "integer index and a list",
    "Fn::Sub": "Template error: One or more Fn::Sub intrinsic functions don't specify expected "
    "arguments. Specify a string as first argument, and an optional second argument to specify a "
    "mapping of values to replace in the string",
    "Fn::FindInMap": "Template error: every Fn::FindInMap object requires three parameters, the "
    "map name, map key and the attribute for return value",
    "Fn::If": "Template error: Fn::If requires a list argument with three elements",
    "Fn::Base64": "Template error: every Fn::Base64 object must have a String-typed value.",
    "Fn::Equals": "Template error: every Fn::Equals object requires a list of 2 string parameters.",
    "Fn::Not": "Template error: every Fn::Not object requires one boolean parameter.",
    "Fn::And": "Template error: every Fn::And object requires a list of at least 2 and at most 10 "
    "boolean parameters.",
    "Fn::Or": "Template error: every Fn::Or object requires a list of at least 2 and at most 10 "
    "boolean parameters.",
    "Fn::ImportValue": "Template error: the attribute in Fn::ImportValue must not depend on any "
    "resources, imported values, or Fn::GetAZs",
    "Fn::GetAZs": "Template error: every Fn::GetAZs object must have a String-typed value.",
}


class Nothing:
    """The value of AWS::NoValue: what has it is left out."""


NOTHING = Nothing()


class Unknown:
    """What is known only after the deployment: a value of a resource that is not made yet."""


UNKNOWN = Unknown()


def function_of(value: Any) -> str | None:
    """The name of the function that a value calls; None where it is plain data."""
    if isinstance(value, dict) and len(value) == 1:
        [name] = value
        if name == "Ref" or (isinstance(name, str) and name.startswith("Fn::")):
            return str(name)
    return None


def wrong(name: str) -> ValidationError:
    return ValidationError(message=ARGUMENTS[name])


def attribute_of(argument: Any) -> tuple[str, Any]:
    """Resource and attribute that Fn::GetAtt names, in either way of writing them."""
    if isinstance(argument, str) and "." in argument:
        logical_id, _, attribute = argument.partition(".")
    elif isinstance(argument, list) and len(argument) == 2:
        logical_id, attribute = argument
    else:
        raise wrong("Fn::GetAtt")
    if not isinstance(logical_id, str) or not logical_id or not attribute:
        raise wrong("Fn::GetAtt")
    return logical_id, attribute


def substitution(argument: Any) -> tuple[str, dict[str, Any]]:
    """The text of Fn::Sub and the values that it brings along."""
    text, given = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if not isinstance(text, str) or not isinstance(given, dict):
        raise wrong("Fn::Sub")
    return text, given


class Evaluation:
    """Evaluates what stands in one template.

    Args:
        document: the template.
        reference: what `Ref` gives for a parameter, a pseudo parameter or a resource.
        attribute: what `Fn::GetAtt` gives for a logical id and an attribute's name.
        imported: the value of an export.
        region: where the stack is.
    """

    def __init__(
        self,
        document: Document,
        reference: Callable[[str], Any],
        attribute: Callable[[str, str], Any],
        imported: Callable[[str], Any],
        region: str,
    ) -> None:
        self._mappings = document.get("Mappings") or {}
        self._declared = document.get("Conditions") or {}
        self._conditions: dict[str, bool] = {}
        self._reference = reference
        self._attribute = attribute
        self._imported = imported
        self._region = region
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Join": self._join,
            "Fn::Split": self._split,
            "Fn::Select": self._select,
            "Fn::Sub": self._sub,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
            "Fn::Base64": self._base64,
            "Fn::ImportValue": self._import_value,
            "Fn::GetAZs": self._get_azs,
            "Fn::ToJsonString": self._to_json_string,
        }

    def value(self, expression: Any) -> Any:
        """The value of anything that may stand in a template; UNKNOWN where it is not known yet."""
        name = function_of(expression)
        if name is not None:
            if name not in self._functions:
                raise ValidationError(
                    message=f"Template error: Unsupported intrinsic function: {name}"
                )
            return self._functions[name](expression[name])
        if isinstance(expression, dict):
            found = {key: self.value(item) for key, item in expression.items()}
            return {key: item for key, item in found.items() if item is not NOTHING}
        if isinstance(expression, list):
            return [item for one in expression if (item := self.value(one)) is not NOTHING]
        return expression

    def condition(self, name: str) -> bool:
        """Whether a condition of the template holds."""
        if name not in self._conditions:
            self._conditions[name] = self._holds(self._declared[name])
        return self._conditions[name]

    def _holds(self, expression: Any) -> bool:
        if isinstance(expression, dict) and len(expression) == 1:
            [(name, argument)] = expression.items()
            if name == "Condition":
                return self.condition(str(argument))
            if name == "Fn::Equals":
                left, right = (self.value(one) for one in argument)
                return _text(left) == _text(right)
            if name == "Fn::Not":
                return not self._holds(argument[0])
            if name in ("Fn::And", "Fn::Or"):
                return (all if name == "Fn::And" else any)(self._holds(one) for one in argument)
        return str(self.value(expression)).lower() == "true"

    def _ref(self, argument: Any) -> Any:
        return NOTHING if argument == "AWS::NoValue" else self._reference(argument)

    def _get_att(self, argument: Any) -> Any:
        logical_id, attribute = attribute_of(argument)
        return self._attribute(logical_id, str(self.value(attribute)))

    def _join(self, argument: Any) -> Any:
        delimiter, items = self._pair(argument, "Fn::Join")
        if items is UNKNOWN or (isinstance(items, list) and UNKNOWN in items):
            return UNKNOWN
        if not isinstance(delimiter, str) or not isinstance(items, list):
            raise wrong("Fn::Join")
        if any(isinstance(item, dict | list) for item in items):
            raise wrong("Fn::Join")
        return delimiter.join(_text(item) for item in items)

    def _split(self, argument: Any) -> Any:
        delimiter, text = self._pair(argument, "Fn::Split")
        if text is UNKNOWN:
            return UNKNOWN
        if not isinstance(delimiter, str) or not delimiter or not isinstance(text, str):
            raise wrong("Fn::Split")
        return text.split(delimiter)

    def _select(self, argument: Any) -> Any:
        index, items = self._pair(argument, "Fn::Select")
        if UNKNOWN in (index, items):
            return UNKNOWN
        if not isinstance(items, list) or not re.fullmatch(r"\d+", _text(index)):
            raise wrong("Fn::Select")
        if int(index) >= len(items):
            raise ValidationError(
                message="Template error: Fn::Select cannot select nonexistent value at index "
                f"{index}"
            )
        return items[int(index)]

    def _sub(self, argument: Any) -> Any:
        text, given = substitution(argument)
        unknown = False

        def replaced(match: re.Match[str]) -> str:
            nonlocal unknown
            name = match.group(1).strip()
            if name in given:
                value = self.value(given[name])
            elif "." in name:
                value = self._attribute(*name.split(".", 1))
            else:
                value = self._reference(name)
            unknown = unknown or value is UNKNOWN
            if isinstance(value, dict | list):
                raise wrong("Fn::Sub")
            return _text(value)

        done = VARIABLE.sub(replaced, text)
        return UNKNOWN if unknown else LITERAL.sub(r"${\1}", done)

    def _find_in_map(self, argument: Any) -> Any:
        if not isinstance(argument, list) or len(argument) not in (3, 4):
            raise wrong("Fn::FindInMap")
        names = [self.value(one) for one in argument[:3]]
        if any(isinstance(name, dict | list) for name in names):
            raise wrong("Fn::FindInMap")
        name, first, second = (_text(one) for one in names)
        if name not in self._mappings:
            raise ValidationError(
                message=f"Template error: Mapping named '{name}' is not present in the 'Mappings' "
                "section of template."
            )
        found = self._mappings[name].get(first, {})
        if second in found:
            return self.value(found[second])
        if len(argument) == 4 and isinstance(argument[3], dict) and "DefaultValue" in argument[3]:
            return self.value(argument[3]["DefaultValue"])
        raise ValidationError(
            message=f"Template error: Unable to get mapping for {name}::{first}::{second}"
        )

    def _if(self, argument: Any) -> Any:
        if not isinstance(argument, list) or len(argument) != 3:
            raise wrong("Fn::If")
        name, yes, no = argument
        return self.value(yes if self.condition(name) else no)

    def _base64(self, argument: Any) -> Any:
        text = self.value(argument)
        if text is UNKNOWN:
            return UNKNOWN
        if isinstance(text, dict | list):
            raise wrong("Fn::Base64")
        return base64.b64encode(_text(text).encode()).decode()

    def _import_value(self, argument: Any) -> Any:
        name = self.value(argument)
        if not isinstance(name, str):
            raise wrong("Fn::ImportValue")
        return self._imported(name)

    def _get_azs(self, argument: Any) -> Any:
        region = self.value(argument) or self._region
        if not isinstance(region, str):
            raise wrong("Fn::GetAZs")
        return [f"{region}{zone}" for zone in "abc"]

    def _to_json_string(self, argument: Any) -> Any:
        value = self.value(argument)
        return UNKNOWN if contains_unknown(value) else json.dumps(value)

    def _pair(self, argument: Any, name: str) -> tuple[Any, Any]:
        if not isinstance(argument, list) or len(argument) != 2:
            raise wrong(name)
        first, second = (self.value(one) for one in argument)
        return first, second


def contains_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_unknown(item) for item in value)
    return value is UNKNOWN


def _text(value: Any) -> str:
    """A value as CloudFormation writes it: true and false, not True and False."""
    return str(value).lower() if isinstance(value, bool) else str(value)
