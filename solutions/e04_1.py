"""04.1: a Condition in the rule; in Assign, expressions, and names without `.$`."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

INPUT = "$states.input.validation"
SUMMARY = f"{{% {INPUT}.summary %}}"
ASSIGN: dict[str, Any] = {
    "orderId": f"{{% {INPUT}.orderId %}}",
    "failure": {"Error": "OrderInvalid", "Cause": SUMMARY, "notice": SUMMARY},
}


def choice(condition: str = f"{INPUT}.isValid", **fields: Any) -> dict[str, Any]:
    """The state, with the condition of its rule, and further fields."""
    return {
        "Type": "Choice",
        "QueryLanguage": "JSONata",
        "Choices": [{"Condition": f"{{% {condition} %}}", "Next": "ProcessPayment"}],
        "Default": "RejectOrder",
        "Assign": ASSIGN,
        **fields,
    }


TOLD = "Step Functions refuses the definition"
SOLUTION = Attempt(answer=choice())
WRONG = [
    WrongAnswer(
        "asks whether the field is there, not what it says",
        Attempt(answer=choice(f"$exists({INPUT}.isValid)")),
        "order-wrong-price is rejected",
        "ProcessPayment",
    ),
    WrongAnswer(
        "paths of JSONPath, which are text in JSONata",
        Attempt(
            answer=choice(
                Assign={
                    **ASSIGN,
                    "failure": {
                        "Error": "OrderInvalid",
                        "Cause": "$.validation.summary",
                        "notice": "$.validation.summary",
                    },
                }
            )
        ),
        "What RejectOrder can read",
        '{"orderId": "order-wrong-price", "failure": {"Error": "OrderInvalid", "Cause": "$.',
    ),
    WrongAnswer(
        "the Catches' orderId: an order may come without one",
        Attempt(
            answer=choice(
                Assign={**ASSIGN, "orderId": "{% $states.context.Execution.Input.orderId %}"}
            )
        ),
        "An order without an id",
        "failed (States.QueryEvaluationError",
    ),
    WrongAnswer(
        "no Assign",
        Attempt(answer=choice(Assign={})),
        "order-wrong-price is rejected",
        "failed (States.QueryEvaluationError",
    ),
    WrongAnswer(
        "an Output that keeps the validation alone",
        Attempt(answer=choice(Output=f"{{% {INPUT} %}}")),
        "The order itself",
        '{"isValid": false',
    ),
]
