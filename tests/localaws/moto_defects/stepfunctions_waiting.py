"""Defects of moto in how an execution waits: for time, and for an answer.

True while a defect is there. Where the time matters, what moto reads of it is set by hand.
"""

from __future__ import annotations

import datetime
import json
import threading
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
from _aws import (
    DONE,
    HOLD,
    call,
    ended,
    error_code,
    event_types,
    function,
    late_starts,
    machine,
    queue,
    run,
    sfn,
    start,
    until,
)
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    CallbackEndpoint,
)
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.utils import TMP_THREADS

BERLIN = datetime.timezone(datetime.timedelta(hours=1))


def _waits(until_moment: str, now: datetime.datetime) -> float:
    """For how many seconds moto waits for a moment."""

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return now.astimezone(tz) if tz else now.replace(tzinfo=None)

    with (
        patch.object(timestamp, "datetime", SimpleNamespace(datetime=Clock)),
        patch.object(WaitFunction, "_wait_interval") as waits,
    ):
        run({"Type": "Wait", "Timestamp": until_moment, "End": True})
    return float(waits.call_args.kwargs["wait_seconds"])


def sfn_wait_local_time() -> bool:
    now = datetime.datetime(2026, 1, 5, 10, 0, 0, tzinfo=BERLIN)  # nine o'clock in UTC
    return _waits("2026-01-05T09:00:10Z", now) < 0


def sfn_wait_whole_seconds() -> bool:
    now = datetime.datetime(2026, 1, 5, 9, 0, 0, 500_000, tzinfo=datetime.UTC)
    return _waits("2026-01-05T09:00:10Z", now) == 9


def _callback(queue_url: str, **fields: Any) -> dict[str, Any]:
    """A Task that sends its token to a queue, and waits for the answer."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue_url, "MessageBody.$": "$$.Task.Token"},
        "End": True,
        **fields,
    }


def _to_next(state: dict[str, Any]) -> dict[str, Any]:
    return {**{key: value for key, value in state.items() if key != "End"}, "Next": "B"}


def _parallel(*states: dict[str, Any]) -> dict[str, Any]:
    """A branch for each state; what fails is caught."""
    branches = [{"StartAt": "A", "States": {"A": state}} for state in states]
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    return {"Type": "Parallel", "Branches": branches, "Catch": catch, "End": True}


def _token(queue_url: str) -> str:
    sqs = boto3.client("sqs")
    [message] = until(lambda: sqs.receive_message(QueueUrl=queue_url).get("Messages"), "the token")
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return str(message["Body"])


def _answer(token: str) -> None:
    sfn().send_task_success(taskToken=token, output="{}")


def sfn_heartbeat_minute() -> bool:
    """A task that has HeartbeatSeconds and no TimeoutSeconds."""
    url, _ = queue()
    definition = _callback(url, HeartbeatSeconds=30)
    text = json.dumps({"StartAt": "A", "States": {"A": definition}})
    [program, _] = AmazonStateLanguageParser.parse(text)
    [state] = program.states.states.values()
    return bool(state.timeout.timeout_seconds == 60)


def sfn_token_of_all_attempts() -> bool:
    url, _ = queue()
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
    with patch.object(retrier_decl, "time", SimpleNamespace(sleep=lambda seconds: None)):
        arn = start(machine(_callback(url, Retry=retry)))
        first = _token(url)
        sfn().send_task_failure(taskToken=first, error="Once", cause="")
        second = _token(url)
        sfn().stop_execution(executionArn=arn)
    return first == second


def sfn_token_used_twice() -> bool:
    url, _ = queue()
    arn = start(machine(_to_next(_callback(url)), HOLD))
    token = _token(url)
    _answer(token)
    until(lambda: "WaitStateEntered" in event_types(arn), "the next state")
    again = error_code(lambda: _answer(token))
    sfn().stop_execution(executionArn=arn)
    return again is None


def sfn_token_of_the_ended() -> bool:
    url, _ = queue()
    arn = start(machine(_callback(url)))
    token = _token(url)
    _answer(token)
    ended(arn)
    return error_code(lambda: _answer(token)) == "InvalidToken"


def sfn_token_beside_a_start() -> bool:
    """It is looked for in every execution, and one has only just been started."""
    arn = machine(DONE)
    with late_starts() as go_on:
        started = start(arn)
        try:
            error_code(lambda: _answer("no-such-token"))
        except AttributeError:
            return True
        finally:
            go_on.set()
            ended(started)
    return False


def sfn_threads_each() -> bool:
    """An execution that waits keeps three of them."""
    url, _ = queue()
    before = set(TMP_THREADS)
    arn = start(machine(_callback(url)))
    _token(url)
    started = [thread for thread in TMP_THREADS if thread not in before and thread.is_alive()]
    sfn().stop_execution(executionArn=arn)
    return len(started) > 1


def sfn_abandoned_callback() -> bool:
    """A branch has failed; the thread that waits for another branch's token waits on."""
    url, _ = queue()
    waiting: list[threading.Thread] = []
    wait = CallbackEndpoint.wait

    def noted(self: CallbackEndpoint, timeout: float | None = None) -> Any:
        waiting.append(threading.current_thread())
        return wait(self, timeout)

    with patch.object(CallbackEndpoint, "wait", noted):
        parallel = _parallel(_callback(url), _callback(url))
        arn = start(machine(parallel, HOLD))
        token = _token(url)
        until(lambda: len(waiting) == 2, "both branches wait")
        sfn().send_task_failure(taskToken=token, error="Enough", cause="")
        until(lambda: "WaitStateEntered" in event_types(arn), "the failure is caught")
        for thread in waiting:
            thread.join(0.3)
        sfn().stop_execution(executionArn=arn)
    return sum(thread.is_alive() for thread in waiting) == 1


def sfn_abandoned_task() -> bool:
    """A branch has failed; another branch's task goes on, and writes history."""
    slow, refused, last = function(), function(), function()
    at_work: list[threading.Thread] = []
    go_on = threading.Event()

    def invoke(_: Any, function_name: str, _q: Any, _b: Any, _h: Any, answer: Any) -> bytes:
        if function_name.endswith(slow):
            at_work.append(threading.current_thread())
            go_on.wait(10)
        elif function_name.endswith(refused):
            until(lambda: at_work, "the slow task is at work")
            answer["x-amz-function-error"] = "Unhandled"
        else:
            go_on.set()
            at_work[0].join(10)
        return b'{"errorType": "Enough"}'

    with patch.object(LambdaSimpleBackend, "invoke", invoke):
        parallel = _parallel(call(slow), call(refused))
        events = event_types(run(parallel, call(last))["executionArn"])
    return events.count("TaskSucceeded") == 2
