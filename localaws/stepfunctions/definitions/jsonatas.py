"""JSONata expressions in a definition: whether they can be parsed, and what they refer to.

Rules: docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html;
states-language.net/spec.html, "JSONata expressions". AWS was seen to answer with the codes
INVALID_JSONATA_EXPRESSION and UNSUPPORTED_JSONATA_EXPRESSION.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException

from localaws.stepfunctions import jsonataerrors
from localaws.stepfunctions.definitions.diagnostics import Diagnostic, fault

BEGIN, END = "{%", "%}"
INVALID = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED = "UNSUPPORTED_JSONATA_EXPRESSION"
NO_EXPRESSION = "JSONata string must start with {% and end with %}"


def is_expression(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(BEGIN) and value.endswith(END)


def check(value: Any, place: str) -> Iterator[Diagnostic]:
    """Check every expression of a value, which may hold others."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from check(inner, f"{place}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from check(inner, f"{place}[{index}]")
    elif isinstance(value, str):
        yield from _check_text(value, place)


def _check_text(text: str, place: str) -> Iterator[Diagnostic]:
    if not text.startswith(BEGIN):
        return
    if not text.endswith(END):
        yield fault(NO_EXPRESSION, place)
        return
    try:
        tree = Jsonata(text[len(BEGIN) : -len(END)].strip()).ast
    except JException as error:
        yield Diagnostic(INVALID, jsonataerrors.words(error), place)
        return
    except Exception:  # noqa: BLE001  the parser trips over some texts
        yield Diagnostic(INVALID, "The expression cannot be parsed", place)
        return
    for name in dict.fromkeys(_read_from_nowhere(tree)):
        message = f"Reference to '{name}' at the top level is not supported."
        yield Diagnostic(UNSUPPORTED, message, place)


def _read_from_nowhere(node: Any) -> Iterator[str]:
    """What an expression reads of an input document: in Step Functions there is none.

    Not what stands inside a path's later steps, a predicate or a function's body: those have a
    context of their own.
    """
    if node is None:
        return
    if node.type == "path":
        first = node.steps[0]
        yield from [str(first.value)] if first.type == "name" else _read_from_nowhere(first)
    elif node.type == "variable" and node.value in ("", "$"):
        yield f"${node.value}"
    elif node.type in ("wildcard", "descendant"):
        yield str(node.value)
    else:
        for inner in _parts(node):
            yield from _read_from_nowhere(inner)


def _parts(node: Any) -> Iterator[Any]:
    if node.type in ("lambda", "transform"):
        return
    yield from node.arguments or []
    yield from node.expressions or []
    for pair in node.lhs_object or []:
        yield from pair
    for name in ("expression", "condition", "then", "_else", "rhs"):
        part = getattr(node, name, None)
        if hasattr(part, "type"):
            yield part
    if node.type != "bind" and hasattr(node.lhs, "type"):
        yield node.lhs
