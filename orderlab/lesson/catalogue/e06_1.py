"""06.1: an id that cannot name an execution is refused at the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging.intake import Intake

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

HANDLER = "lambdas/order_entry_handler/app.py"
MOUSE = "prod-001"
REFUSED = "400 for orderId"
# A space, a letter that is none of A to Z, a line break at the end, a character too many.
UNUSABLE = ("order 17", "größe-17", "order-17\n", "o" * 81)

exercise = Exercise(
    id="06.1",
    title="Say no while the customer is there",
    level="core",
    task=f"""\
In this stack the API takes every text of up to 80 characters for an id. So a partner's order
`partner/17` gets its 202, and minutes later it is a dead letter: it cannot name an execution.
Complete the rule. Afterwards an id has **1 to 80 of the characters A-Z a-z 0-9 - _**; any other
gets a 400 whose faults name `orderId`, and an order with a good id is taken and runs as before.

Edit `is_id` in `exercises/06_1/{HANDLER}`.""",
    files=(HANDLER,),
    given=(
        Edit(
            HANDLER,
            '''\
    """Whether a value can be an id. An order's id also names its execution, hence the rule."""
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,80}", value) is not None
''',
            '''\
    """Whether a value can be an id."""
    return isinstance(value, str) and 0 < len(value) <= 80
''',
        ),
        Edit(
            HANDLER,
            'ID_RULE = "1 to 80 of the characters A-Z a-z 0-9 - _"',
            'ID_RULE = "a string of 1 to 80 characters"',
        ),
    ),
    hints=(
        "The answer 400 with its faults is made already; `is_id` alone decides who gets it.",
        (
            "A regular expression says it in one line, and `re` is imported. A class in brackets "
            "lists the characters. Does your function look at the whole text, to its very end?"
        ),
        (
            '`re.fullmatch(r"[A-Za-z0-9_-]{1,80}", value) is not None`, after '
            "`isinstance(value, str) and`."
        ),
    ),
)


def _answer(intake: Intake, order: dict[str, object]) -> str:
    """The API's answer in words: `202`, or `400 for orderId`."""
    answer = intake.post(order)
    faults = answer.json().get("faults", [])
    named = any(fault["field"] == "orderId" for fault in faults)
    return f"{answer.status_code} for orderId" if named else str(answer.status_code)


@exercise.scenario("The order partner/17")
def _slash(shop: Shop) -> Finding:
    got = _answer(Intake(shop), shop.order("partner/17", [(MOUSE, 1)]))
    return Finding(
        REFUSED,
        got,
        got == REFUSED,
        f"No execution can be named partner/17, so the customer must hear it at once; the API said "
        f"{got}.",
    )


@exercise.scenario("The order partner-17_a")
def _good(shop: Shop) -> Finding:
    intake = Intake(shop)
    answered = _answer(intake, shop.order("partner-17_a", [(MOUSE, 1)]))
    got = f"{answered}, {intake.became('partner-17_a', minutes=1)}"
    return Finding(
        "202, 1 execution, no dead letter",
        got,
        got == "202, 1 execution, no dead letter",
        "A hyphen, a digit and an underscore may stand in the name of an execution, so this order "
        "must be taken and run.",
    )


@exercise.scenario("Four more ids that name no execution")
def _unusable(shop: Shop) -> Finding:
    intake = Intake(shop)
    for order_id in UNUSABLE:
        got = _answer(intake, shop.order(order_id, [(MOUSE, 1)]))
        if got != REFUSED:
            told = json.dumps(order_id, ensure_ascii=False)
            because = f"The id {told} holds what the rule does not list, or too much of it."
            return Finding(f"{REFUSED}, four times", f"{got} for {told}", False, because)
    return Finding(f"{REFUSED}, four times", f"{REFUSED}, four times", True)


@exercise.scenario("An id that is no text")
def _number(shop: Shop) -> Finding:
    got = _answer(Intake(shop), shop.order("", [(MOUSE, 1)], orderId=17))
    return Finding(
        REFUSED,
        got,
        got == REFUSED,
        "17 as a number is good JSON and no id. It must be refused like the others, not crash the "
        "function.",
    )
