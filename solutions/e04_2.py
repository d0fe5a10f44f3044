"""04.2: a second Choice behind the first, and more time for the machine as a whole."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

WORKFLOW = "state-machines/order-workflow.asl.json"
TO_PAYMENT = '          "BooleanEquals": true,\n          "Next": "ProcessPayment"\n'
PAYMENT = '    "ProcessPayment": {\n'
MORE_TIME = Edit(WORKFLOW, '"TimeoutSeconds": 300,', '"TimeoutSeconds": 7200,')


def states(comparison: str = "NumericGreaterThan", then: str = "ProcessPayment") -> str:
    """The two new states, and where they lead."""
    return f"""\
    "HowLarge": {{
      "Type": "Choice",
      "Choices": [
        {{"Variable": "$.totalAmount", "{comparison}": 1000, "Next": "TimeToCall"}}
      ],
      "Default": "{then}"
    }},
    "TimeToCall": {{"Type": "Wait", "Seconds": 3600, "Next": "{then}"}},
"""


def asked(comparison: str = "NumericGreaterThan") -> tuple[Edit, ...]:
    """Asked after the validation: only of orders that are valid."""
    return (
        Edit(WORKFLOW, TO_PAYMENT, TO_PAYMENT.replace("ProcessPayment", "HowLarge")),
        Edit(WORKFLOW, PAYMENT, states(comparison) + PAYMENT),
    )


TOLD = "must pass TimeToCall before it is paid"
SOLUTION = Attempt((MORE_TIME, *asked()))
WRONG = [
    WrongAnswer(
        "the machine's own timeout forgotten",
        Attempt(asked()),
        "What becomes of the two desks",
        "timed_out",
    ),
    WrongAnswer(
        "1000.00 and more",
        Attempt((MORE_TIME, *asked("NumericGreaterThanEquals"))),
        "Eighty cables, 1000.00 sharp",
        "succeeded, through TimeToCall",
    ),
    WrongAnswer(
        "asked before the validation",
        Attempt(
            (
                MORE_TIME,
                Edit(WORKFLOW, '"StartAt": "ValidateOrder"', '"StartAt": "HowLarge"'),
                Edit(WORKFLOW, PAYMENT, states(then="ValidateOrder") + PAYMENT),
            )
        ),
        "Six desks, of which there are five",
        "refused (OrderInvalid",
    ),
]
