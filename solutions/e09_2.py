"""09.2: a retrier of its own for the silent gateway: long waits, and jitter that spreads them."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

WORKFLOW = "state-machines/order-workflow.asl.json"
# The end of the list of names, in ProcessPayment alone, and the numbers behind it.
BEFORE = """\
            "PaymentGatewayTimeout"
          ],
          "IntervalSeconds": 1,
          "BackoffRate": 2,
          "MaxAttempts": 3,
          "MaxDelaySeconds": 10,
          "JitterStrategy": "FULL"
        }
"""


def retry(names: str, interval: int, rate: int, longest: int, attempts: int, jitter: str) -> Edit:
    """The Retry of ProcessPayment with other numbers, and perhaps another name in its list."""
    return Edit(
        WORKFLOW,
        BEFORE,
        f"""\
            {names}
          ],
          "IntervalSeconds": {interval},
          "BackoffRate": {rate},
          "MaxAttempts": {attempts},
          "MaxDelaySeconds": {longest},
          "JitterStrategy": "{jitter}"
        }}
""",
    )


TIMEOUT = '"PaymentGatewayTimeout"'
TOLD = "nobody asked that late"
SOLUTION = Attempt(
    (
        Edit(
            WORKFLOW,
            '            "Lambda.TooManyRequestsException",\n            "PaymentGatewayTimeout"\n',
            '            "Lambda.TooManyRequestsException"\n',
        ),
        Edit(
            WORKFLOW,
            """\
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "Comment": "The customer's trouble: its words may go to the customer.",
""",
            """\
          "JitterStrategy": "FULL"
        },
        {
          "Comment": "An outage: wait it out, and do not come back all at once.",
          "ErrorEquals": ["PaymentGatewayTimeout"],
          "IntervalSeconds": 20,
          "BackoffRate": 3,
          "MaxAttempts": 12,
          "MaxDelaySeconds": 60,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "Comment": "The customer's trouble: its words may go to the customer.",
""",
        ),
    )
)
WRONG = [
    WrongAnswer(
        "long waits without jitter",
        Attempt((retry(TIMEOUT, 20, 2, 60, 6, "NONE"),)),
        "The busiest second at the gateway",
        "108 calls",
    ),
    WrongAnswer(
        "everything is retried, declines too",
        Attempt(
            (
                Edit(
                    WORKFLOW,
                    """\
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "Comment": "The customer's trouble: its words may go to the customer.",
""",
                    """\
          "JitterStrategy": "FULL"
        },
        {
          "ErrorEquals": ["States.ALL"],
          "IntervalSeconds": 20,
          "MaxAttempts": 12,
          "MaxDelaySeconds": 60,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "Comment": "The customer's trouble: its words may go to the customer.",
""",
                ),
                Edit(
                    WORKFLOW,
                    '            "Lambda.TooManyRequestsException",\n'
                    '            "PaymentGatewayTimeout"\n',
                    '            "Lambda.TooManyRequestsException"\n',
                ),
            )
        ),
        "A decline, on a quiet day",
        "12 calls",
    ),
    WrongAnswer(
        "attempts that suffice for one order",
        Attempt((retry(TIMEOUT, 30, 2, 60, 4, "FULL"),)),
        "200 orders, while the gateway is down",
        "71 lost: 71 FAILED",
    ),
]
