"""The faults that are there, whom each of them strikes, and when."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from botocore.awsrequest import AWSPreparedRequest

from localaws import refusals, tables
from localaws.functions.outcomes import Answer, Outcome, Printed
from localaws.functions.runtime.errors import named_error
from localaws.iam import principals
from localaws.refusals import Call, Refusal
from localaws.timing.timekeeping import EPOCH, Clock

# The state whose Task makes the request that is under way, in the task that makes it.
state_at_work: ContextVar[str | None] = ContextVar("state_at_work", default=None)
COLUMNS = ("name", "target", "what it does", "rate", "from", "until", "struck")


@dataclass(eq=False)
class Fault:
    """One fault, as `localaws.faults.inject` makes it. A with block removes it at its end.

    Attributes:
        kind: "function", "table", "queue", "topic" or "service".
        target: the name of what it strikes.
        service: boto3's name of the service whose requests it strikes, or "lambda".
        endpoint: how addresses of that service begin.
        operations: the API actions that it strikes; empty for all.
        state: the state whose requests it strikes; None for all.
        error: the error's name as it was given, or None where it only slows down.
        refusal: AWS's answer; None where the error is raised by the function's own code.
        is_after: whether the error comes after the work has been done.
        latency: seconds that it adds.
        times: how often it strikes at most; None: as long as it is there.
        struck: how often it has struck.
        source: what it draws from.
        faults: those that it is among.
        only: whether it strikes whoever acts now; None: it strikes everybody.
        hidden: whether it is not told of, nor removed with all others.
    """

    name: str
    kind: str
    target: str
    service: str
    endpoint: str
    operations: frozenset[str]
    state: str | None
    error: str | None
    message: str
    refusal: Refusal | None
    is_after: bool
    latency: float
    rate: float
    times: int | None
    from_: datetime
    until: datetime | None
    struck: int = 0
    source: random.Random = field(init=False)
    faults: Faults = field(init=False)
    only: Callable[[], bool] | None = None
    hidden: bool = False

    def __enter__(self) -> Fault:
        return self

    def __exit__(self, *_: object) -> None:
        self.faults.discard(self)

    def __repr__(self) -> str:
        what = f"{self.kind} {self.target} {self.effect}"
        return f"<Fault {self.name!r}: {what}; struck {self.struck}>"

    @property
    def effect(self) -> str:
        """What it does, in a few words."""
        slows = f"takes {self.latency:g} s longer" if self.latency else ""
        verb = "raises" if self.refusal is None else "answers"
        after = " after the work" if self.is_after else ""
        fails = f"{verb} {self.error}{after}" if self.error else ""
        actions = ", ".join(sorted(self.operations))
        whose = f"in {self.state}" if self.state else ""
        where = " ".join(filter(None, (actions, whose)))
        return " and ".join(filter(None, (slows, fails))) + (f" ({where})" if where else "")

    def row(self) -> tuple[str, ...]:
        """Its line in the table of faults."""
        until = f"{self.until:%Y-%m-%d %H:%M:%S}" if self.until else ""
        return (
            self.name,
            f"{self.kind} {self.target}",
            self.effect,
            f"{self.rate:g}",
            f"{self.from_:%Y-%m-%d %H:%M:%S}",
            until,
            str(self.struck),
        )

    def is_open(self, now: datetime) -> bool:
        """Whether its time has come and is not over, for whoever acts now."""
        is_its_time = self.from_ <= now and (self.until is None or now < self.until)
        is_spent = self.times is not None and self.struck >= self.times
        return is_its_time and not is_spent and (self.only is None or self.only())

    def is_about(self, call: Call) -> bool:
        """Whether it strikes this request, were it to strike each."""
        return (
            call.is_to(self.endpoint)
            and (not self.operations or call.operation(self.service) in self.operations)
            and self.state in (None, state_at_work.get())
            and (self.kind == "service" or self.target in call.resources)
        )


class FaultTable(list[Fault]):
    """Faults, shown as a table."""

    def __repr__(self) -> str:
        if not self:
            return "No faults."
        return tables.as_text(COLUMNS, [fault.row() for fault in self])

    def _repr_html_(self) -> str:
        if not self:
            return "<p>No faults.</p>"
        return tables.as_html(COLUMNS, [fault.row() for fault in self])


class Strike(NamedTuple):
    """What befalls one invocation or one request.

    Attributes:
        fault: the fault whose error it meets.
        latency: seconds that all faults add to it.
    """

    fault: Fault | None = None
    latency: float = 0.0

    @property
    def refusal(self) -> Refusal | None:
        """What AWS answers instead of doing what was asked."""
        return self.fault.refusal if self.fault else None

    @property
    def is_after(self) -> bool:
        """Whether the error comes after the work has been done."""
        return self.fault is not None and self.fault.is_after

    def answered(self, carry_out: Callable[[], Answer]) -> Answer:
        """What a request is answered with: it is carried out, unless it is refused before."""
        if self.refusal is None:
            return carry_out()
        if self.is_after:
            carry_out()
        return self.refusal.answer()

    def raised(self, request_id: str, now: float) -> Outcome | None:
        """How an invocation ends whose handler would have raised the error; None without one.

        The log line is that of Lambda's Python runtime. There is no traceback: no code ran.
        """
        if self.fault is None or self.fault.error is None:
            return None
        error, message = self.fault.error, self.fault.message
        printed = [Printed(now, f"[ERROR] {error}: {message}", whole=True)]
        return Outcome(error=named_error(error, message, request_id), printed=printed)


class Faults:
    """The faults of one local AWS."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._seed = seed
        self._faults: dict[str, Fault] = {}
        self._drawing = threading.Lock()
        self._closing = threading.Event()

    def add(self, fault: Fault) -> None:
        """Let a fault strike from now on.

        Raises:
            ValueError: there is one of its name.
        """
        if fault.name in self._faults:
            raise ValueError(
                f"There is a fault named {fault.name!r}. Remove it first, with "
                f"faults.remove({fault.name!r}) or faults.clear(), or give this one a name=."
            )
        fault.source = random.Random(f"fault {self._seed} {fault.name}")
        fault.faults = self
        self._faults[fault.name] = fault

    def all(self) -> FaultTable:
        """Every fault, in the order in which they came."""
        return FaultTable(self._faults.values())

    def told(self) -> FaultTable:
        """Those that are not hidden."""
        return FaultTable(fault for fault in self.all() if not fault.hidden)

    def discard(self, fault: Fault) -> None:
        """Remove a fault, if it is there."""
        if self._faults.get(fault.name) is fault:
            del self._faults[fault.name]

    def clear(self) -> None:
        """Remove every fault that is told of."""
        for fault in self.told():
            self.discard(fault)

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._closing.set()

    def wait(self, seconds: float) -> bool:
        """Wait, but on the real clock not beyond `close`; whether that has come."""
        if self._clock.simulated:
            self._clock.sleep(seconds)
            return False
        return self._closing.wait(seconds)

    def of_function(self, name: str) -> Strike:
        """What befalls an invocation of this function."""
        there = self._open(self._clock.time())
        return self._strike([f for f in there if f.kind == "function" and f.target == name])

    def of_call(self, request: AWSPreparedRequest, now: float) -> Strike:
        """What befalls a request that the stack makes; `now` in seconds since 1970."""
        there = [fault for fault in self._open(now) if fault.kind != "function"]
        call = refusals.Call(request) if there else None
        return self._strike([fault for fault in there if call and fault.is_about(call)])

    def meet(self, request: AWSPreparedRequest, carry_out: Callable[[], Any]) -> Any:
        """The answer to a request from outside of functions: a state machine's meets faults."""
        if not self._faults or not principals.is_state_machine(request):
            return carry_out()
        strike = self.of_call(request, self._clock.time())

        def arrive() -> Any:
            if strike.latency:
                self.wait(strike.latency)
            return strike.answered(carry_out)

        # What is on its way arrives, although whoever waits for it may give up.
        return self._clock.run(arrive) if strike.latency else arrive()

    def _open(self, seconds: float) -> list[Fault]:
        now = EPOCH + timedelta(seconds=seconds)
        return [fault for fault in self.all() if fault.is_open(now)]

    def _strike(self, faults: list[Fault]) -> Strike:
        """Each fault draws, whether another one strikes or not. The first error counts."""
        with self._drawing:
            struck = [fault for fault in faults if fault.source.random() < fault.rate]
            first = next((fault for fault in struck if fault.error), None)
            if first is not None and first.kind == "function" and first.refusal:
                met = [first]  # Lambda refuses at once
            else:
                met = [fault for fault in struck if fault is first or not fault.error]
            for fault in met:
                fault.struck += 1
        return Strike(first, sum(fault.latency for fault in met))
