"""08.3: an optional currency, checked at the door and in the workflow alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import requests

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="08.3",
    title="A currency check",
    level="core",
    task="""\
A partner's app sends a field `currency`, and the shop sells in euros. From now on an order may say
`"currency": "EUR"`; one that says nothing is in euros, as today. **Anything else** in that field is
refused, `"eur"`, `null` and `["EUR"]` among it, with a fault whose field is `currency`: by the API,
which answers 400 at once, and by the workflow, which some orders reach without the API.

Edit `lambdas/order_entry_handler/app.py` and `lambdas/validate_order_handler/app.py`.""",
    files=(
        "lambdas/order_entry_handler/app.py",
        "lambdas/validate_order_handler/app.py",
    ),
    hints=(
        (
            "What the API asks of an order is `shape_faults`, and so does the workflow. The two "
            "handlers have a copy each."
        ),
        (
            "`ORDER_RULES` will not do: what stands there is required. Write the check into "
            "`shape_faults`, for an order that is a dictionary and has the field."
        ),
        (
            'In `shape_faults`: `if isinstance(order, dict) and order.get("currency", "EUR") != '
            '"EUR":`, and there `faults.append(Fault(code="INVALID_VALUE", field="currency", '
            "message=f\"must be EUR, not {shown(order['currency'])}\"))`. The same lines in both "
            "files."
        ),
    ),
)

MICE = [("prod-001", 2)]


def _named(fields: list[str]) -> str:
    return ", ".join(fields) or "nothing"


def _in_workflow(shop: Shop, order: Mapping[str, Any], because: str) -> Finding:
    """The workflow refuses the order, and says which field it is about."""
    ended = shop.process(order)
    passed = ended.refused and "currency: " in str(ended.description.get("cause", ""))
    because = f"{because} What happened: {ended.words}."
    return Finding("refused, a fault of currency", ended.words, passed, because)


def _at_the_door(shop: Shop, order: Mapping[str, Any], fields: set[str], because: str) -> Finding:
    """POST /orders answers 400 with faults of these fields; 202 where there are none."""
    answer = requests.post(shop.stack.outputs["OrdersApiUrl"], json=order, timeout=30)
    named = [fault["field"] for fault in answer.json().get("faults", [])]
    status = 400 if fields else 202
    return Finding(
        f"{status}, faults of {_named(sorted(fields))}",
        f"{answer.status_code}, faults of {_named(named)}",
        answer.status_code == status and set(named) == fields,
        because,
    )


@exercise.scenario("Dollars, straight to the workflow")
def _dollars(shop: Shop) -> Finding:
    order = shop.order("mice-in-dollars", MICE, currency="USD")
    because = "The order mice-in-dollars says USD, and 59.98 dollars are not 59.98 euros."
    return _in_workflow(shop, order, because)


@exercise.scenario("Dollars, by the API")
def _dollars_by_api(shop: Shop) -> Finding:
    order = shop.order("mice-in-dollars-api", MICE, currency="USD")
    because = (
        "The API can see it without looking anything up, so whoever sends the order should know at "
        "once. It has its own copy of the shape check, in order_entry_handler."
    )
    return _at_the_door(shop, order, {"currency"}, because)


@exercise.scenario("Euros, straight to the workflow")
def _euros(shop: Shop) -> Finding:
    ended = shop.process(shop.order("mice-in-euros", MICE, currency="EUR"))
    because = f"EUR is what the shop sells in. What happened: {ended.words}."
    return Finding("succeeded", ended.words, ended.succeeded, because)


@exercise.scenario("No currency, straight to the workflow")
def _none(shop: Shop) -> Finding:
    ended = shop.process(shop.order("mice-as-ever", MICE))
    because = (
        "The field is optional: the shop's own page does not send it, and orders of yesterday wait "
        f"in the queue without it. What happened: {ended.words}."
    )
    return Finding("succeeded", ended.words, ended.succeeded, because)


@exercise.scenario("Small letters, by the API")
def _small(shop: Shop) -> Finding:
    order = shop.order("mice-in-eur", MICE, currency="eur")
    because = "The task says EUR and nothing else: whoever reads the order later compares with EUR."
    return _at_the_door(shop, order, {"currency"}, because)


@exercise.scenario("null, straight to the workflow")
def _null(shop: Shop) -> Finding:
    order = shop.order("mice-in-null", MICE, currency=None)
    because = "A field that is there and holds null says something, and it is not EUR."
    return _in_workflow(shop, order, because)


@exercise.scenario("A list, by the API")
def _list(shop: Shop) -> Finding:
    order = shop.order("mice-in-a-list", MICE, currency=["EUR"])
    because = (
        "The field may hold any JSON. A list is a fault of the order; an answer of 502 means that "
        "the function itself has failed on it."
    )
    return _at_the_door(shop, order, {"currency"}, because)


@exercise.scenario("Two faults at once, by the API")
def _two_faults(shop: Shop) -> Finding:
    order = shop.order("nothing-in-dollars", [], currency="USD")
    because = "All faults are told at once, so that nobody has to try twice."
    return _at_the_door(shop, order, {"currency", "items", "totalAmount"}, because)


# Last, since an order that is accepted starts an execution as soon as time goes on.
@exercise.scenario("No currency, by the API")
def _none_by_api(shop: Shop) -> Finding:
    order = shop.order("mice-as-ever-api", MICE)
    because = "The field is optional at the API too: the shop's own page does not send it."
    return _at_the_door(shop, order, set(), because)
