"""09.4: a heartbeat, told from a task that takes too long."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import boto3

from localaws import clock
from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Ended, Shop

MINUTE = 60
HEARTBEAT = 3 * MINUTE
LONGEST = 60 * MINUTE
SCHEDULED = "TaskScheduled"

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


def _pack(shop: Shop, order_id: str, beats: int, *, packed: bool = False) -> Ended | None:
    """An order in the warehouse: so many heartbeats, a minute between them, and then silence.

    Args:
        packed: whether the warehouse says after the last one that it is done.

    Returns:
        What became of it; None if it waits for ever.
    """
    stepfunctions = boto3.client("stepfunctions")
    arn = shop.start(shop.make(shop.answer), {"orderId": order_id, "userId": "ana"})
    token = _token(arn)
    with suppress(stepfunctions.exceptions.TaskTimedOut):  # the task was given up meanwhile
        for _ in range(beats):
            clock.advance(minutes=1)
            stepfunctions.send_task_heartbeat(taskToken=token)
        if packed:
            stepfunctions.send_task_success(taskToken=token, output='{"parcel": "p-1"}')
    try:
        return shop.ended(arn)
    except RuntimeError:  # nothing that time brings would end it
        return None


def _token(arn: str) -> str:
    """The task's token, from the message that asks the warehouse to pack.

    Raises:
        NotAnAnswerError: there is no such message, or no token in it.
    """
    clock.advance(seconds=5)
    with clock.pause():
        events = boto3.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
    sent = (event["taskScheduledEventDetails"] for event in events if event["type"] == SCHEDULED)
    try:
        return str(json.loads(next(sent)["parameters"])["Message"]["token"])
    except (StopIteration, KeyError, TypeError) as error:
        missing = "PackOrder publishes no message with a token: keep its Resource and Parameters."
        raise NotAnAnswerError(missing) from error


def _led(ended: Ended | None, to: str, why: str, *, after: int) -> Finding:
    """Whether the order went on to a state, after so many seconds."""
    expected = f"{to} after {after // MINUTE} min"
    if ended is None:
        return Finding(expected, "it waits for ever", passed=False, because=why)
    minutes = ended.duration.total_seconds() / MINUTE
    got = ended.states[1] if len(ended.states) > 1 else ended.words
    in_time = after <= ended.duration.total_seconds() < after + MINUTE
    return Finding(expected, f"{got} after {minutes:.0f} min", got == to and in_time, why)


@exercise.scenario("Packing takes for ever")
def _for_ever(shop: Shop) -> Finding:
    ended = _pack(shop, "order-for-ever", 90)
    why = "Heartbeats keep a task alive, and no longer than TimeoutSeconds: an hour."
    return _led(ended, "AskWhatIsWrong", why, after=LONGEST)


@exercise.scenario("The program dies at once")
def _silent(shop: Shop) -> Finding:
    ended = _pack(shop, "order-no-heartbeat", 0)
    why = "No heartbeat came, so after 3 minutes somebody has to call the warehouse."
    return _led(ended, "CallWarehouse", why, after=HEARTBEAT)


@exercise.scenario("The program dies after ten minutes")
def _dies(shop: Shop) -> Finding:
    ended = _pack(shop, "order-heartbeats-end", 10)
    why = "Ten heartbeats, then none: each of them starts the 3 minutes anew, and the last ran out."
    return _led(ended, "CallWarehouse", why, after=10 * MINUTE + HEARTBEAT)


@exercise.scenario("Packed after half an hour")
def _packed(shop: Shop) -> Finding:
    ended = _pack(shop, "order-packed", 30, packed=True)
    return Finding(
        "succeeded",
        ended.words if ended else "it waits for ever",
        ended is not None and ended.succeeded and len(ended.states) == 1,
        "Thirty heartbeats, a minute between them, and then the parcel: nothing is wrong.",
    )


@exercise.scenario("What CallWarehouse gets")
def _gets(shop: Shop) -> Finding:
    ended = _pack(shop, "order-to-look-for", 0)
    output: Any = ended.output if ended and isinstance(ended.output, dict) else {}
    order, failure = output.get("orderId", "no orderId"), "failure" in output
    return Finding(
        "order-to-look-for, and the failure",
        f"{order}, and {'the' if failure else 'no'} failure",
        order == "order-to-look-for" and failure,
        "Whoever calls the warehouse must be able to say which order is meant.",
    )
