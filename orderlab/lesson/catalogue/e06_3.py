"""06.3: how long a message is lent, and how often."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from localaws import clock, faults
from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging.intake import Intake

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

TEMPLATE = "template.yaml"
MOUSE = "prod-001"
NOTE = "two mice, please"

exercise = Exercise(
    id="06.3",
    title="A bad minute, and a bad message",
    level="extra",
    task=f"""\
In this stack the order queue has neither a visibility timeout of its own nor a redrive policy.
Choose both, so that three things hold. **A message that nobody can read** is among the dead letters
within 20 minutes. **Three bad minutes**, in which `StartWorkflowFunction` is throttled, cost no
order. **One crash** of it delays an order by three minutes at most.

Edit `OrderQueue` in `exercises/06_3/{TEMPLATE}`; the dead-letter queue is there.""",
    files=(TEMPLATE,),
    given=(
        Edit(
            TEMPLATE,
            """\
      QueueName: !Sub ${Environment}-OrderQueue
      # Six times the consumer's timeout, so that a message is not handed out again while it is
      # still worked on: docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      VisibilityTimeout: 60
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt OrderDeadLetterQueue.Arn
        maxReceiveCount: 5
""",
            """\
      QueueName: !Sub ${Environment}-OrderQueue
""",
        ),
    ),
    hints=(
        (
            "A message that fails comes again after each visibility timeout, as often as the "
            "policy allows. How long is it on its way before it is a dead letter?"
        ),
        (
            "`VisibilityTimeout` in seconds, and `RedrivePolicy` with `deadLetterTargetArn` and "
            "`maxReceiveCount`. Their product must lie between 3 and 20 minutes, and the timeout "
            "alone below 3. AWS recommends six times the function's timeout, which is 10 s."
        ),
        (
            "`VisibilityTimeout: 60`, and under `RedrivePolicy` `deadLetterTargetArn: !GetAtt "
            "OrderDeadLetterQueue.Arn` and `maxReceiveCount: 5`."
        ),
    ),
)


@exercise.scenario("A message that nobody can read")
def _unreadable(shop: Shop) -> Finding:
    intake = Intake(shop)
    intake.send(NOTE)
    clock.advance(minutes=20)
    got = "a dead letter" if intake.letters(NOTE) else "still in the queue"
    return Finding(
        "a dead letter",
        got,
        got == "a dead letter",
        f"Twenty minutes after the note {NOTE!r} came in, it must lie where somebody looks for it; "
        f"it is {got}.",
    )


@exercise.scenario("An order at the beginning of three bad minutes")
def _throttled(shop: Shop) -> Finding:
    intake = Intake(shop)
    with faults.inject(function=intake.function, error="Lambda.TooManyRequestsException"):
        intake.send(json.dumps(shop.order("order-in-bad-minutes", [(MOUSE, 2)])))
        clock.advance(minutes=3)
    got = intake.became("order-in-bad-minutes", minutes=30)
    return Finding(
        "1 execution, no dead letter",
        got,
        got == "1 execution, no dead letter",
        "order-in-bad-minutes is a good order. For three minutes the function was throttled, and "
        "each receive counted; they must not be used up before the function is back.",
    )


@exercise.scenario("An order whose first try crashes")
def _crash(shop: Shop) -> Finding:
    intake = Intake(shop)
    sent = clock.now
    with faults.inject(function=intake.function, error="MemoryError"):
        intake.send(json.dumps(shop.order("order-after-a-crash", [(MOUSE, 2)])))
        clock.advance(seconds=5)
    clock.advance(hours=2)
    runs = intake.executions("order-after-a-crash")
    wait = (runs[0]["startDate"] - sent).total_seconds() if runs else None
    got = "never" if wait is None else f"after {timedelta(seconds=round(wait))}"
    return Finding(
        "started within 0:03:00",
        got,
        wait is not None and wait <= 180,
        "One crash, and the message of order-after-a-crash rests for as long as it is lent. The "
        "customer should not have to wait for more than three minutes.",
    )
