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

from localaws import observability, seeds
from localaws.fleets import Environment, Fleet, Fleets
from localaws.gate import Gate
from localaws.latency import LatencyModel
from localaws.mending import Mends
from localaws.metering import Meter, RealMeter, SimulatedMeter
from localaws.reports import Invocation, report
from localaws.sandbox import Code, Outcome, Sandbox
from localaws.timekeeping import Clock

log = logging.getLogger(__name__)

# AWS allows ten seconds of initialisation. A laptop that starts six Pythons at once may need
# more, so this only ends a module that never finishes loading.
INIT_LIMIT = 60.0


class Functions:
    """Runs every function, from its first invocation to `close`."""

    def __init__(
        self, clock: Clock, gate: Gate, latency: LatencyModel, spare: list[Sandbox]
    ) -> None:
        """`spare`: sandboxes started ahead, so that a cold start costs no more than imports."""
        self._clock, self._gate, self._latency = clock, gate, latency
        self._fleets = Fleets(clock, spare)

    def invoke(self, function: LambdaFunction, event: str) -> Invocation:
        """Run a function on an event (JSON text) and wait for its end."""
        return self._clock.run(lambda: self._invoke(function, event))

    def invoke_in_background(self, function: LambdaFunction, event: str) -> None:
        """Run a function without waiting for it: InvocationType Event."""

        def invoke() -> None:
            try:
                self._invoke(function, event)
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
        request_id = str(seeds.uuid4())
        fleet, environment = self._fleets.take(function)
        try:
            sandbox = self._fleets.enter(fleet, environment)
            init = self._initialise(function, fleet, environment, sandbox)
            begun = self._clock.time()
            outcome = self._run(function, fleet, environment, sandbox, event, request_id)
        finally:
            self._fleets.give_back(fleet, environment)
        invocation = report(function, request_id, init, outcome, begun, self._clock.time())
        observability.write_function_log(function, environment.stream, invocation.lines)
        return invocation

    def _initialise(
        self, function: LambdaFunction, fleet: Fleet, environment: Environment, sandbox: Sandbox
    ) -> Outcome | None:
        """Load the code where that has not been done; returns how it went, in a cold environment.

        A process that serves several environments loads the code once; each takes its time.
        """
        meter = self._meter(fleet, INIT_LIMIT)
        outcome = Outcome()
        if not sandbox.loaded:
            stream = {"AWS_LAMBDA_LOG_STREAM_NAME": environment.stream}
            code = Code(fleet.code.folder, fleet.code.handler, fleet.code.variables | stream)
            outcome = sandbox.load(code, meter)
        if environment.warm:
            return None
        environment.warm = True
        meter.finish(outcome, self._latency.cold_start(function.function_name))
        return outcome

    def _run(
        self,
        function: LambdaFunction,
        fleet: Fleet,
        environment: Environment,
        sandbox: Sandbox,
        event: str,
        request_id: str,
    ) -> Outcome:
        timeout = float(function.timeout)
        meter = self._meter(fleet, timeout)
        context = _context(function, request_id, environment.stream)
        try:
            outcome = sandbox.invoke(event, context, meter)
        finally:
            self._fleets.leave(sandbox)  # though the modelled time is not over
        meter.finish(outcome, self._latency.handler(function.function_name))
        return outcome

    def _meter(self, fleet: Fleet, timeout: float) -> Meter:
        if self._clock.simulated:
            return SimulatedMeter(self._clock, self._gate, timeout, fleet.has_room)
        return RealMeter(self._gate, timeout)


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
