"""06.1: the whole text, by a list of what may stand in it."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

HANDLER = "lambdas/order_entry_handler/app.py"
MORE = "Four more ids that name no execution"


def rule(expression: str) -> Attempt:
    """The rule of an id, by an expression."""
    before = "    return isinstance(value, str) and 0 < len(value) <= 80\n"
    return Attempt(
        (Edit(HANDLER, before, f"    return isinstance(value, str) and {expression}\n"),)
    )


TOLD = "No execution can be named partner/17"
SOLUTION = rule('re.fullmatch(r"[A-Za-z0-9_-]{1,80}", value) is not None')
WRONG = [
    WrongAnswer(
        "letters and digits alone",
        rule("0 < len(value) <= 80 and value.isalnum()"),
        "The order partner-17_a",
        "400",
    ),
    WrongAnswer(
        "$, which also stands before a line break at the end",
        rule('re.match(r"[A-Za-z0-9_-]{1,80}$", value) is not None'),
        MORE,
        '202 for "order-17\\n"',
    ),
]
