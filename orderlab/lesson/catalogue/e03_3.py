"""03.3: ask whether a field is there before it is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="03.3",
    title="Ask first",
    level="core",
    task="""\
Write a machine that sends an input with an `orderId` to a Pass state, which gives on
`{"orderId": …}` with that id and no other field, and one without to a Fail state with the error
`OrderWithoutId`. An input without the field must not end in `States.Runtime`.

Write `ask` in the cell below; `lesson.check("03.3", ask)` runs it.""",
    files=(),
    hints=(
        "A Choice decides, and it must be able to look at a field that is not there.",
        "Every comparison needs the field, but one: it asks whether there is a field at all.",
        (
            '`{"Variable": "$.orderId", "IsPresent": true, "Next": "Known"}`, with the Fail state '
            'as the `Default`; the Pass has `"Parameters": {"orderId.$": "$.orderId"}`.'
        ),
    ),
)


@exercise.scenario("An order with an id")
def _with_id(shop: Shop) -> Finding:
    ended = shop.run(shop.answer, {"orderId": "order-1", "userId": "ana"})
    return Finding(
        '{"orderId": "order-1"}',
        json.dumps(ended.output) if ended.succeeded else ended.words,
        ended.succeeded and ended.output == {"orderId": "order-1"},
        "The Pass state must give on an object with the orderId, and nothing else.",
    )


@exercise.scenario("An order without one")
def _without(shop: Shop) -> Finding:
    ended = shop.run(shop.answer, {"userId": "ana"})
    return Finding(
        "failed (OrderWithoutId)",
        ended.words,
        ended.description.get("error") == "OrderWithoutId",
        "There is no orderId in this input. The machine must ask before it reads.",
    )


@exercise.scenario("An id that is a number")
def _number(shop: Shop) -> Finding:
    ended = shop.run(shop.answer, {"orderId": 7})
    return Finding(
        '{"orderId": 7}',
        json.dumps(ended.output) if ended.succeeded else ended.words,
        ended.succeeded and ended.output == {"orderId": 7},
        "The field is there. Whether its value is good is for another state to say.",
    )
