"""Lambda: each function in processes of its own, with Lambda's words for what goes wrong.

moto without Docker echoes the event instead of running the handler
(awslambda_simple/models.py:28); `LambdaSimpleBackend.invoke` is replaced in `api`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend

from localaws import refusals, seeds
from localaws.functions.asynchronous import EventQueue, QueuedEvent
from localaws.functions.concurrency import Concurrency
from localaws.functions.destinations import Destinations
from localaws.functions.environments import Environment, Fleet, State
from localaws.functions.fleets import Fleets
from localaws.functions.metering import FaultyMeter, RealMeter, SimulatedMeter
from localaws.functions.outcomes import Meter, Outcome, TimedOut
from localaws.functions.reports import Course, Invocation
from localaws.functions.sandbox import Sandbox
from localaws.gate import Gate
from localaws.iam.grants import function_may_log
from localaws.latency import LatencyModel
from localaws.observability import lambdametrics
from localaws.observability import logs as observability
from localaws.striking import Faults, Strike
from localaws.timing.timekeeping import Clock

log = logging.getLogger(__name__)

# "The Init phase is limited to 10 seconds."
INIT_LIMIT = 10.0
# On the real clock a laptop that starts six Pythons at once may need more, so this only ends a
# module that never finishes loading.
INIT_PATIENCE = 60.0


@dataclass(frozen=True)
class Call:
    """One invocation that is asked for.

    Attributes:
        event: JSON text.
        request_id: AWS's id of the request, the same at each attempt.
        arn: as the caller has named the function, with version or alias.
        client_context: what the caller gave as ClientContext.
    """

    function: LambdaFunction
    event: str
    request_id: str
    arn: str
    client_context: Any = None


class Functions:
    """Runs every function, from its first invocation to `close`."""

    def __init__(
        self,
        clock: Clock,
        gate: Gate,
        latency: LatencyModel,
        faults: Faults,
        spare: list[Sandbox],
    ) -> None:
        """`spare`: sandboxes started ahead, so that a cold start costs no more than imports."""
        self._clock, self._gate, self._latency = clock, gate, latency
        self._faults = faults
        self._fleets = Fleets(clock, spare)
        self._concurrency = Concurrency()
        destinations = Destinations(clock, self._invoke_by_arn)
        self._queue = EventQueue(clock, faults.wait, destinations)

    def invoke(
        self,
        function: LambdaFunction,
        event: str,
        arn: str | None = None,
        client_context: Any = None,
    ) -> Invocation:
        """Run a function on an event (JSON text) and wait for its end."""
        call = self._call(function, event, arn, client_context)
        return self._clock.run(lambda: self._invoke(call))

    def invoke_in_background(
        self, function: LambdaFunction, event: str, arn: str | None = None
    ) -> str:
        """Run a function without waiting for it: InvocationType Event. Returns the request's id."""
        call = self._call(function, event, arn, None)
        queued = QueuedEvent(function, event, call.request_id, self._clock.time())

        def deliver() -> None:
            try:
                self._queue.deliver(queued, lambda: self._invoke(call))
            except Exception:
                if not self._fleets.closed:
                    log.exception("A function could not be invoked.")

        if not self._fleets.closed:
            self._clock.spawn(deliver)
        return call.request_id

    def forget(self, function_name: str) -> None:
        """End the processes of a function that is deleted."""
        self._fleets.forget(function_name)

    def refuse(self) -> None:
        """Begin no further invocation."""
        self._fleets.refuse()

    def close(self) -> None:
        """End every process."""
        self._fleets.close()

    def clean_up(self) -> None:
        """Remove what the processes ran from."""
        self._fleets.clean_up()

    def _call(
        self, function: LambdaFunction, event: str, arn: str | None, client_context: Any
    ) -> Call:
        request_id = str(seeds.uuid4())
        return Call(function, event, request_id, arn or function.function_arn, client_context)

    def _invoke_by_arn(self, arn: str, event: str) -> None:
        _, _, _, region, account, _ = arn.split(":", 5)
        self.invoke_in_background(get_backend(account, region).get_function(arn), event, arn)

    def _invoke(self, call: Call) -> Invocation:
        strike = self._faults.of_function(call.function.function_name)
        if strike.refusal:
            return self._refuse(call, strike.refusal)
        with self._concurrency.taken(call.function) as refusal:
            return self._refuse(call, refusal) if refusal else self._run(call, strike)

    def _refuse(self, call: Call, refusal: refusals.Refusal) -> Invocation:
        if refusal.code == "TooManyRequestsException":
            lambdametrics.throttled(call.function, call.arn)
        # Or a queue would ask again at once, for ever.
        self._clock.sleep(self._latency.call("lambda"))
        return refusals.refused_invocation(refusal)

    def _run(self, call: Call, strike: Strike) -> Invocation:
        course = Course(call.function, call.request_id)
        fleet, environment = self._fleets.take(call.function)
        try:
            if environment.state is State.NEW:
                course.begun_init = self._clock.time()
                course.init = self._initialise(call.function, fleet, environment)
            course.begun = self._clock.time()
            self._run_handler(call, strike, fleet, environment, course)
        finally:
            self._fleets.give_back(fleet, environment)
        invocation = course.report(self._clock.time())
        if function_may_log(call.function, environment.stream):
            observability.write_function_log(call.function, environment.stream, invocation.lines)
        milliseconds = course.outcome.seconds * 1000
        lambdametrics.invoked(
            call.function, call.arn, course.begun, milliseconds, invocation.failed
        )
        return invocation

    def _initialise(
        self, function: LambdaFunction, fleet: Fleet, environment: Environment
    ) -> Outcome:
        """The Init phase of a new environment. Where it fails, the invocation tries once more."""
        limit = INIT_LIMIT if self._clock.simulated else INIT_PATIENCE
        meter = self._meter(fleet, limit, patience=INIT_PATIENCE)
        outcome = self._load(fleet, environment, meter)
        meter.finish(outcome, self._latency.cold_start(function.function_name))
        self._note_initialisation(environment, outcome)
        return outcome

    def _run_handler(
        self, call: Call, strike: Strike, fleet: Fleet, environment: Environment, course: Course
    ) -> None:
        """The Invoke phase: the handler, and before it the initialisation, where that is due.

        .../dg/lambda-runtime-environment.html: after a failure, the environment is initialised
        anew as a part of the next invocation, within the function's timeout.
        """
        name = call.function.function_name
        meter = self._meter(fleet, float(call.function.timeout), strike.latency)
        if environment.state is not State.WARM:
            course.init_again = self._load(fleet, environment, meter)
            self._compute(meter, course.init_again, self._latency.cold_start(name))
            course.init_again.seconds = min(meter.elapsed(), float(call.function.timeout))
            self._note_initialisation(environment, course.init_again)
            course.begun += course.init_again.seconds
        if environment.state is State.WARM:
            course.outcome = self._handle(call, strike, fleet, environment, meter)
        else:
            assert course.init_again is not None
            course.outcome = self._copy(course.init_again)
        # The process is free for other calls, though this one's modelled time is not over.
        meter.finish(course.outcome, self._latency.handler(name))
        if course.outcome.ended:
            self._fleets.reset(environment)

    def _handle(
        self, call: Call, strike: Strike, fleet: Fleet, environment: Environment, meter: Meter
    ) -> Outcome:
        if strike.is_after:
            done = self._work(call, fleet, environment, meter)
            lost = strike.raised(call.request_id, meter.time())
            return done if done.failed or lost is None else done.followed_by(lost)
        raised = strike.raised(call.request_id, meter.time())
        return raised or self._work(call, fleet, environment, meter)

    def _work(self, call: Call, fleet: Fleet, environment: Environment, meter: Meter) -> Outcome:
        with self._fleets.process(fleet, environment) as sandbox:
            if not sandbox.loaded:  # its process has been ended by another environment's call
                again = sandbox.load(fleet.code, environment.stream, environment.temporary, meter)
                if again.failed:
                    return again
            context = self._context(call, meter)
            return sandbox.invoke(call.event, context, environment.temporary, meter)

    def _load(self, fleet: Fleet, environment: Environment, meter: Meter) -> Outcome:
        """Load the code. A process that serves several environments loads it once."""
        with self._fleets.process(fleet, environment) as sandbox:
            if sandbox.loaded:
                return Outcome()
            return sandbox.load(fleet.code, environment.stream, environment.temporary, meter)

    def _note_initialisation(self, environment: Environment, outcome: Outcome) -> None:
        if outcome.failed:
            self._fleets.reset(environment)
        else:
            environment.state = State.WARM

    @staticmethod
    def _compute(meter: Meter, outcome: Outcome, seconds: float) -> None:
        try:
            meter.compute(seconds)
        except TimedOut:
            outcome.ended = "timeout"

    @staticmethod
    def _copy(outcome: Outcome) -> Outcome:
        """The same ending, without what was printed: that stands before the START line."""
        return Outcome(outcome.payload, outcome.error, [], outcome.ended, outcome.exit_code)

    def _meter(
        self, fleet: Fleet, timeout: float, latency: float = 0.0, patience: float | None = None
    ) -> Meter:
        meter: Meter = (
            SimulatedMeter(
                self._clock, self._gate, timeout, lambda: self._fleets.has_room(fleet), patience
            )
            if self._clock.simulated
            else RealMeter(self._gate, timeout)
        )
        return FaultyMeter(meter, self._gate, self._faults, latency)

    @staticmethod
    def _context(call: Call, meter: Meter) -> dict[str, Any]:
        now = meter.time()
        drawn = call.request_id.replace("-", "")
        left = float(call.function.timeout) - meter.elapsed()
        trace = f"Root=1-{int(now):08x}-{drawn[:24]};Parent={drawn[-16:]};Sampled=0"
        return {
            "aws_request_id": call.request_id,
            "seed": seeds.of_invocation(call.request_id),
            "invoked_function_arn": call.arn,
            "client_context": call.client_context,
            "remaining": int(left * 1000),
            "trace_id": trace,
        }
