"""Intrinsic functions: what stands between their parentheses, and their failure.

moto takes an escape in a text for what it stands for (intrinsic/preprocessor.py:64), fails at a
number with a point (:87), drops null, and lets a function that fails end the execution with
States.Runtime under Python's words. `intrinsicfunctions` has the functions themselves.

Rules: docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html and
states-language.net/spec.html, "Intrinsic Functions".
"""

from __future__ import annotations

import functools
import json
import re
from types import SimpleNamespace
from typing import Any, NamedTuple

from moto.stepfunctions.parser.asl.antlt4utils import antlr4utils
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.common.string.string_expression import (
    StringIntrinsicFunction,
)
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from localaws.mending import Mends
from localaws.stepfunctions.failures import failure, runtime
from localaws.stepfunctions.intrinsicfunctions import (
    BRACES,
    FUNCTIONS,
    IntrinsicError,
    check_count,
)
from localaws.stepfunctions.jsonata import VARIABLE, variable_at
from localaws.stepfunctions.jsontext import written
from localaws.stepfunctions.paths import value_at

TOKEN = re.compile(
    r"\s*(?:(?P<call>States\.\w+)\s*\(|(?P<text>'(?:\\.|[^'\\])*')|(?P<word>true|false|null)\b"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(?P<path>\$)|(?P<mark>[(),]))",
    re.DOTALL,
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")


class _Path(NamedTuple):
    text: str


class _Call(NamedTuple):
    name: str
    arguments: list[Any]


def install(mends: Mends) -> None:
    _mend_escapes(mends)

    def visit(_: Any, ctx: Any) -> StringIntrinsicFunction:
        text = _unescaped(ctx.STRINGINTRINSICFUNC())
        return StringIntrinsicFunction(text, _Function(text))

    mends.replace(Preprocessor, "visitString_intrinsic_function", visit)


def _mend_escapes(mends: Mends) -> None:
    """moto takes a string of a definition as it is spelled, escapes of JSON and all.

    preprocessor.py:399; and where it does read them, as if they were Python's (antlr4utils.py:33).
    """

    mends.replace(Preprocessor, "_inner_string_of", staticmethod(_unescaped))
    mends.replace_everywhere(antlr4utils.from_string_literal, _unescaped)


def _unescaped(parser_rule_context: Any) -> Any:
    text = parser_rule_context.getText()
    if text == "null":
        return None
    return json.loads(text, strict=False) if text.startswith('"') else text


class _Function(EvalComponent):
    """A call as it stands in a definition.

    Raises:
        ValueError: it is no call of an intrinsic function.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._call = parse(text)
        self.name = SimpleNamespace(name=self._call.name)  # which ErrorPath and CausePath ask for

    def _field_name(self) -> str | None:
        return None

    def _eval_body(self, env: Environment) -> None:
        try:
            env.stack.append(_evaluate(self._call, env))
        except IntrinsicError as error:
            cause = f"The function '{self._text}' had the following error: {error}"
            name = StatesErrorNameType.StatesIntrinsicFailure
            raise failure(env, name, cause) from error


def _evaluate(argument: Any, env: Environment) -> Any:
    if isinstance(argument, _Path):
        return _value_at(argument.text, env)
    if isinstance(argument, _Call):
        return FUNCTIONS[argument.name](*(_evaluate(each, env) for each in argument.arguments))
    return argument


def _value_at(path: str, env: Environment) -> Any:
    try:
        if path.startswith("$$"):
            return value_at(path[1:], env.states.context_object.context_object_data)
        if variable := VARIABLE.fullmatch(path):
            return variable_at(variable[1], variable[2], env)
        return value_at(path, env.stack[-1])
    except NoSuchJsonPathError as error:
        cause = (
            f"The JsonPath argument for the field '{path}' could not be found in the input "
            f"'{written(error.data)}'"
        )
        raise runtime(env, cause) from error


@functools.lru_cache(1024)
def parse(text: str) -> _Call:
    """Read a call of an intrinsic function.

    Raises:
        ValueError: it is none, its function is unknown, or has another number of arguments.
    """
    call, end = _argument(text, 0)
    if not isinstance(call, _Call) or text[end:].strip():
        raise _no_call(text)
    return call


def _no_call(text: str) -> ValueError:
    return ValueError(f"'{text}' is no call of an intrinsic function")


def _argument(text: str, at: int, template: bool = False) -> tuple[Any, int]:
    """The argument that begins at a place, and where it ends."""
    token = TOKEN.match(text, at)
    if token is None or token["mark"]:
        raise _no_call(text)
    if token["call"]:
        return _call(text, token)
    if token["path"]:
        end = _end_of_path(text, token.start("path"))
        return _Path(text[token.start("path") : end].strip()), end
    if token["text"] is not None:
        return _unquoted(token["text"][1:-1], template), token.end()
    return json.loads(token["word"] or token["number"]), token.end()


def _call(text: str, token: re.Match[str]) -> tuple[_Call, int]:
    name, at = token["call"], token.end()
    if name not in FUNCTIONS:
        raise ValueError(f"'{name}' is no intrinsic function")
    arguments: list[Any] = []
    mark = _mark(text, at)
    while mark is None or mark["mark"] != ")":
        template = name == "States.Format" and not arguments
        argument, at = _argument(text, at, template)
        arguments.append(argument)
        mark = _mark(text, at)
        if mark is None or mark["mark"] == "(":
            raise _no_call(text)
        at = mark.end()
    check_count(name, len(arguments))
    return _Call(name, arguments), mark.end()


def _mark(text: str, at: int) -> re.Match[str] | None:
    token = TOKEN.match(text, at)
    return token if token and token["mark"] else None


def _end_of_path(text: str, at: int) -> int:
    """A path goes on to the comma or parenthesis behind it; those within it are in brackets."""
    depth = 0
    while at < len(text):
        if quoted := QUOTED.match(text, at):
            at = quoted.end()
            continue
        if text[at] in "[(":
            depth += 1
        elif text[at] in "])" and depth:
            depth -= 1
        elif text[at] in ",)" and not depth:
            return at
        at += 1
    raise _no_call(text)


def _unquoted(text: str, template: bool) -> str:
    """A text without its backslashes; in a template, an escaped brace stays marked as one."""

    def plain(escape: re.Match[str]) -> str:
        if template and escape[1] in "{}":
            return BRACES[escape[1]]
        return ESCAPES.get(escape[1], escape[1])

    return re.sub(r"\\(.)", plain, text, flags=re.DOTALL)
