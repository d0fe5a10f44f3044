"""Which way a Choice goes, and what it assigns and puts out on its way.

Rules: states-language.net/spec.html, "Choice State"; docs.aws.amazon.com/step-functions/latest/dg/
state-choice.html: a rule that applies has its own Assign and Output, and those of the state are for
its Default alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.asl.antlr.runtime.ASLParser import ASLParser
from moto.stepfunctions.parser.asl.component.state.choice.choice_rule import ChoiceRule
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from localaws.mending import Mends
from localaws.stepfunctions.failures import runtime

FIELD = ASLParser.Comparison_variable_stmtContext
NO_NEXT = "Failed to transition out of the state. The state does not point to a next state."


def install(mends: Mends) -> None:
    _mend_rules(mends)
    _mend_states(mends)


def _mend_rules(mends: Mends) -> None:
    """moto drops the Assign of a rule (preprocessor.py:779).

    That of a combined rule it evaluates with `true` for the input (choice_rule.py:48).
    """

    def visit(self: Preprocessor, ctx: Any) -> ChoiceRule:
        rule = read(self, ctx)
        fields = [each for each in ctx.children if isinstance(each, FIELD) and each.assign_decl()]
        if fields and rule.assign is None:
            vars(rule)["assign"] = self.visit(fields[0])
        return rule

    def evaluate(self: ChoiceRule, env: Environment) -> None:
        self.comparison.eval(env)
        holds = env.stack.pop()
        if holds and self.assign:
            self.assign.eval(env)
        if holds and self.output:
            self.output.eval(env)
        env.stack.append(holds)

    read: Callable[..., ChoiceRule] = mends.replace(
        Preprocessor, "visitChoice_rule_comparison_variable", visit
    )
    mends.replace(ChoiceRule, "_eval_body", evaluate)


def _mend_states(mends: Mends) -> None:
    """moto takes a rule that leads where Default does for Default (state_choice.py:62).

    And a Choice that matches nothing, or whose Variable is not there, ends in moto's own words
    (:55, choice/comparison/variable.py:32).
    """

    def choose(self: StateChoice, env: Environment) -> None:
        try:
            rule = next((each for each in self.choices_decl.rules if _applies(each, env)), None)
        except NoSuchJsonPathError as error:
            raise runtime(
                env,
                f"Invalid path '{error.json_path}': The choice state's condition path references "
                "an invalid value.",
            ) from error
        if rule is None and self.default_state is None:
            raise runtime(env, NO_NEXT)
        env.chosen = rule

    def put_out(self: StateChoice, env: Environment) -> None:
        if env.chosen is None:
            for field in (self.assign_decl, self.output):
                if field:
                    field.eval(env=env)
        if self._is_language_query_jsonpath():
            if self.output_path:
                self.output_path.eval(env=env)
            else:
                env.states.reset(input_value=env.stack.pop())
        chosen = env.chosen.next_stmt.name if env.chosen else self.default_state.state_name
        env.next_state_name = chosen

    mends.replace(StateChoice, "_eval_state", choose)
    mends.replace(StateChoice, "_eval_state_output", put_out)


def _applies(rule: ChoiceRule, env: Environment) -> bool:
    rule.eval(env)
    return bool(env.stack.pop())
