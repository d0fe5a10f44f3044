"""Variables: when Assign takes effect, and how they are told of.

Rules: docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.asl.component.common.assign.assign_template_binding import (
    AssignTemplateBindingStringExpressionSimple,
)
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.variable_store import IllegalOuterScopeWrite, VariableStore

from localaws.mending import Mends
from localaws.stepfunctions.failures import runtime
from localaws.stepfunctions.jsontext import written


def install(mends: Mends) -> None:
    _mend_assign(mends)
    _mend_assigned(mends)
    mends.replace(AssignTemplateBindingStringExpressionSimple, "_field_name", _field_name)


def _field_name(self: AssignTemplateBindingStringExpressionSimple) -> str:
    """moto gives the name of the component (eval_component.py:88)."""
    return f"{self.identifier}.$"


def _mend_assigned(mends: Mends) -> None:
    """moto puts a text between quotes as it stands (variable_store.py:85).

    And tells of them in a set's order (:79).
    """

    def assigned(self: VariableStore) -> dict[str, str]:
        return {name: written(self.get(name)) for name in sorted(self._declaration_tracing)}

    mends.replace(VariableStore, "get_assigned_variables", assigned)


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
            name, value = store.assigned.pop(0)
            try:
                set_now(store, name, value)
            except IllegalOuterScopeWrite as error:
                cause = f"Cannot assign to the variable '{name}': it belongs to an outer scope."
                raise runtime(env, cause) from error

    output: Callable[..., None] = mends.replace(kind, "_eval_state_output", put_out)
