"""JSONata and variables: moto hands both to a Java library that it does not bring.

Evaluated here by the package jsonata-python. A variable in a JSONPath state ("$failure.Cause")
is a path into the variable's value and needs no JSONata at all.

Rules: docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import functools
import math
import re
import threading
from collections.abc import Callable
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils
from moto.stepfunctions.parser.asl.antlr.runtime.ASLParser import ASLParser
from moto.stepfunctions.parser.asl.component.common.query_language import QueryLanguageMode
from moto.stepfunctions.parser.asl.component.common.string import string_expression
from moto.stepfunctions.parser.asl.component.common.string.string_expression import (
    StringJSONata,
    StringVariableSample,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.jsonata import jsonata as theirs
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils.json_path import extract_json

from localaws.mending import Mends
from localaws.stepfunctions import failures, jsonatafunctions
from localaws.timing.timekeeping import Clock

VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)(.*)", re.DOTALL)
JSON_TYPES = (str, int, float, bool, list, dict)
LONGEST = 5000  # milliseconds that one expression may take
DEEPEST = 1000  # how far one may nest: of the interpreter's own steps, not of AWS's

_turn = threading.RLock()  # an expression that has been read once is evaluated by one at a time


def install(mends: Mends, clock: Clock) -> None:
    _mend_variables(mends)
    _mend_expressions(mends)
    jsonatafunctions.install(clock)


def _mend_variables(mends: Mends) -> None:
    """moto reads the variable of a JSONPath state by JSONata (string_expression.py:158)."""

    def read_variable(self: StringVariableSample, env: Environment) -> None:
        found = VARIABLE.fullmatch(self.expression)
        if self.query_language_mode != QueryLanguageMode.JSONPath or not found:
            env.stack.append(evaluate(self.expression, _bindings(env)))
            return
        value = env.variable_store.get(found[1])
        env.stack.append(extract_json("$" + found[2], value) if found[2] else value)

    mends.replace(StringVariableSample, "_eval_body", read_variable)


def _mend_expressions(mends: Mends) -> None:
    """moto leaves out its Java library, and where in a state an expression stands."""

    def visit(self: Any, ctx: Any) -> StringJSONata:
        expression = read(self, ctx)
        expression.location = _location(ctx)
        return expression

    def evaluate_expression(self: StringJSONata, env: Environment) -> None:
        place = f"The JSONata expression '{self.expression}' specified for the field"
        location = getattr(self, "location", env.next_field_name)
        try:
            value = evaluate(self.expression, _bindings(env))
        except theirs.JSONataException as error:
            cause = f"{place} '{location}' threw an error during evaluation. {error.details}"
            raise failures.evaluation(env, location, cause) from error
        if value is Utils.NONE:
            cause = f"{place} '{location}' returned nothing (undefined)."
            raise failures.evaluation(env, location, cause)
        env.stack.append(value)

    read: Callable[..., StringJSONata] = mends.replace(Preprocessor, "visitString_jsonata", visit)
    mends.replace(StringJSONata, "_eval_body", evaluate_expression)
    mends.replace_everywhere(string_expression.eval_jsonata_expression, evaluate)


def _location(ctx: Any) -> str:
    """Where a string stands below its state: `Output/a/b[0]`, `Choices[1]/Condition`."""
    steps: list[str] = []
    above = ctx.parentCtx
    while above is not None and not isinstance(above, ASLParser.State_declContext):
        children = list(above.children)
        texts = [child.getText() for child in children]
        field = "/" + texts[0].strip('"') if texts[1:2] == [":"] else ""
        if "[" in texts[:3] and texts[-1] == "]":  # a list, or a field that holds one
            steps.append(f"{field}[{texts[: children.index(ctx)].count(',')}]")
        elif field and ctx is not children[0]:
            steps.append(field)
        ctx, above = above, above.parentCtx
    return "".join(reversed(steps)).removeprefix("/")


def _bindings(env: Environment) -> dict[str, Any]:
    store = env.variable_store
    states = {key: value for key, value in env.states._states_data.items() if value is not None}
    if "input" in env.states._states_data:
        states["input"] = env.states._states_data["input"]
    return {"states": states, **store._outer_scope, **store._inner_scope}


@functools.lru_cache(1024)
def _compiled(expression: str) -> Jsonata:
    compiled = Jsonata(expression)
    compiled.output_convert_nulls = False  # which would make null of what is undefined, too
    for name, function in jsonatafunctions.FUNCTIONS.items():
        compiled.register_function(name, function)
    return compiled


def evaluate(expression: str, bindings: dict[str, Any] | None = None) -> Any:
    """Evaluate an expression.

    Args:
        expression: without `{%` and `%}`.
        bindings: the values of variables by their names without `$`.

    Returns:
        JSON; Utils.NONE where the expression returns nothing.

    Raises:
        JSONataException: the expression is faulty.
    """
    with _turn:
        try:
            compiled = _compiled(expression)
            jsonatafunctions.moment.begin()
            given = {
                name: jsonatafunctions.with_nulls(value) for name, value in (bindings or {}).items()
            }
            return _json(compiled.evaluate(None, given))
        except JException as error:
            raise theirs.JSONataException(error.error, f"{error.error}: {error}") from error
        except RecursionError as error:
            raise theirs.JSONataException("D1011", "Stack overflow error") from error
        except Exception as error:
            raise theirs.JSONataException("UNKNOWN", _words(error)) from error


def _words(error: Exception) -> str:
    """jsonata-python lets an error of Python's own through where a text is no number."""
    no_number = re.fullmatch(r"could not convert string to float: '(.*)'", str(error))
    return f'D3030: Unable to cast value to a number: "{no_number[1]}"' if no_number else str(error)


def _json(value: Any) -> Any:
    """What jsonata-python returns, as JSON; a function is none."""
    if value is None:
        return Utils.NONE
    if value is Utils.NULL_VALUE:
        return None
    if isinstance(value, dict):
        kept = {key: _json(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each is not Utils.NONE}
    if isinstance(value, list):
        kept_items = [_json(value[index]) for index in range(len(value))]
        return [each for each in kept_items if each is not Utils.NONE]
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, (str, int)):
        return value
    raise theirs.JSONataException("UNKNOWN", "returned an unsupported result type.")


def _number(value: float) -> Any:
    """JSON has no infinity; AWS writes it as JavaScript does. A whole number has no fraction."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return int(value) if value.is_integer() and abs(value) < 1e21 else value
