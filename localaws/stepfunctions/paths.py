"""Paths into JSON, as InputPath, ResultPath and the fields of a template have them.

Rules: docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html and
states-language.net/spec.html, "Paths" and "Reference Paths". AWS reads paths with the library
JsonPath of Jayway: a path that can name one value alone gives that value, any other an array.
"""

from __future__ import annotations

import copy
import functools
import re
from typing import Any

from jsonpath_ng.ext import parser
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.common.path.result_path import ResultPath
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils import json_path
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from localaws.mending import Mends
from localaws.stepfunctions.failures import failure
from localaws.stepfunctions.jsontext import written

STEP = re.compile(
    r"\.(?P<name>[^.\[\]()'\"*?@,:\s]+)|\[(?P<index>-?\d+)\]"
    r"|\[(?P<quote>['\"])(?P<quoted>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\]"
)
_MISSING = object()


def install(mends: Mends) -> None:
    mends.replace_everywhere(json_path.extract_json, value_at)
    _mend_result_path(mends)


def _mend_result_path(mends: Mends) -> None:
    """moto changes an input that ResultPath does not fit, or fails in Python's words.

    result_path.py:32
    """

    def put(self: ResultPath, env: Environment) -> None:
        given = env.states.get_input()
        if self.result_path_src is None:
            env.stack.clear()
            env.stack.append(given)
            return
        result = copy.deepcopy(env.stack.pop())
        steps = _steps(self.result_path_src)
        try:
            env.stack.append(_put(given, steps or (), result))
        except (TypeError, IndexError) as error:
            path = self.result_path_src
            cause = f"Unable to apply ReferencePath {path} to input {written(given)}"
            name = StatesErrorNameType.StatesResultPathMatchFailure
            raise failure(env, name, cause) from error

    mends.replace(ResultPath, "_eval_body", put)


def _put(data: Any, steps: tuple[str | int, ...], value: Any) -> Any:
    """Set a value below some data; objects that are not there are made on the way.

    Raises:
        TypeError, IndexError: there is something else on the way.
    """
    if not steps:
        return value
    step, *rest = steps
    if isinstance(step, str) and not isinstance(data, dict):
        raise TypeError(step)
    if isinstance(step, int):
        if not isinstance(data, list):
            raise TypeError(step)
        data[step] = _put(data[step], tuple(rest), value)
    else:
        data[step] = _put(data.get(step, {} if rest else None), tuple(rest), value)
    return data


def value_at(path: str, data: Any) -> Any:
    """What a path finds.

    Raises:
        NoSuchJsonPathError: it names one value, and that is not there.
    """
    steps = _steps(path)
    if steps is None:
        return [match.value for match in _parsed(path).find(data)]
    value = functools.reduce(_step, steps, data)
    if value is _MISSING:
        raise NoSuchJsonPathError(json_path=path, data=data)
    return value


def _step(value: Any, step: str | int) -> Any:
    if isinstance(step, str):
        return value.get(step, _MISSING) if isinstance(value, dict) else _MISSING
    if not isinstance(value, list):
        return _MISSING
    if not -len(value) <= step < len(value):
        return None  # measured on AWS: what is beyond the end of an array is null
    return value[step]


@functools.lru_cache(4096)
def _parsed(path: str) -> Any:
    return parser.parse(path)


@functools.lru_cache(4096)
def _steps(path: str) -> tuple[str | int, ...] | None:
    """The fields and indices of a path that can name one value alone; None for another one."""
    if not path.startswith("$"):
        return None
    steps: list[str | int] = []
    at = 1
    while at < len(path):
        step = STEP.match(path, at)
        if step is None:
            return None
        name = step["name"] if step["name"] is not None else step["quoted"]
        steps.append(int(step["index"]) if name is None else re.sub(r"\\(.)", r"\1", name))
        at = step.end()
    return tuple(steps)
