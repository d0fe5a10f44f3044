"""The services of the local AWS put together: moto, and what finishes it.

Loading this module loads moto, which takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID

from localaws import dynamodb, guard, scale, seeds, servicemodels, ttl
from localaws.apigateway import gateway as apigateway
from localaws.branching import worlds
from localaws.cloudformation import stacks as cloudformation
from localaws.eventbridge import buses
from localaws.eventbridge import service as eventbridge
from localaws.functions import api as functions
from localaws.functions import settings
from localaws.functions.sandbox import Sandbox
from localaws.functions.service import Functions
from localaws.functions.watchdog import watchdog
from localaws.gate import Gate
from localaws.iam import buckets, creation, managedpolicies
from localaws.iam.permissions import Permissions
from localaws.latency import Latency, LatencyModel
from localaws.mail import Outbox
from localaws.mending import Mends
from localaws.observability import cloudwatch
from localaws.pipes import service as pipes
from localaws.ses import service as ses
from localaws.sns import service as sns
from localaws.sqs import service as sqs
from localaws.sqs.poller import Pollers
from localaws.stepfunctions import api as stepfunctions
from localaws.stepfunctions import compact, engine, executions, interpreter, replays, teststate
from localaws.striking import Faults
from localaws.timing import mototime
from localaws.timing.simulatedtime import SimulatedTime
from localaws.timing.timekeeping import Clock, RealTime

if TYPE_CHECKING:
    from localaws.door import Door

MOTO = {
    "lambda": {"use_docker": False},
    "stepfunctions": {"execute_state_machine": True},
}


class Services:
    """One local AWS: every service on one clock, until it is closed."""

    def __init__(
        self,
        region: str,
        clock: str,
        seed: int,
        latency: LatencyModel | None,
        spare: list[Sandbox],
    ) -> None:
        """`spare`: empty sandboxes, started while this module was loaded."""
        self._mock = mock_aws(config=MOTO)
        self._mock.start()
        servicemodels.begin_session()
        self._mends = Mends()
        self.clock: Clock = SimulatedTime() if clock == "simulated" else RealTime()
        self.seed = seed
        self.latency = model = latency or Latency(seed)
        self.faults = Faults(self.clock, seed)
        self.outbox = Outbox()
        self._permissions = Permissions(self.clock)
        self.gate = Gate(self.clock, model, self.faults, self._permissions)
        self._functions = Functions(self.clock, self.gate, model, self.faults, spare)
        self._pollers = Pollers(self.clock, self._functions)
        self.gateway = apigateway.Gateway(self.clock, self._functions, DEFAULT_ACCOUNT_ID, region)
        self._door: Door | None = None
        self._install(seed)
        if isinstance(self.clock, SimulatedTime):
            mototime.install(self._mends, self.clock)
            self.clock.simulation.when_interrupted = watchdog.end_work

    def _install(self, seed: int) -> None:
        """Finish moto, service by service."""
        mends, clock = self._mends, self.clock
        guard.install(mends)
        self.gate.install(mends)
        managedpolicies.install(mends)
        buckets.install(mends)
        cloudformation.install(mends, clock)
        dynamodb.install(mends, clock)
        self.journal = worlds.install(mends, clock)
        ttl.install(mends, clock)
        functions.install(mends, self._functions)
        settings.install(mends)
        interpreter.install(mends)
        scale.install(mends)
        engine.install(mends, clock)
        executions.install(mends, clock)
        replays.install(mends)  # after those who mend states and tasks
        compact.install(mends)
        stepfunctions.install(mends, clock)
        teststate.install(mends, clock)
        self.messages = sns.install(mends, clock, self._functions, self.outbox)
        self._deliveries = (
            self.messages,
            eventbridge.install(mends, clock, self._functions),
        )
        cloudwatch.install(mends, clock, buses.put_event)
        ses.install(mends, clock, self._functions, self.outbox)
        sqs.install(mends, clock, self._pollers)
        pipes.install(mends, self._pollers)
        creation.install(mends)  # after those who make functions, mappings and machines
        apigateway.install(mends, self.gateway)
        seeds.install(mends, seed)

    @property
    def door(self) -> Door:
        """The HTTP endpoint, opened when it is first asked for, or when its port has been taken."""
        if self._door is None or self._door.closed:
            self.open_door(0)
        assert self._door is not None
        return self._door

    def open_door(self, port: int) -> None:
        """Open the HTTP endpoint at a port; another local AWS that has it gives it up.

        Args:
            port: 0 takes a free one.

        Raises:
            OSError: another program has the port.
        """
        from localaws.door import Door  # only now: moto's server is needed for nothing else

        self._door = Door(self.clock, self.gateway, self._permissions, self.gate.hear, port)

    @staticmethod
    def all_ended(arns: Iterable[str]) -> Callable[[], bool]:
        """A question: whether executions, given by their ARNs, have ended."""
        return executions.all_ended(arns)

    def close(self) -> None:
        """Stop everything and take everything back: threads, processes, files."""
        if self._door is not None:
            self._door.close()
        self._pollers.stop()
        for deliveries in self._deliveries:
            deliveries.close()
        self._functions.refuse()
        self.faults.close()
        executions.stop_all(self.clock)
        self._functions.close()  # what waits for a function goes on, and finds itself stopped
        executions.join()
        self.clock.close()
        watchdog.stop()
        self._functions.clean_up()
        self._mends.restore()
        self._mock.stop()
