"""What the paths of a state's fields must lead to: seconds, times, texts, and the items of a Map.

moto tells of anything else in Python's words, or not at all.

Rules: states-language.net/spec.html: TimeoutSecondsPath, HeartbeatSecondsPath and SecondsPath are
for an integer, TimestampPath for a time of RFC 3339, ErrorPath and CausePath for a string.
The words for seconds are those of SecondsPath; those for the items are reported of AWS. How AWS
tells of an ErrorPath to something else is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
from moto.stepfunctions.parser.asl.component.common.path.items_path import ItemsPath
from moto.stepfunctions.parser.asl.component.common.timeouts.heartbeat import HeartbeatSecondsPath
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import TimeoutSecondsPath
from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
from moto.stepfunctions.parser.asl.component.state.fail.cause_decl import CausePath
from moto.stepfunctions.parser.asl.component.state.fail.error_decl import ErrorPath
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.seconds_path import (
    SecondsPath,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import (
    Timestamp,
    TimestampPath,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment

from localaws.mending import Mends
from localaws.stepfunctions import comparisons
from localaws.stepfunctions.failures import evaluation, runtime
from localaws.stepfunctions.jsonatatypes import KINDS, NEGATIVE, NO_LONG, NO_TIME, told

NO_TEXT = "does not reference a string"


def install(mends: Mends) -> None:
    for component in (TimeoutSecondsPath, HeartbeatSecondsPath):
        _mend_seconds(mends, component)
    _mend_waits(mends)
    _mend_texts(mends)
    _mend_items(mends)


def _mend_seconds(mends: Mends, component: type[Any]) -> None:
    """moto compares a text with a number, and takes a negative number (timeout.py:118)."""
    name = component.__name__

    def eval_seconds(self: Any, env: Environment) -> Any:
        try:
            seconds = evaluate(self, env)
        except (TypeError, ValueError):  # that it has taken from the stack
            self.string_sampler.eval(env=env)
            seconds = env.stack.pop()
        _check_seconds(env, name, self.string_sampler.literal_value, seconds)
        return seconds

    evaluate: Callable[..., Any] = mends.replace(component, "_eval_seconds", eval_seconds)


def _check_seconds(env: Environment, name: str, path: str, seconds: Any) -> None:
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise runtime(env, told(NO_LONG, name, path, seconds))
    if seconds < 0:
        raise runtime(env, told(NEGATIVE, name, path, seconds))


def _mend_waits(mends: Mends) -> None:
    """moto takes true for a second, and no time with an offset (timestamp.py:28)."""

    def check(self: SecondsPath, env: Environment, seconds: Any) -> None:
        _check_seconds(env, "SecondsPath", self.string_sampler.literal_value, seconds)

    def refuse(self: Timestamp, env: Environment, value: Any) -> FailureEvent:
        cause = told(NO_TIME, type(self).__name__, self.string.literal_value, value)
        return runtime(env, cause).failure_event

    mends.replace(SecondsPath, "_validate_seconds_value", check)
    mends.replace(Timestamp, "_from_timestamp_string", staticmethod(_time))
    for component in (Timestamp, TimestampPath):
        mends.replace(component, "_create_failure_event", refuse)


def _time(timestamp: Any) -> datetime | None:
    """moto compares it with its own time, which has no time zone, and only asks if it is one."""
    found = comparisons.timestamp(timestamp)
    return found.replace(tzinfo=None) if found else None


def _mend_texts(mends: Mends) -> None:
    """moto fails in Python's words, or not at all, where they are no texts (state_fail.py:42)."""
    for component in (ErrorPath, CausePath):
        _require_text(mends, component)


def _require_text(mends: Mends, component: type[Any]) -> None:
    def evaluate(self: Any, env: Environment) -> None:
        find(self, env)
        if not isinstance(env.stack[-1], str):
            path = self.string_expression.literal_value
            raise runtime(env, told(NO_TEXT, component.__name__, path, env.stack[-1]))

    find: Callable[..., None] = component._eval_body
    mends.replace(component, "_eval_body", evaluate)


def _mend_items(mends: Mends) -> None:
    """moto names a Python class, and an error of JSONata's (state_map.py:220)."""

    def evaluate(self: ItemsPath, env: Environment) -> None:
        find(self, env)
        objects = getattr(self, "takes_objects", False)  # as that of a distributed Map does
        if not isinstance(env.stack[-1], (list, dict) if objects else list):
            path = self.string_sampler.literal_value
            raise runtime(env, f'Reference path "{path}" must point to array.')

    def execute(self: StateMap, env: Environment) -> None:
        given = env.stack[-1]
        by_path = self._is_language_query_jsonpath()
        if not (by_path or self.items or self.item_reader or isinstance(given, list)):
            kind = KINDS[type(given)]
            cause = f"Map state input must be an array but was: {kind}"
            raise evaluation(env, None, cause)
        begin(self, env)

    find: Callable[..., None] = mends.replace(ItemsPath, "_eval_body", evaluate)
    begin: Callable[..., None] = mends.replace(StateMap, "_eval_execution", execute)
