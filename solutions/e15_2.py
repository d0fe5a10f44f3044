"""15.2: a Retry that outlasts an outage, and a Catch that notes what is left and goes on."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

MACHINE = "state-machines/undo-order.asl.json"
PLACE = '      "Next": "WasReserved"\n    },\n    "WasReserved": {'


def retrier(attempts: int) -> str:
    return f"""\
      "Retry": [
        {{
          "ErrorEquals": ["States.ALL"],
          "IntervalSeconds": 1,
          "BackoffRate": 2,
          "MaxAttempts": {attempts},
          "MaxDelaySeconds": 60,
          "JitterStrategy": "FULL"
        }}
      ],
"""


NOTED = """\
      "Catch": [
        {
          "ErrorEquals": ["States.ALL"],
          "Assign": {
            "unsolved": "{% $append($unsolved, [{'step': 'RefundPayment', 'error': \
$states.errorOutput.Error}]) %}"
          },
          "Next": "WasReserved"
        }
      ],
"""
STRAIGHT = """\
      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "UndoIncomplete"}],
"""


def added(lines: str) -> Attempt:
    return Attempt((Edit(MACHINE, PLACE, lines + PLACE),))


TOLD = "What came of it: charged, 3 pieces set aside, no row, a person is called"
SOLUTION = added(retrier(8) + NOTED)
WRONG = [
    WrongAnswer(
        "three attempts",
        added(retrier(3) + NOTED),
        "No gateway for twenty seconds",
        "charged, 0 pieces set aside, FAILED, a person is called",
    ),
    WrongAnswer(
        "a Retry without a Catch",
        added(retrier(8)),
        "The refund never works",
        "charged, 3 pieces set aside, no row, a person is called",
    ),
    WrongAnswer(
        "a Catch that gives up at once",
        added(retrier(8) + STRAIGHT),
        "The refund never works",
        "charged, 3 pieces set aside, no row, a person is called",
    ),
]
