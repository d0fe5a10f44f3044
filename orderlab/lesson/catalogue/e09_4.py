"""09.4: a heartbeat, told from a task that takes too long."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3

from localaws import clock
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Ended, Shop

MINUTE = 60
HEARTBEAT = 3 * MINUTE
LONGEST = 60 * MINUTE

exercise = Exercise(
    id="09.4",
    title="Is anybody there?",
    level="extra",
    task="""\
Packing takes up to an hour. The warehouse's program sends a heartbeat every minute while somebody
packs. If **3 minutes** pass without one, the program has died: the order goes on to
`CallWarehouse`. If the heartbeats come and packing still takes more than an **hour**, it goes on to
`AskWhatIsWrong`. Both get the order as it came, with the error under `$.failure`.

Give `packing` in the cell below what it lacks.""",
    files=(),
    hints=(
        (
            "Two fields of PackOrder, two catchers, and two states for them to lead to. Which of "
            "the two errors does States.Timeout match?"
        ),
        (
            "HeartbeatSeconds 180 and TimeoutSeconds 3600. A missed heartbeat is matched by "
            "States.HeartbeatTimeout and by States.Timeout as well, and the first catcher that "
            "matches is taken."
        ),
        (
            '`"Catch": [{"ErrorEquals": ["States.HeartbeatTimeout"], "ResultPath": "$.failure", '
            '"Next": "CallWarehouse"}, {"ErrorEquals": ["States.Timeout"], "ResultPath": '
            '"$.failure", "Next": "AskWhatIsWrong"}]`, in this order.'
        ),
    ),
)


def _pack(shop: Shop, order_id: str, beats: int, *, packed: bool) -> Ended:
    """An order in the warehouse: so many heartbeats, a minute between them, and then silence.

    Args:
        packed: whether the warehouse says after the last one that it is done.
    """
    stepfunctions = boto3.client("stepfunctions")
    arn = shop.start(shop.make(shop.answer), {"orderId": order_id, "userId": "ana"})
    token = _token(arn)
    for _ in range(beats):
        clock.advance(minutes=1)
        try:
            stepfunctions.send_task_heartbeat(taskToken=token)
        except (stepfunctions.exceptions.TaskTimedOut, stepfunctions.exceptions.TaskDoesNotExist):
            break  # the task was given up
    if packed:
        stepfunctions.send_task_success(taskToken=token, output=json.dumps({"parcel": "p-1"}))
    return shop.ended(arn)


def _token(arn: str) -> str:
    """The task's token, from the message that asks the warehouse to pack."""
    clock.advance(seconds=5)
    with clock.pause():
        events = boto3.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
    sent = next(event for event in events if event["type"] == "TaskScheduled")
    parameters = json.loads(sent["taskScheduledEventDetails"]["parameters"])
    return str(parameters["Message"]["token"])


def _led(ended: Ended, to: str, why: str) -> Finding:
    minutes = ended.duration.total_seconds() / MINUTE
    got = ended.states[1] if len(ended.states) > 1 else ended.words
    return Finding(to, f"{got} after {minutes:.0f} min", got == to, why)


@exercise.scenario("Packing takes for ever")
def _for_ever(shop: Shop) -> Finding:
    ended = _pack(shop, "order-for-ever", 90, packed=False)
    why = "Heartbeats keep a task alive, and no longer than TimeoutSeconds: an hour."
    found = _led(ended, "AskWhatIsWrong", why)
    in_time = LONGEST <= ended.duration.total_seconds() < LONGEST + MINUTE
    return Finding(found.expected, found.got, found.passed and in_time, found.because)


@exercise.scenario("The program dies at once")
def _silent(shop: Shop) -> Finding:
    ended = _pack(shop, "order-no-heartbeat", 0, packed=False)
    why = "No heartbeat came, so after 3 minutes somebody has to call the warehouse."
    found = _led(ended, "CallWarehouse", why)
    late = ended.duration.total_seconds() > HEARTBEAT + 1
    return Finding(found.expected, found.got, found.passed and not late, found.because)


@exercise.scenario("The program dies after ten minutes")
def _dies(shop: Shop) -> Finding:
    ended = _pack(shop, "order-heartbeats-end", 10, packed=False)
    why = "Ten heartbeats, then none: each of them starts the 3 minutes anew, and the last ran out."
    return _led(ended, "CallWarehouse", why)


@exercise.scenario("Packed after half an hour")
def _packed(shop: Shop) -> Finding:
    ended = _pack(shop, "order-packed", 30, packed=True)
    return Finding(
        "succeeded",
        ended.words,
        ended.succeeded and len(ended.states) == 1,
        "Thirty heartbeats, a minute between them, and then the parcel: nothing is wrong.",
    )


@exercise.scenario("What CallWarehouse gets")
def _gets(shop: Shop) -> Finding:
    ended = _pack(shop, "order-to-look-for", 0, packed=False)
    output: Any = ended.output if isinstance(ended.output, dict) else {}
    order, failure = output.get("orderId", "no orderId"), "failure" in output
    return Finding(
        "order-to-look-for, and the failure",
        f"{order}, and {'the' if failure else 'no'} failure",
        order == "order-to-look-for" and failure,
        "Whoever calls the warehouse must be able to say which order is meant.",
    )
