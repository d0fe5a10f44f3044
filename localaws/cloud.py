"""The local AWS as a whole: start it, deploy to it, stop it. The only face that lessons see."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from localaws import quickstart
from localaws.functions.sandbox import Sandbox
from localaws.functions.watchdog import watchdog

if TYPE_CHECKING:
    from localaws.deployment import Stack
    from localaws.latency import LatencyModel

REGION = "us-east-1"
# Started ahead, empty, while the rest is loaded and the stack deployed: a cold start then costs
# the handler's own imports alone, as on AWS.
SPARE_SANDBOXES = 4
# A learner's own profile, keys and endpoints must not reach boto3 while the local AWS runs.
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": None,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_PROFILE": None,
    "AWS_DEFAULT_PROFILE": None,
    "AWS_SESSION_TOKEN": None,
    "AWS_ENDPOINT_URL": None,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Cloud:
    """One local AWS in this process."""

    def __init__(self, clock: str, seed: int, latency: LatencyModel | None) -> None:
        spare = [Sandbox() for _ in range(SPARE_SANDBOXES)]  # first: they load while we do
        self._environment = _Environment(ENVIRONMENT)
        self._environment.set()

        # Only now: loading moto takes seconds, and `import localaws` should not.
        with quickstart.without_iri_grammar():
            from moto import mock_aws
            from moto.core import DEFAULT_ACCOUNT_ID

            from localaws import dynamodb, gate, guard, scale, seeds, striking, ttl
            from localaws import latency as latencies
            from localaws.apigateway import gateway as apigateway
            from localaws.cloudformation import stacks as cloudformation
            from localaws.eventbridge import buses
            from localaws.eventbridge import service as eventbridge
            from localaws.functions import service as functions
            from localaws.iam import creation, managedpolicies
            from localaws.iam import permissions as iam
            from localaws.mending import Mends
            from localaws.observability import cloudwatch
            from localaws.outbox import Outbox
            from localaws.pipes import service as pipes
            from localaws.sns import service as sns
            from localaws.sqs import poller as pollers
            from localaws.sqs import service as sqs
            from localaws.stepfunctions import api as stepfunctions
            from localaws.stepfunctions import (
                compact,
                engine,
                executions,
                interpreter,
                teststate,
            )
            from localaws.timing import mototime, simulatedtime, timekeeping

        self._mock = mock_aws(
            config={
                "lambda": {"use_docker": False},
                "stepfunctions": {"execute_state_machine": True},
            }
        )
        self._mock.start()
        self._mends = mends = Mends()
        self._executions = executions
        self.clock: timekeeping.Clock = (
            simulatedtime.SimulatedTime() if clock == "simulated" else timekeeping.RealTime()
        )
        model = latency or latencies.Latency(seed)
        self.faults = striking.Faults(self.clock, seed)
        self._permissions = iam.Permissions(self.clock)
        passage = gate.Gate(self.clock, model, self.faults, self._permissions)
        self._functions = functions.Functions(self.clock, passage, model, self.faults, spare)
        self._pollers = pollers.Pollers(self.clock, self._functions)
        self._gateway = apigateway.Gateway(self.clock, self._functions, DEFAULT_ACCOUNT_ID, REGION)
        self._door: Any = None
        guard.install(mends)
        passage.install(mends)
        managedpolicies.install(mends)
        cloudformation.install(mends, self.clock)
        dynamodb.install(mends)
        ttl.install(mends, self.clock)
        functions.install(mends, self._functions)
        interpreter.install(mends)
        scale.install(mends)
        engine.install(mends, self.clock)
        executions.install(mends, self.clock)
        compact.install(mends)
        stepfunctions.install(mends, self.clock)
        teststate.install(mends, self.clock)
        self.outbox = Outbox()
        self._deliveries = [
            sns.install(mends, self.clock, self._functions, self.outbox),
            eventbridge.install(mends, self.clock, self._functions),
        ]
        cloudwatch.install(mends, self.clock, buses.put_event)
        sqs.install(mends, self.clock, self._pollers)
        pipes.install(mends, self._pollers)
        creation.install(mends)  # after those who make functions, mappings and machines
        apigateway.install(mends, self._gateway)
        seeds.install(mends, seed)
        if isinstance(self.clock, simulatedtime.SimulatedTime):
            mototime.install(mends, self.clock)
            self.clock.simulation.when_interrupted = watchdog.end_work

    @property
    def door(self) -> Any:
        """The HTTP endpoint, opened when it is first asked for."""
        if self._door is None:
            from localaws.door import Door

            self._door = Door(self.clock, self._gateway, self._permissions)
        return self._door

    def all_ended(self, executions: Iterable[str]) -> Callable[[], bool]:
        """A question: whether executions, given by their ARNs, have ended."""
        return self._executions.all_ended(executions)

    def close(self) -> None:
        """Stop everything and take everything back: threads, processes, files, environment."""
        if self._door is not None:
            self._door.close()
        self._pollers.stop()
        for deliveries in self._deliveries:
            deliveries.close()
        self._functions.refuse()
        self.faults.close()
        self._executions.stop_all(self.clock)
        self._functions.close()  # what waits for a function goes on, and finds itself stopped
        self._executions.join()
        self.clock.close()
        watchdog.stop()
        self._functions.clean_up()
        self._mends.restore()
        self._mock.stop()
        self._environment.restore()


class _Environment:
    """Variables that are set for a while; None unsets one."""

    def __init__(self, wanted: dict[str, str | None]) -> None:
        self._wanted = wanted
        self._before = {name: os.environ.get(name) for name in wanted}

    def set(self) -> None:
        self._put(self._wanted)

    def restore(self) -> None:
        self._put(self._before)

    @staticmethod
    def _put(values: dict[str, str | None]) -> None:
        for name, value in values.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_cloud: Cloud | None = None


def start(
    clock: Literal["simulated", "real"] = "simulated",
    seed: int = 0,
    latency: LatencyModel | None = None,
) -> None:
    """Start the local AWS. From here on boto3 in this process talks to it, and to nothing else.

    Where it runs already, nothing changes, so that a cell can be run twice.

    Args:
        clock: "simulated": waits take no wall time, and time moves when `localaws.clock` is told
            so or something that runs is read. "real": the machine's clock.
        seed: decides every id, every jitter and every modelled duration.
        latency: how long calls take on the simulated clock, instead of `localaws.latency`'s model.
    """
    global _cloud
    if clock not in ("simulated", "real"):
        raise ValueError(f'The clock is "simulated" or "real", not {clock!r}.')
    if _cloud is None:
        _cloud = Cloud(clock, seed, latency)


def stop() -> None:
    """Stop the local AWS, if it runs, and restore the environment that was there before."""
    global _cloud
    if _cloud is not None:
        running, _cloud = _cloud, None
        running.close()


def reset(
    clock: Literal["simulated", "real"] = "simulated",
    seed: int = 0,
    latency: LatencyModel | None = None,
) -> None:
    """Start afresh: no stack, no data, no log. Takes what `start` takes."""
    stop()
    start(clock, seed, latency)


def deploy(template: str | Path, stack_name: str = "dev-ecommerce-backend") -> Stack:
    """Deploy a SAM template to the local AWS, or update the stack that stands there.

    Args:
        template: path of the template, for example `../template.yaml`.
        stack_name: name of the stack.

    Raises:
        RuntimeError: the local AWS is not started.
        localaws.DeployError: the stack could not be deployed; the message says why.
    """
    running()
    from localaws import deployment

    return deployment.deploy(template, stack_name)


def endpoint_url() -> str:
    """Address of the HTTP endpoint on 127.0.0.1 for programs other than this one."""
    return str(running().door.url)


def running() -> Cloud:
    """The local AWS of this process.

    Raises:
        RuntimeError: it is not started.
    """
    if _cloud is None:
        raise RuntimeError("The local AWS is not started. Call localaws.start() first.")
    return _cloud


atexit.register(stop)
