"""08.3: the same lines in both copies of the shape check, for a field that may be missing."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

DOOR = "lambdas/order_entry_handler/app.py"
WORKFLOW = "lambdas/validate_order_handler/app.py"

FIRST = "    faults = field_faults(order, ORDER_RULES)\n"
RULE = '    "totalAmount": (is_amount, AMOUNT_RULE),\n}\n'


def checked(condition: str) -> str:
    """What shape_faults says of an order that is a dictionary, where the condition holds."""
    return (
        FIRST
        + f"    if isinstance(order, dict) and {condition}:\n"
        + "        message = f\"must be EUR, not {shown(order['currency'])}\"\n"
        + "        faults.append("
        + 'Fault(code="INVALID_VALUE", field="currency", message=message))\n'
    )


def in_both(before: str, after: str) -> Attempt:
    return Attempt((Edit(DOOR, before, after), Edit(WORKFLOW, before, after)))


TOLD = "says USD, and 59.98 dollars are not 59.98 euros"
SOLUTION = in_both(FIRST, checked('order.get("currency", "EUR") != "EUR"'))
WRONG = [
    WrongAnswer(
        "in the workflow alone",
        Attempt(SOLUTION.edits[1:]),
        "Dollars, by the API",
        "202, faults of nothing",
    ),
    WrongAnswer(
        "one more rule, and so one more required field",
        in_both(RULE, f'{RULE[:-2]}    "currency": (lambda value: value == "EUR", "EUR"),\n}}\n'),
        "No currency, straight to the workflow",
        "refused (OrderInvalid: 1 fault: currency: is required)",
    ),
    WrongAnswer(
        "small letters pass",
        in_both(FIRST, checked('str(order.get("currency", "EUR")).upper() != "EUR"')),
        "Small letters, by the API",
        "202, faults of nothing",
    ),
    WrongAnswer(
        "null passes for missing",
        in_both(FIRST, checked('(order.get("currency") or "EUR") != "EUR"')),
        "null, straight to the workflow",
        "succeeded",
    ),
    WrongAnswer(
        "a set is asked whether it holds a list",
        in_both(FIRST, checked('order.get("currency", "EUR") not in {"EUR"}')),
        "A list, by the API",
        "502, faults of nothing",
    ),
]
