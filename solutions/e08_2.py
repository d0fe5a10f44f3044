"""08.2: the coupon changes what the total must be, and nothing else."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

HANDLER = "lambdas/validate_order_handler/app.py"
COUPONS = Edit(
    HANDLER,
    "SUMMARY_LENGTH = 1000\n",
    'SUMMARY_LENGTH = 1000\nCOUPONS = {"SPRING10": 10, "STUDENT15": 15}  # percent off the sum\n',
)
ROUNDING = Edit(
    HANDLER, "from decimal import Decimal\n", "from decimal import ROUND_HALF_UP, Decimal\n"
)
COMPARED = "    if total == expected:\n        return []\n"
UNKNOWN = """\
        if not isinstance(coupon, str) or coupon not in COUPONS:
            message = f"there is no coupon {shown(coupon)}"
            return [Fault(code="UNKNOWN_COUPON", field="coupon", message=message)]
"""
HALF_UP = '.quantize(Decimal("0.01"), ROUND_HALF_UP)'


THERE = '    if "coupon" in order:\n        coupon = order["coupon"]\n'


def with_coupon(*lines: str, there: str = THERE) -> Edit:
    """In total_faults, before the comparison, where the order has a coupon."""
    return Edit(HANDLER, COMPARED, "".join([there, *lines, COMPARED]))


TOLD = "59.98 less 10 percent"
SOLUTION = Attempt(
    (
        ROUNDING,
        COUPONS,
        with_coupon(
            UNKNOWN,
            f"        expected = (expected * (100 - COUPONS[coupon]) / 100){HALF_UP}\n",
        ),
    )
)

WRONG = [
    WrongAnswer(
        "rounds a float with round()",
        Attempt(
            (
                COUPONS,
                with_coupon(
                    UNKNOWN,
                    "        discounted = float(expected) * (100 - COUPONS[coupon]) / 100\n"
                    "        expected = to_money(round(discounted, 2))\n",
                ),
            )
        ),
        "A cable with STUDENT15: half a cent",
        "refused (OrderInvalid: 1 fault: totalAmount: the lines sum to 10.62",
    ),
    WrongAnswer(
        "takes the discount off each line",
        Attempt(
            (
                ROUNDING,
                COUPONS,
                with_coupon(
                    UNKNOWN,
                    "        rest = Decimal(100 - COUPONS[coupon]) / 100\n"
                    '        lines = [(to_money(i["price"]) * i["quantity"] * rest) '
                    'for i in order["items"]]\n'
                    f"        expected = sum(line{HALF_UP} for line in lines)\n",
                ),
            )
        ),
        "The same cable on two lines: the discount is on the sum",
        "refused (OrderInvalid: 1 fault: totalAmount: the lines sum to 21.26",
    ),
    WrongAnswer(
        "leaves an unknown coupon alone",
        Attempt(
            (
                ROUNDING,
                COUPONS,
                with_coupon(
                    "        rest = 100 - COUPONS.get(str(coupon), 0)\n"
                    f"        expected = (expected * rest / 100){HALF_UP}\n",
                ),
            )
        ),
        "A coupon that nobody gave out",
        "succeeded",
    ),
    WrongAnswer(
        "null passes for missing",
        Attempt(
            (
                ROUNDING,
                COUPONS,
                with_coupon(
                    UNKNOWN,
                    f"        expected = (expected * (100 - COUPONS[coupon]) / 100){HALF_UP}\n",
                    there='    if coupon := order.get("coupon"):\n',
                ),
            )
        ),
        "A coupon that is null",
        "succeeded",
    ),
    WrongAnswer(
        "asks the dictionary before it knows that the coupon is text",
        Attempt(
            (
                ROUNDING,
                COUPONS,
                with_coupon(
                    UNKNOWN.replace("not isinstance(coupon, str) or ", ""),
                    f"        expected = (expected * (100 - COUPONS[coupon]) / 100){HALF_UP}\n",
                ),
            )
        ),
        "A coupon that is a list",
        "failed (TypeError",
    ),
]
