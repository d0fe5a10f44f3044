"""What in a template refers to what, and the order that follows from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from localaws.cloudformation.intrinsics import (
    ARGUMENTS,
    VARIABLE,
    attribute_of,
    function_of,
    substitution,
    wrong,
)
from localaws.cloudformation.templates import Document


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


def attributes(value: Any) -> Iterator[str]:
    """What a part of a template names by Fn::GetAtt and by Fn::Sub with an attribute: `A.Arn`."""
    for function, argument in functions(value, ""):
        if function == "Fn::GetAtt":
            yield ".".join(str(one) for one in attribute_of(argument))
        elif function == "Fn::Sub":
            text, given = substitution(argument)
            names = [name.strip() for name in VARIABLE.findall(text)]
            yield from (name for name in names if "." in name and name not in given)


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


def order(document: Document, made: Collection[str]) -> list[str]:
    """Logical ids in an order in which resources can be made: the template's where it can be.

    Args:
        made: those that are. The others keep nobody waiting.

    Raises:
        ValidationError: resources wait for one another.
    """
    return in_order(
        {name: [one for one in needs(document, name) if one in made] for name in made},
        "resources",
    )


def in_order(needs: dict[str, list[str]], what: str) -> list[str]:
    """Names, each after those that it needs.

    Raises:
        ValidationError: some wait for one another.
    """
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
