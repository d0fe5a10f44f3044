"""04.3: a workflow that was tidied up, and tells who has paid that the order is rejected."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from localaws import clock, faults
from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import soundness

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Ended, Shop

WORKFLOW = "state-machines/order-workflow.asl.json"
NOTIFY = '    "NotifyConfirmed": {\n      "Type": "Task",\n'
CATCH = """\
      "Catch": [
        {
          "Comment": "As in every other Task.",
          "ErrorEquals": ["States.ALL"],
          "Assign": {
            "orderId.$": "$$.Execution.Input.orderId",
            "failure": {
              "Error.$": "$.Error",
              "Cause.$": "$.Cause",
              "notice": "Something went wrong on our side."
            }
          },
          "ResultPath": null,
          "Next": "RejectOrder"
        }
      ],
"""

exercise = Exercise(
    id="04.3",
    title="The thorough colleague",
    level="extra",
    task="""\
The first complaint is back: *"I was charged, and your page says my order was **rejected**."*
Somebody has made the workflow more thorough, and its words more uniform. Mend the promise: an order
that is paid is **never rejected**, in its row or in words, whatever happens after the payment. And
whatever is sent under its id later, its row stays. Where its notice cannot go out, the execution
fails.

Edit `exercises/04_3/state-machines/order-workflow.asl.json`, in a stack of its own.""",
    files=(WORKFLOW,),
    given=(
        Edit(WORKFLOW, NOTIFY, NOTIFY + CATCH),
        Edit(WORKFLOW, '":confirmed": {"S": "CONFIRMED"}', '":confirmed": {"S": "COMPLETED"}'),
    ),
    hints=(
        (
            "Two things guard a paid order: something that is not there, after the payment, and "
            "something that is, in `RejectOrder`. Compare the lesson with what you are given."
        ),
        (
            "Which Task after the payment leads to `RejectOrder`? And which word does "
            "`ConfirmOrder` write as the status, which does `RejectOrder` compare it with?"
        ),
        (
            "Take the `Catch` out of `NotifyConfirmed`, and in `RejectOrder` let `:confirmed` be "
            "`CONFIRMED` again."
        ),
    ),
)


def _unheard(shop: Shop, order_id: str, until: datetime | None = None) -> Ended:
    """A good order, while the topic does not answer."""
    topic = shop.stack.outputs["NotificationsTopicArn"]
    with faults.inject(topic=topic, error="InternalErrorException", until=until):
        return shop.process(shop.order(order_id, [("prod-001", 2)]))


@exercise.scenario("The row of order-no-topic, paid while the topic does not answer")
def _row(shop: Shop) -> Finding:
    _unheard(shop, "order-no-topic")
    status = soundness.row_of(shop, "order-no-topic").get("status", "missing")
    return Finding(
        "CONFIRMED",
        str(status),
        status == "CONFIRMED",
        "order-no-topic was paid and confirmed. That its notice could not go out does not change "
        "that.",
    )


@exercise.scenario("What becomes of its execution")
def _execution(shop: Shop) -> Finding:
    ended = _unheard(shop, "order-no-topic-either")
    told = "NotifyRejected" in ended.states
    return Finding(
        "failed, and nobody is told of a rejection",
        f"{ended.words}{', and told that it is rejected' if told else ''}",
        not ended.succeeded and not told,
        "The row stands, but that is half of the promise: the customer must not be told that the "
        "order is rejected, and the shop must see that a notice is missing.",
    )


@exercise.scenario("A topic that is back after a second")
def _back(shop: Shop) -> Finding:
    ended = _unheard(shop, "order-sent-again", until=clock.now + timedelta(seconds=1))
    return Finding(
        "succeeded",
        ended.words,
        ended.succeeded,
        "The topic was away for a second. The Retry of NotifyConfirmed must outlast that.",
    )


@exercise.scenario("The id of a confirmed order comes again, with an empty basket")
def _again(shop: Shop) -> Finding:
    shop.process(shop.order("order-good", [("prod-001", 2)]))
    shop.process(shop.order("order-good", []))
    status = soundness.row_of(shop, "order-good").get("status", "missing")
    return Finding(
        "CONFIRMED",
        str(status),
        status == "CONFIRMED",
        "order-good was confirmed, and then its id came once more with an empty basket. That "
        "basket is rejected; the row of the paid order must not be overwritten.",
    )


exercise.scenario("order-declined is still rejected")(soundness.declined)
