"""Many executions at once: `from localaws import load`.

A run starts one execution for each input, at times that a seed decides, and waits for their ends::

    result = load.run(machine_arn, orders, per_second=20, seed=1, name="{orderId}")
    result.executions   # a row for each execution
    result.attempts     # a row for each attempt of a Task state
    result.cost()       # what AWS would bill
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from localaws import cloud, progress, terminal
from localaws.runs import Refusal, Result
from localaws.timing.timekeeping import NothingLeftError

if TYPE_CHECKING:
    from moto.stepfunctions.parser.backend.execution import Execution

    from localaws.timing.timekeeping import Clock

Input = Mapping[str, Any]
Naming = str | Callable[[Input], str] | None

REFRESH = 0.2  # wall seconds between two looks at how far a run has come
NAME_TAKEN = (
    " An execution's name can be used once: give others, or start afresh with localaws.reset()."
)

progress.watch_cells()


def run(
    machine_arn: str,
    inputs: Iterable[Input],
    *,
    per_second: float | None = None,
    seed: int = 0,
    name: Naming = None,
    faults: Iterable[Mapping[str, Any] | AbstractContextManager[Any]] = (),
) -> Result:
    """Start an execution for each input, and wait until all have ended.

    It ends sooner where what still runs waits for an answer from outside that no time brings.
    Ctrl-C ends it too: nothing more is started, and what has been started goes on when time does,
    as on AWS; the result holds what there is, and is `interrupted`.

    Args:
        machine_arn: the state machine.
        inputs: the executions' inputs, which can be written as JSON.
        per_second: how many are started in a second, on average: a Poisson process, in which
            arrivals know nothing of each other. None starts all at one instant.
        seed: decides when they are started.
        name: the executions' names: a template of str.format that the input fills in, as
            "{orderId}", or a function of the input. Without it they are UUIDs.
        faults: hold during the run: arguments of `localaws.faults.inject`, or context managers.

    Raises:
        ValueError: a rate that is not above 0, or a template that names no field.
        RuntimeError: the clock is paused, or not one execution could be started.
        botocore.exceptions.ClientError: there is no such state machine.
    """
    import boto3

    home = cloud.running()
    clock = home.clock
    clock.run_until(lambda: True)  # raises where the clock is paused
    machine = boto3.client("stepfunctions").describe_state_machine(stateMachineArn=machine_arn)
    arrivals = _Arrivals(clock, machine_arn, list(_requests(inputs, name)), _gaps(per_second, seed))
    begun = clock.now()
    interrupted = False
    bar = progress.progress_bar(len(arrivals.requests), unit="executions")
    with _faults(faults), bar as show:
        try:
            arrivals.follow(show)
        except KeyboardInterrupt:
            interrupted = True
            arrivals.stop()
    if arrivals.refused and not arrivals.started:
        first = arrivals.refused[0]
        taken = NAME_TAKEN if first.error == "ExecutionAlreadyExists" else ""
        raise RuntimeError(f"No execution could be started: {first.error}: {first.cause}{taken}")
    return Result(
        machine_arn=machine_arn,
        workflow_type=machine["type"],
        inputs=len(arrivals.requests),
        started=arrivals.started,
        refusals=arrivals.refused,
        begun=begun,
        ended=clock.now(),
        interrupted=interrupted,
        home=home,
    )


class _Request(NamedTuple):
    """An execution to be started: its name, if it is given one, and its input as JSON text."""

    name: str | None
    text: str


class _Arrivals:
    """Starts executions at their times, beside whoever waits for their ends."""

    def __init__(
        self, clock: Clock, machine_arn: str, requests: list[_Request], gaps: Iterator[float]
    ) -> None:
        self.requests = requests
        self.started: list[Execution] = []
        self.refused: list[Refusal] = []
        self._clock = clock
        self._machine_arn = machine_arn
        self._gaps = gaps
        self._ended = 0  # of the first so many, all have
        self._stopped = clock.event()
        self._over = clock.event()
        self._errors: list[Exception] = []

    def follow(self, show: Callable[[int], None]) -> None:
        """Start all, and wait until they have ended, or until nothing more can happen."""
        self._clock.spawn(self._arrive)
        with suppress(NothingLeftError):  # what still runs is in the result as it is
            while not self._all_ended():
                self._go_on()
                show(sum(execution.finished.is_set() for execution in self.started))
        if self._errors:
            raise self._errors[0]

    def stop(self) -> None:
        """Start no more."""
        self._stopped.set()
        if not self._clock.simulated:
            self._over.wait()  # a start that is under way

    def _go_on(self) -> None:
        """Let time pass for a moment of the wall clock's, or to the last end."""
        until = time.monotonic() + REFRESH
        self._clock.run_until(lambda: self._all_ended() or time.monotonic() >= until)

    def _all_ended(self) -> bool:
        while self._ended < len(self.started) and self.started[self._ended].finished.is_set():
            self._ended += 1
        return bool(self._over.is_set()) and self._ended == len(self.started)

    def _arrive(self) -> None:
        try:
            known = set()
            for request, gap in zip(self.requests, self._gaps, strict=False):
                if self._stopped.wait(gap):
                    return
                execution = _start(self._machine_arn, request)
                if isinstance(execution, Refusal):
                    self.refused.append(execution)
                elif execution not in known:  # the same name and input start nothing twice
                    known.add(execution)
                    self.started.append(execution)
        except Exception as error:  # noqa: BLE001  handed to who waits
            self._errors.append(error)
        finally:
            self._over.set()


