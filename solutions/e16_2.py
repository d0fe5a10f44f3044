"""16.2: the token is answered if what is waited for was heard, and written only if it was not."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

HANDLER = "lambdas/carrier_event_handler/app.py"
MACHINE = "state-machines/order-tracking.asl.json"
VALUES = """\
        "ExpressionAttributeValues": {
          ":token": {"S": "{% $states.context.Task.Token %}"},
          ":event": {"S": "DELIVERED"}
        }
      },
"""
CONDITION = """\
        "ConditionExpression": "attribute_not_exists(heard.#event)",
        "ExpressionAttributeNames": {"#event": "DELIVERED"},
"""
FIND = '    told = heard.row["heard"]["M"].get(event_type)\n'
WAKE = "        if event_type != SCAN:\n"

HEARD = (
    Edit(HANDLER, FIND, FIND.replace("(event_type)", '(heard.row["waitingFor"]["S"])')),
    Edit(HANDLER, WAKE, "        if told is not None:\n"),
)


def guarded(end: str) -> Edit:
    """The condition, in the wait whose lines are followed by these."""
    return Edit(MACHINE, VALUES + end, CONDITION + VALUES + end)


SHIPPED = guarded('      "HeartbeatSeconds"')
OVERDUE = guarded('      "TimeoutSeconds": "')

TOLD = "That it is delivered, nobody has told."
SOLUTION = Attempt((*HEARD, SHIPPED, OVERDUE))
WRONG = [
    WrongAnswer(
        "only news answers the token",
        Attempt((Edit(HANDLER, WAKE, "        if event_type != SCAN and heard.is_new:\n"),)),
        "Delivered before shipped",
        "200; SHIPPED",
    ),
    WrongAnswer(
        "what comes too early is let go",
        Attempt(
            (
                Edit(
                    HANDLER,
                    WAKE,
                    '        if event_type == heard.row["waitingFor"]["S"]:\n',
                ),
            )
        ),
        "Delivered before shipped",
        "200; PREPARING; OrderPreparing, then SHIPPED",
    ),
    WrongAnswer(
        "one of the two waits looks first",
        Attempt((*HEARD, SHIPPED)),
        "Delivered while the reminder is written",
        "SHIPPED",
    ),
]
