"""08.1: at most ten of one product, over all lines of an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="08.1",
    title="At most ten of one product",
    level="core",
    task="""\
A limit on the whole order would stop the office that equips a room, and the reseller has learned to
stay below it. So the owner wants a closer look: an order may hold **at most ten pieces of one
product**, on however many lines they stand. An order with more is refused before anybody pays, with
a fault that names the product. Ten are still taken, and so are six mice beside six keyboards.

Edit `lambdas/validate_order_handler/app.py`.""",
    files=("lambdas/validate_order_handler/app.py",),
    hints=(
        (
            "`catalogue_faults` already adds up the pieces of each product over all lines: for the "
            "stock. The limit needs the same sums."
        ),
        (
            "In the loop over `ordered.items()` at its end, a second `if` can compare the quantity "
            "with a limit and append a `Fault` of its own code."
        ),
        (
            "`if quantity > MOST_OF_A_PRODUCT:` and a fault with the code `TOO_MANY`, the field "
            '`f"{last_path[product_id]}.quantity"` and a message that names the product and the '
            "limit. Define `MOST_OF_A_PRODUCT = 10` beside `LOOKUP_ATTEMPTS`."
        ),
    ),
)

MOUSE, KEYBOARD = "prod-001", "prod-002"


@exercise.scenario("Eleven mice on one line")
def _eleven(shop: Shop) -> Finding:
    ended = shop.process(shop.order("eleven-mice", [(MOUSE, 11)]))
    return Finding(
        "refused before payment",
        ended.words,
        ended.refused and "ProcessPayment" not in ended.states,
        f"The order eleven-mice holds eleven of {MOUSE} and must be refused. What happened: "
        f"{ended.words}.",
    )


@exercise.scenario("Ten mice on one line")
def _ten(shop: Shop) -> Finding:
    ended = shop.process(shop.order("ten-mice", [(MOUSE, 10)]))
    return Finding(
        "succeeded",
        ended.words,
        ended.succeeded,
        f"Ten are still allowed. What happened: {ended.words}.",
    )


@exercise.scenario("Six and six mice, on two lines")
def _split(shop: Shop) -> Finding:
    ended = shop.process(shop.order("six-and-six-mice", [(MOUSE, 6), (MOUSE, 6)]))
    return Finding(
        "refused before payment",
        ended.words,
        ended.refused and "ProcessPayment" not in ended.states,
        "Six and six are twelve of one product, on two lines; the limit counts pieces of a "
        f"product, not of a line. What happened: {ended.words}.",
    )


@exercise.scenario("Six mice and six keyboards")
def _two_products(shop: Shop) -> Finding:
    ended = shop.process(shop.order("six-mice-six-keyboards", [(MOUSE, 6), (KEYBOARD, 6)]))
    return Finding(
        "succeeded",
        ended.words,
        ended.succeeded,
        f"No product is there more than six times; the limit is one product's. What happened: "
        f"{ended.words}.",
    )


@exercise.scenario("The fault names the product")
def _named(shop: Shop) -> Finding:
    ended = shop.process(shop.order("twelve-mice", [(KEYBOARD, 1), (MOUSE, 12)]))
    cause = str(ended.description.get("cause", ""))
    return Finding(
        f"a message with {MOUSE}",
        ended.words,
        ended.refused and MOUSE in cause,
        f"Whoever reads the refusal must see which product it is about: {MOUSE}.",
    )


@exercise.scenario("A quantity that is a text")
def _text(shop: Shop) -> Finding:
    order = shop.order("two-as-text", [(MOUSE, 2)])
    order["items"][0]["quantity"] = "2"
    ended = shop.process(order)
    cause = str(ended.description.get("cause", ""))
    return Finding(
        "refused, a fault of items[0].quantity",
        ended.words,
        ended.refused and "items[0].quantity: " in cause,
        "An order of bad shape must be refused as before, with its own fault: the limit adds up "
        f"what is a quantity, and leaves the rest to shape_faults. What happened: {ended.words}.",
    )