def _start(machine_arn: str, request: _Request) -> Execution | Refusal:
    """StartExecution, without boto3's share of the time and without the latency of a call.

    An arrival is a moment: the calls of many clients overlap, and none waits for another's.
    """
    from botocore.awsrequest import AWSPreparedRequest
    from moto.core.request import normalize_request
    from moto.stepfunctions.responses import StepFunctionResponse

    from localaws.stepfunctions import executions

    region = terminal.REGION
    url = f"https://states.{region}.amazonaws.com/"
    key = os.environ["AWS_ACCESS_KEY_ID"]
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={key}/0/{region}/states/aws4_request",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "AWSStepFunctions.StartExecution",
    }
    body = {"stateMachineArn": machine_arn, "name": request.name, "input": request.text}
    prepared = AWSPreparedRequest("POST", url, headers, json.dumps(body).encode(), False)
    status, _, content = StepFunctionResponse.dispatch(normalize_request(prepared))
    answer = json.loads(content)
    if status >= 400:
        error = str(answer["__type"]).rpartition("#")[2]
        return Refusal(request.name, error, answer.get("message") or answer.get("Message"))
    return executions.find(answer["executionArn"])


def _requests(inputs: Iterable[Input], naming: Naming) -> Iterator[_Request]:
    if isinstance(naming, str) and "{" not in naming:
        raise ValueError(
            f"The name {naming!r} would be the same for all; a field of the input "
            f"stands in braces, as in {'{' + naming + '}'!r}."
        )
    for given in inputs:
        name = naming.format_map(given) if isinstance(naming, str) else naming and naming(given)
        yield _Request(name, json.dumps(given))


def _gaps(per_second: float | None, seed: int) -> Iterator[float]:
    """Seconds before each arrival."""
    if per_second is not None and not per_second > 0:
        raise ValueError(f"per_second is how many start in a second, above 0, not {per_second!r}.")
    source = random.Random(f"load {seed}")

    def draw() -> Iterator[float]:
        while True:
            yield source.expovariate(per_second) if per_second else 0.0

    return draw()


@contextmanager
def _faults(given: Iterable[Mapping[str, Any] | AbstractContextManager[Any]]) -> Iterator[None]:
    from localaws import faults

    with ExitStack() as stack:
        for fault in given:
            stack.enter_context(faults.inject(**fault) if isinstance(fault, Mapping) else fault)
        yield
