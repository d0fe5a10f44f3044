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
from jsonata.utils import Utils
from moto.stepfunctions.parser.asl.antlr.runtime.ASLParser import ASLParser
from moto.stepfunctions.parser.asl.component.common.query_language import QueryLanguageMode
from moto.stepfunctions.parser.asl.component.common.string import string_expression
from moto.stepfunctions.parser.asl.component.common.string.string_expression import (
    StringJSONata,
    StringVariableSample,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.variable_store import NoSuchVariable
from moto.stepfunctions.parser.asl.jsonata import jsonata as theirs
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from localaws.mending import Mends
from localaws.stepfunctions import (
    failures,
    itemselectors,
    jsonataerrors,
    jsonatafunctions,
    jsonatalibrary,
    jsonatalimits,
    jsonatatypes,
)
from localaws.stepfunctions.paths import value_at
from localaws.timing.timekeeping import Clock

VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)(.*)", re.DOTALL)
JSON_TYPES = (str, int, float, bool, list, dict)
_turn = threading.RLock()  # an expression that has been read once is evaluated by one at a time


def install(mends: Mends, clock: Clock) -> None:
    _mend_variables(mends)
    _mend_expressions(mends)
    jsonatalibrary.install(mends)
    jsonatafunctions.install(clock)


def _mend_variables(mends: Mends) -> None:
    """moto reads the variable of a JSONPath state by JSONata (string_expression.py:158)."""

    def read_variable(self: StringVariableSample, env: Environment) -> None:
        found = VARIABLE.fullmatch(self.expression)
        if self.query_language_mode != QueryLanguageMode.JSONPath or not found:
            env.stack.append(evaluate(self.expression, _bindings(env)))
            return
        env.stack.append(variable_at(found[1], found[2], env))

    mends.replace(StringVariableSample, "_eval_body", read_variable)


def variable_at(name: str, below: str, env: Environment) -> Any:
    """What a path into a variable finds.

    Args:
        name: the variable's, without `$`.
        below: the path's further steps, or nothing.

    Raises:
        NoSuchJsonPathError: it finds nothing, or there is no such variable.
    """
    try:
        value = env.variable_store.get(name)
    except NoSuchVariable as error:
        missing = NoSuchJsonPathError(json_path=f"${name}{below}", data=env.states.get_input())
        raise missing from error
    try:
        return value_at("$" + below, value) if below else value
    except NoSuchJsonPathError as error:
        raise NoSuchJsonPathError(json_path=f"${name}{below}", data=value) from error


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
            cause = f"{place} '{location}' {error.details}"
            raise failures.evaluation(env, location, cause) from error
        if value is Utils.NONE:
            cause = f"{place} '{location}' returned nothing (undefined)."
            raise failures.evaluation(env, location, cause)
        if problem := jsonatatypes.problem(self.expression, location, value):
            raise failures.evaluation(env, location, problem)
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
    return "".join(reversed(steps)).removeprefix("/").removesuffix(f"/{itemselectors.FIELD}")


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
            jsonatalimits.bind(compiled)
            given = {
                name: jsonatafunctions.with_nulls(value) for name, value in (bindings or {}).items()
            }
            return _json(compiled.evaluate(None, given))
        except Exception as error:
            raise theirs.JSONataException("", jsonataerrors.told(error)) from error


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
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(value)
    if isinstance(value, (str, bool)):
        return value
    raise jsonataerrors.UnsupportedError


def _number(value: float) -> Any:
    """JSON has no infinity; AWS writes it as JavaScript does.

    A whole number has no fraction as long as it is one of Java's; beyond it is a double.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return int(value) if value == int(value) and jsonatalibrary.is_long(value) else float(value)
