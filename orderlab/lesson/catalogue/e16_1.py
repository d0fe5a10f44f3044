"""16.1: a state that waits for a person's yes, and for no longer than four hours."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import boto3

from localaws import clock
from orderlab.console.executions.reading import read
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import notices

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

LONGEST = timedelta(hours=4)

exercise = Exercise(
    id="16.1",
    title="A second pair of eyes",
    level="core",
    task="""\
The fraud desk wants to see some orders before they are packed. `approval` publishes the order's id,
and goes on before anybody has read it. Complete it: the message is `{"orderId": …, "token": …}`,
and the execution waits for an answer. `SendTaskSuccess` leads to **Released**, `SendTaskFailure`
with the error `Refused` to **Refused**. Four hours after it was asked, without an answer, it goes
to **Unanswered**, even if somebody opened the order in between, which sends a heartbeat. The two
new states are of the type Succeed.

Change `approval` in the cell below; `lesson.check("16.1", approval)` plays the desk.""",
    files=(),
    features="all",
    hints=(
        (
            "Three things are missing: the end of the `Resource`, the token in the message, and "
            "what leads out of the state besides `Next`. `Preparing` has all three."
        ),
        (
            "`$states.context.Task.Token` is the token. A heartbeat puts off `HeartbeatSeconds` "
            "and nothing else. A Catch that names `Refused` tells a no from a silence."
        ),
        (
            '`"Resource": "arn:aws:states:::sns:publish.waitForTaskToken"`, `"token": "{% '
            '$states.context.Task.Token %}"` in the message, `"TimeoutSeconds": 14400`, and two '
            "catchers: `Refused` to Refused, `States.Timeout` to Unanswered."
        ),
    ),
)


class _Desk:
    """An execution of the learner's definition, and the desk that is asked."""

    def __init__(self, shop: Shop, order_id: str) -> None:
        self._client = boto3.client("stepfunctions")
        queue = notices.subscribe(shop.stack.outputs["NotificationsTopicArn"], "desk")
        self.arn = shop.start(shop.make(shop.answer), {"orderId": order_id})
        clock.advance(minutes=1)
        self.message = " ".join(notice.message for notice in notices.take(queue))

    @property
    def token(self) -> str:
        """The token in the message; "" if there is none."""
        try:
            return str(json.loads(self.message)["token"])
        except (ValueError, KeyError, TypeError):
            return ""

    @property
    def where(self) -> str:
        """`waits`, the last state's name, or how the execution failed."""
        found = read(self.arn)
        if found.description["status"] == "RUNNING":
            return "waits"
        if found.description["status"] != "SUCCEEDED":
            return f"failed ({found.description.get('error', found.description['status'])})"
        return str(found.execution.visits[-1].name)

    def answered(self, after: timedelta, **failure: str) -> str:
        """Where the execution is once the desk has said yes, or no, after some time."""
        if not self.token:
            return f"{self.where}; no token"
        clock.advance(seconds=after.total_seconds())
        try:
            if failure:
                self._client.send_task_failure(taskToken=self.token, **failure)
            else:
                self._client.send_task_success(taskToken=self.token, output="{}")
        except self._client.exceptions.ClientError as error:
            return f"{self.where}; {error.response['Error']['Code']}"
        clock.advance(minutes=1)
        return self.where

    def open(self) -> None:
        """Somebody looks at the order."""
        self._client.send_task_heartbeat(taskToken=self.token)


@exercise.scenario("A yes after an hour")
def _yes(shop: Shop) -> Finding:
    got = _Desk(shop, "order-approved").answered(timedelta(hours=1))
    return Finding(
        "Released",
        got,
        got == "Released",
        "The desk said yes to order-approved an hour after it was asked, with the token that was "
        f"in the message. What happened: {got}.",
    )


@exercise.scenario("A no")
def _no(shop: Shop) -> Finding:
    got = _Desk(shop, "order-refused").answered(timedelta(hours=1), error="Refused", cause="fraud")
    return Finding(
        "Refused",
        got,
        got == "Refused",
        "A no comes as an error of the name Refused. It is an answer, and must lead to its own "
        f"end. What happened: {got}.",
    )


@exercise.scenario("A yes shortly before the end")
def _late(shop: Shop) -> Finding:
    got = _Desk(shop, "order-approved-late").answered(LONGEST - timedelta(minutes=5))
    return Finding(
        "Released",
        got,
        got == "Released",
        f"Five minutes before the four hours are over, a yes is still a yes. What happened: {got}.",
    )


@exercise.scenario("Nobody answers")
def _silence(shop: Shop) -> Finding:
    desk = _Desk(shop, "order-forgotten")
    clock.advance(seconds=LONGEST.total_seconds())
    return Finding(
        "Unanswered",
        desk.where,
        desk.where == "Unanswered",
        "Nobody answered for order-forgotten. After four hours it must go to Unanswered, neither "
        f"wait on nor count as refused. What happened: {desk.where}.",
    )


@exercise.scenario("Opened after three hours, and left")
def _opened(shop: Shop) -> Finding:
    desk = _Desk(shop, "order-opened")
    clock.advance(hours=3)
    desk.open()
    clock.advance(hours=1)
    return Finding(
        "Unanswered",
        desk.where,
        desk.where == "Unanswered",
        "Somebody opened order-opened after three hours and went home. The four hours count from "
        f"the question, not from the last look. What happened: {desk.where}.",
    )
