"""What a Choice in JSONPath compares: the operators of its rules.

moto's know neither the escapes of StringMatches nor a fraction or an offset of a timestamp, find
nothing of the context object, and pass over a Variable that is not there
(choice/comparison/operator/implementations).

Rules: states-language.net/spec.html, "Choice State", and
docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison_func import (
    ComparisonFuncStringVariableSample,
    ComparisonFuncValue,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.variable import (
    NoSuchVariable,
    Variable,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from localaws.mending import Mends
from localaws.stepfunctions.paths import value_at

RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}
NAME = re.compile(r"(String|Numeric|Timestamp|Boolean)(\w+?)(Path)?")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)")


def install(mends: Mends) -> None:
    _mend_variable(mends)
    _mend_operators(mends)


def _mend_variable(mends: Mends) -> None:
    """moto takes any error for a Variable that is not there (choice/comparison/variable.py:32)."""

    def read(self: Variable, env: Environment) -> None:
        try:
            self.string_sampler.eval(env=env)
        except NoSuchJsonPathError:
            env.stack.append(NoSuchVariable(self.string_sampler.literal_value))

    mends.replace(Variable, "_eval_body", read)


def _mend_operators(mends: Mends) -> None:
    """moto's operators are one class for each, with faults of their own."""

    def compare(self: ComparisonFuncValue, env: Environment) -> None:
        name = self.operator_type.name
        value = self.value
        variable = env.stack.pop()
        if name.endswith("Path"):
            value = _at(value, env)
        env.stack.append(_holds(name, variable, value))

    def compare_with_variable(self: ComparisonFuncStringVariableSample, env: Environment) -> None:
        variable = env.stack.pop()
        self.string_variable_sample.eval(env=env)
        env.stack.append(_holds(self.operator_type.name, variable, env.stack.pop()))

    mends.replace(ComparisonFuncValue, "_eval_body", compare)
    mends.replace(ComparisonFuncStringVariableSample, "_eval_body", compare_with_variable)


def _at(path: str, env: Environment) -> Any:
    if path.startswith("$$"):
        return value_at(path[1:], env.states.context_object.context_object_data)
    return value_at(path, env.stack[-1])


def _holds(name: str, variable: Any, value: Any) -> bool:
    """Whether a rule applies; values of another type than it asks for never fit.

    Raises:
        NoSuchJsonPathError: its Variable is not there, and it does not ask whether it is.
    """
    there = not isinstance(variable, NoSuchVariable)
    if name == "IsPresent":
        return there is value
    if not there:
        raise NoSuchJsonPathError(json_path=variable.path, data=None)
    if name in KINDS:
        return KINDS[name](variable) is value
    if name == "StringMatches":
        return isinstance(variable, str) and bool(_pattern(value).fullmatch(variable))
    kind, relation, _ = _parts(name)
    both = [READ[kind](each) for each in (variable, value)]
    return None not in both and RELATIONS[relation](*both)


def _parts(name: str) -> tuple[str, ...]:
    found = NAME.fullmatch(name)
    assert found, name
    return found.groups()


def _pattern(text: str) -> re.Pattern[str]:
    r"""`*` stands for any text; `\*` for itself, and `\\` for a backslash."""
    pieces = [
        ".*" if piece == "*" else re.escape(piece.removeprefix("\\"))
        for piece in re.findall(r"\\.|.", text, re.DOTALL)
    ]
    return re.compile("".join(pieces), re.DOTALL)


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def timestamp(value: Any) -> datetime | None:
    """The time that a text of RFC 3339 names; None for anything else."""
    if not isinstance(value, str) or not TIMESTAMP.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


READ: dict[str, Callable[[Any], Any]] = {
    "String": lambda value: value if isinstance(value, str) else None,
    "Numeric": _number,
    "Timestamp": timestamp,
    "Boolean": lambda value: value if isinstance(value, bool) else None,
}
KINDS: dict[str, Callable[[Any], bool]] = {
    "IsNull": lambda value: value is None,
    "IsNumeric": lambda value: _number(value) is not None,
    "IsString": lambda value: isinstance(value, str),
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": lambda value: timestamp(value) is not None,
}
