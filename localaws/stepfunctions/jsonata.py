"""JSONata and variables: moto hands both to a Java library that it does not bring.

Evaluated here by the package jsonata-python. A variable in a JSONPath state ("$failure.Cause")
is a path into the variable's value and needs no JSONata at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from jsonata import Jsonata
from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.common.query_language import QueryLanguageMode
from moto.stepfunctions.parser.asl.component.common.string.string_expression import (
    StringJSONata,
    StringVariableSample,
)
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.variable_store import VariableStore
from moto.stepfunctions.parser.asl.jsonata import jsonata as theirs
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.asl.utils.json_path import extract_json

from localaws.mending import Mends

VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)(.*)", re.DOTALL)


def install(mends: Mends) -> None:
    mends.replace_everywhere(theirs.eval_jsonata_expression, evaluate)
    # Strings are put between quotes unescaped (jsonata.py:130): a quote in one ends it.
    mends.replace_everywhere(theirs.encode_jsonata_variable_declarations, declare)

    _mend_assign(mends)

    def read_variable(self: StringVariableSample, env: Environment) -> None:
        if self.query_language_mode != QueryLanguageMode.JSONPath:
            read_by_jsonata(self, env)
            return
        found = VARIABLE.fullmatch(self.expression)
        assert found, self.expression
        value = env.variable_store.get(found[1])
        env.stack.append(extract_json("$" + found[2], value) if found[2] else value)

    def read_expression(self: StringJSONata, env: Environment) -> None:
        try:
            evaluate_expression(self, env)
        except theirs.JSONataException as error:  # moto makes States.Runtime of it
            raise _evaluation_failed(env, self.expression, str(error.details)) from error

    evaluate_expression: Callable[..., None] = mends.replace(
        StringJSONata, "_eval_body", read_expression
    )
    read_by_jsonata: Callable[..., None] = mends.replace(
        StringVariableSample, "_eval_body", read_variable
    )


def _mend_assign(mends: Mends) -> None:
    """moto assigns before it evaluates Output, which on AWS sees the values at the state's entry.

    docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html: "Evaluation order"
    """

    def enter(self: CommonStateField, env: Environment) -> None:
        env.variable_store.assigned = []
        evaluate_state(self, env)

    def assign(self: VariableStore, variable_identifier: str, variable_value: Any) -> None:
        if hasattr(self, "assigned"):
            self.assigned.append((variable_identifier, variable_value))
        else:  # before the first state: variables that a test is given
            set_now(self, variable_identifier, variable_value)

    evaluate_state: Callable[..., None] = mends.replace(CommonStateField, "_eval_body", enter)
    set_now: Callable[..., None] = mends.replace(VariableStore, "set", assign)
    for kind in (CommonStateField, ExecutionState, StateChoice):
        _assign_after_output(mends, kind, set_now)


def _assign_after_output(mends: Mends, kind: type[Any], set_now: Callable[..., None]) -> None:
    def put_out(self: Any, env: Environment) -> None:
        output(self, env)
        store = env.variable_store
        while getattr(store, "assigned", None):
            set_now(store, *store.assigned.pop(0))

    output: Callable[..., None] = mends.replace(kind, "_eval_state_output", put_out)


def evaluate(expression: str) -> Any:
    """Evaluate an expression in which every value it needs is declared.

    Raises:
        JSONataException: the expression is faulty; the interpreter makes of it the error name
            States.QueryEvaluationError.
    """
    try:
        return Jsonata(expression).evaluate(None)
    except Exception as error:
        raise theirs.JSONataException("UNKNOWN", str(error)) from error


def _evaluation_failed(env: Environment, expression: str, reason: str) -> FailureEventException:
    """docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html: error handling"""
    name = StatesErrorName(StatesErrorNameType.StatesQueryEvaluationError)
    details = EvaluationFailedEventDetails(
        error=name.error_name,
        cause=(
            f"The JSONata expression '{expression}' specified for the field "
            f"'{env.next_field_name}' threw an error during evaluation. {reason}"
        ),
    )
    return FailureEventException(
        FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.EvaluationFailed,
            event_details=EventDetails(evaluationFailedEventDetails=details),
        )
    )


def declare(bindings: dict[str, Any]) -> str:
    """The values of variables as JSONata declarations: `$name:=value;`."""
    return "".join(f"{name}:={to_json_str(value)};" for name, value in bindings.items())
