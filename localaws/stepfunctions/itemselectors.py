"""ItemSelector as one JSONata expression, instead of an object that holds some.

docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_stepfunctions.Map.html: jsonataItemSelector. The
grammar of moto knows an object alone, so that the expression is read as the one field of an
object, which is taken away again once it is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_selector import ItemSelector
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

from localaws.mending import Mends

FIELD = "\ue000"  # for private use: no field has this name
EXPRESSION = re.compile(r'("ItemSelector"\s*:\s*)("\{%(?:[^"\\]|\\.)*")')


def install(mends: Mends) -> None:
    _mend_selectors(mends)


def _mend_selectors(mends: Mends) -> None:
    """moto refuses an ItemSelector that is an expression (asl/antlr)."""

    def parse(definition: str) -> Any:
        return read(EXPRESSION.sub(rf'\1{{"{FIELD}":\2}}', definition))

    def evaluate(self: ItemSelector, env: Environment) -> None:
        select(self, env)
        if list(env.stack[-1]) == [FIELD]:
            env.stack[-1] = env.stack[-1][FIELD]

    read: Callable[..., Any] = AmazonStateLanguageParser.parse
    mends.replace(AmazonStateLanguageParser, "parse", staticmethod(parse))
    select: Callable[..., None] = mends.replace(ItemSelector, "_eval_body", evaluate)
