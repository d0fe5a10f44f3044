"""12.1: a function that times out since it looks products up one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import soundness

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

HANDLER = "lambdas/validate_order_handler/app.py"
MOST_LINES = 16  # with what nothing calls any more taken out, the mend takes 13
MOST_SECONDS = 5

exercise = Exercise(
    id="12.1",
    title="The function that times out",
    level="core",
    task=f"""\
**Ticket 1.** *"Whoever buys several things is told that something went wrong on our side. Single
mice go through. Since Friday."* Find out why, from the history and the logs. Afterwards one of each
product in stock, in one order, is confirmed within {MOST_SECONDS} seconds, and all else is as it
was. A change of at most {MOST_LINES} lines is enough.

Edit the stack of this ticket, in `exercises/12_1`: `template.yaml` and `{HANDLER}`.""",
    files=("template.yaml", HANDLER),
    hints=(
        (
            "The error's name in the history says who gave up: the function's own timeout. The "
            "`REPORT` lines of its log say how long it worked, for orders that failed and for "
            "those that did not. What does the duration depend on?"
        ),
        (
            "It grows with the number of different products: something waits once for each of "
            "them. A longer timeout would let the customer wait longer. Read what the handler "
            "does between the order and the table."
        ),
        (
            "`find_gently` asks for one product at a time and sleeps after each. `find_products` "
            "takes all ids in one call: `validate_order` called it directly until Friday."
        ),
    ),
    given=(
        Edit(
            HANDLER,
            "def catalogue_faults(",
            '''\
PAUSE = 1.7  # seconds; the table was throttled on Thursday


def find_gently(product_ids: set[str]) -> dict[str, Product]:
    """Looks products up one after the other, so that the table is not asked for all at once."""
    products: dict[str, Product] = {}
    for product_id in sorted(product_ids):
        products |= find_products({product_id})
        time.sleep(PAUSE)
    return products


def catalogue_faults(''',
        ),
        Edit(
            HANDLER,
            "catalogue_faults(order, find_products(ids))",
            "catalogue_faults(order, find_gently(ids))",
        ),
    ),
)


def _basket(shop: Shop, order_id: str, most: int) -> Finding:
    order = shop.order(order_id, [(product, 1) for product in soundness.in_stock(shop)[:most]])
    told = soundness.place(shop, order)
    return Finding(
        "succeeded, row CONFIRMED",
        told.words,
        told.ended.succeeded and told.status == "CONFIRMED",
        f"{order_id} holds {len(order['items'])} products, all of them in stock, and must be "
        "confirmed.",
    )


@exercise.scenario("Eight products")
def _eight(shop: Shop) -> Finding:
    return _basket(shop, "order-eight-products", 8)


@exercise.scenario("One of each product")
def _each(shop: Shop) -> Finding:
    return _basket(shop, "order-one-of-each", len(shop.prices))


@exercise.scenario("How long the customer waits")
def _quick(shop: Shop) -> Finding:
    order = shop.order("order-one-of-each-again", [(name, 1) for name in soundness.in_stock(shop)])
    seconds = soundness.place(shop, order).ended.duration.total_seconds()
    return Finding(
        f"at most {MOST_SECONDS} s",
        f"{seconds:.1f} s",
        seconds <= MOST_SECONDS,
        f"Whoever ordered one of each product waited {seconds:.1f} seconds. A longer timeout, or a "
        "shorter pause, lets the function go on waiting: what does it wait for?",
    )


soundness.add_to(exercise, MOST_LINES)
