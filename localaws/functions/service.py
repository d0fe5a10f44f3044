"""Lambda: each function in processes of its own, with Lambda's words for what goes wrong.

moto without Docker echoes the event instead of running the handler
(awslambda_simple/models.py:28); `LambdaSimpleBackend.invoke` is replaced here.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda_simple.models import LambdaSimpleBackend

from localaws import refusals, seeds
from localaws.functions.fleets import Environment, Fleet, Fleets
from localaws.functions.metering import Meter, RealMeter, SimulatedMeter
from localaws.functions.reports import Invocation, report
from localaws.functions.sandbox import Code, Outcome, Sandbox
from localaws.gate import Gate
from localaws.latency import LatencyModel
from localaws.mending import Mends
from localaws.observability import logs as observability
from localaws.striking import Faults, FaultyMeter, Strike
from localaws.timing.timekeeping import Clock

log = logging.getLogger(__name__)

# AWS allows ten seconds of initialisation. A laptop that starts six Pythons at once may need
# more, so this only ends a module that never finishes loading.
INIT_LIMIT = 60.0


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

    def invoke(self, function: LambdaFunction, event: str) -> Invocation:
        """Run a function on an event (JSON text) and wait for its end."""
        return self._clock.run(lambda: self._invoke(function, event))

    def invoke_in_background(self, function: LambdaFunction, event: str) -> None:
        """Run a function without waiting for it: InvocationType Event."""

        def invoke() -> None:
            try:
                for pause in refusals.asynchronous_pauses():
                    done = self._invoke(function, event)
                    if not isinstance(done, refusals.RefusedInvocation) or self._faults.wait(pause):
                        return
            except Exception:
                if not self._fleets.closed:
                    log.exception("A function could not be invoked.")

        if not self._fleets.closed:
            self._clock.spawn(invoke)

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

    def _invoke(self, function: LambdaFunction, event: str) -> Invocation:
        strike = self._faults.of_function(function.function_name)
        if strike.refusal:
            # Or a queue would ask again at once, for ever.
            self._clock.sleep(self._latency.call("lambda"))
            return refusals.refused_invocation(strike.refusal)
        request_id = str(seeds.uuid4())
        fleet, environment = self._fleets.take(function)
        try:
            init = None if environment.warm else self._initialise(function, fleet, environment)
            begun = self._clock.time()
            outcome = self._run(function, fleet, environment, event, request_id, strike)
        finally:
            self._fleets.give_back(fleet, environment)
        invocation = report(function, request_id, init, outcome, begun, self._clock.time())
        observability.write_function_log(function, environment.stream, invocation.lines)
        return invocation

    def _initialise(
        self, function: LambdaFunction, fleet: Fleet, environment: Environment
    ) -> Outcome:
        """Load the code in a cold environment; returns how that went."""
        meter = self._meter(fleet, INIT_LIMIT)
        with self._fleets.process(fleet, environment) as sandbox:
            outcome = self._load(fleet, environment, sandbox, meter)
        environment.warm = True
        meter.finish(outcome, self._latency.cold_start(function.function_name))
        return outcome

    @staticmethod
    def _load(fleet: Fleet, environment: Environment, sandbox: Sandbox, meter: Meter) -> Outcome:
        """A process that serves several environments loads the code once."""
        if sandbox.loaded:
            return Outcome()
        stream = {"AWS_LAMBDA_LOG_STREAM_NAME": environment.stream}
        code = Code(fleet.code.folder, fleet.code.handler, fleet.code.variables | stream)
        return sandbox.load(code, meter)

    def _run(
        self,
        function: LambdaFunction,
        fleet: Fleet,
        environment: Environment,
        event: str,
        request_id: str,
        strike: Strike,
    ) -> Outcome:
        meter = self._meter(fleet, float(function.timeout), strike.latency)
        context = _context(function, request_id, environment.stream)
        outcome = strike.raised(request_id, meter.time())
        if outcome is None:
            with self._fleets.process(fleet, environment) as sandbox:
                self._load(fleet, environment, sandbox, meter)
                outcome = sandbox.invoke(event, context, meter)
        # The process is free for other calls, though this one's modelled time is not over.
        meter.finish(outcome, self._latency.handler(function.function_name))
        if outcome.ended:
            self._fleets.discard(environment)
        return outcome

    def _meter(self, fleet: Fleet, timeout: float, latency: float = 0.0) -> Meter:
        meter: Meter = (
            SimulatedMeter(self._clock, self._gate, timeout, fleet.has_room)
            if self._clock.simulated
            else RealMeter(self._gate, timeout)
        )
        return FaultyMeter(meter, self._gate, self._faults, latency)


def _context(function: LambdaFunction, request_id: str, stream: str) -> dict[str, Any]:
    return {
        "function_name": function.function_name,
        "function_version": "$LATEST",
        "invoked_function_arn": function.function_arn,
        "memory_limit_in_mb": str(function.memory_size),
        "aws_request_id": request_id,
        "log_group_name": function.logs_group_name,
        "log_stream_name": stream,
        "timeout": float(function.timeout),
    }


def install(mends: Mends, functions: Functions) -> None:
    def invoke(
        self: LambdaBackend,
        function_name: str,
        qualifier: str | None,
        body: Any,
        headers: Any,
        response_headers: Any,
    ) -> bytes:
        function = self.get_function(function_name, qualifier)
        event = (body.decode() if isinstance(body, bytes) else body) or "{}"
        kind = headers.get("X-Amz-Invocation-Type")
        if kind == "DryRun":
            return b""
        if kind == "Event":
            functions.invoke_in_background(function, event)
            return b""
        done = functions.invoke(function, event)
        if isinstance(done, refusals.RefusedInvocation):
            raise done.error()
        if done.failed:
            response_headers["x-amz-function-error"] = "Unhandled"
        response_headers["x-amz-executed-version"] = "$LATEST"
        response_headers["x-amz-log-result"] = base64.b64encode(done.log[-4096:].encode()).decode()
        return done.payload.encode()

    def delete_function(
        self: LambdaBackend, function_name: str, qualifier: str | None = None
    ) -> None:
        delete(self, function_name, qualifier)
        functions.forget(function_name.rsplit(":", maxsplit=1)[-1])

    # Echoes the event instead of running the handler.
    mends.replace(LambdaSimpleBackend, "invoke", invoke)
    delete: Callable[..., None] = mends.replace(LambdaBackend, "delete_function", delete_function)
