"""08.1: the stock's sums serve the limit, too: they count a product over all lines."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

HANDLER = "lambdas/validate_order_handler/app.py"
LIMIT = Edit(HANDLER, "LOOKUP_ATTEMPTS = 4\n", "LOOKUP_ATTEMPTS = 4\nMOST_OF_A_PRODUCT = 10\n")
LOOP = "        stock = products[product_id].stock\n"

TOLD = "holds eleven of prod-001 and must be refused"

SOLUTION = Attempt(
    (
        LIMIT,
        Edit(
            HANDLER,
            LOOP,
            """\
        if quantity > MOST_OF_A_PRODUCT:
            field = f"{last_path[product_id]}.quantity"
            message = f"{quantity} of {product_id} ordered, at most {MOST_OF_A_PRODUCT} allowed"
            faults.append(Fault(code="TOO_MANY", field=field, message=message))
"""
            + LOOP,
        ),
    )
)

WRONG = [
    WrongAnswer(
        "counts each line alone",
        Attempt(
            (
                Edit(
                    HANDLER,
                    "    return isinstance(value, int) and not isinstance(value, bool) "
                    "and 0 < value <= 1_000_000\n",
                    "    return isinstance(value, int) and not isinstance(value, bool) "
                    "and 0 < value <= 10\n",
                ),
            )
        ),
        "Six and six mice, on two lines",
        "succeeded",
    ),
    WrongAnswer(
        "counts all pieces of the order",
        Attempt(
            (
                LIMIT,
                Edit(
                    HANDLER,
                    "    for product_id, quantity in ordered.items():\n",
                    """\
    if sum(ordered.values()) > MOST_OF_A_PRODUCT:
        message = f"at most {MOST_OF_A_PRODUCT} pieces of {', '.join(ordered)} allowed"
        faults.append(Fault(code="TOO_MANY", field="items", message=message))
    for product_id, quantity in ordered.items():
""",
                ),
            )
        ),
        "Six mice and six keyboards",
        "refused",
    ),
    WrongAnswer(
        "fewer than ten instead of at most ten",
        Attempt(
            (
                Edit(
                    HANDLER,
                    LOOP,
                    """\
        if quantity >= 10:
            message = f"{quantity} of {product_id} are too many"
            faults.append(Fault(code="TOO_MANY", field="items", message=message))
"""
                    + LOOP,
                ),
            )
        ),
        "Ten mice on one line",
        "refused",
    ),
    WrongAnswer(
        "adds up whatever stands in the lines",
        Attempt(
            (
                LIMIT,
                Edit(
                    HANDLER,
                    "    faults += catalogue_faults(order, find_products(ids))\n",
                    """\
    faults += catalogue_faults(order, find_products(ids))
    pieces: dict[str, int] = {}
    for _, line in order_lines(order):
        product_id = line["productId"]
        pieces[product_id] = pieces.get(product_id, 0) + line["quantity"]
    for product_id, quantity in pieces.items():
        if quantity > MOST_OF_A_PRODUCT:
            message = f"{quantity} of {product_id} are too many"
            faults.append(Fault(code="TOO_MANY", field="items", message=message))
""",
                ),
            )
        ),
        "A quantity that is a text",
        "failed (TypeError",
    ),
]
