"""Every function's execution environments, and the processes in which their code runs.

On the real clock an environment is a process. On the simulated one there are as many environments
as calls at one time, as on AWS, while a few processes are enough: a call holds one only while its
code runs, or sleeps.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moto.awslambda.models import LambdaFunction

from localaws import seeds
from localaws.functions.configuration import variables
from localaws.functions.environments import Environment, Fleet, State
from localaws.functions.packaging import imports_of
from localaws.functions.reports import MODELLED_MEMORY_MB
from localaws.functions.sandbox import Code, Sandbox
from localaws.timing.timekeeping import Clock

# More than this many busy processes of one function help nobody on a laptop.
PROCESSES_PER_FUNCTION = 4
# On the real clock handlers wait for real, and waiting costs no processor.
REAL_PROCESSES_PER_FUNCTION = 8
MEGABYTE = 1 << 20


class Fleets:
    """Every function's fleet, from its first call to `close`."""

    def __init__(self, clock: Clock, spare: list[Sandbox]) -> None:
        """`spare`: sandboxes started ahead, so that a cold start costs no more than imports."""
        self._clock = clock
        self._changed = clock.condition()
        self._fleets: dict[tuple[str, str], Fleet] = {}  # by function and version
        self._spare = spare
        self._living = dict.fromkeys(spare)
        self._closed = False
        self._folder = tempfile.TemporaryDirectory(prefix="localaws-", ignore_cleanup_errors=True)

    @property
    def closed(self) -> bool:
        return self._closed

    def take(self, function: LambdaFunction) -> tuple[Fleet, Environment]:
        """An environment for one call: an idle one, or a cold one."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._is_free(self._fleet(function)))
            if self._closed:
                raise RuntimeError("The local AWS has been stopped.")
            fleet = self._fleet(function)
            idle = self._idle(fleet)
            if idle is not None:
                return fleet, idle
            fleet.size += 1
            return fleet, self._new_environment(function)

    @contextmanager
    def process(self, fleet: Fleet, environment: Environment) -> Iterator[Sandbox]:
        """A process in which an environment's code may run meanwhile: its own, if that is free."""
        with self._changed:
            sandbox = environment.sandbox
            if sandbox is None or sandbox.busy or not sandbox.alive:
                sandbox = self._other_sandbox(fleet)
            sandbox.busy = True
            environment.sandbox = sandbox
        try:
            yield sandbox
        finally:
            sandbox.busy = False

    def has_room(self, fleet: Fleet) -> bool:
        """Whether another call would find a process, were all now at work to go on sleeping."""
        return fleet.busy() < PROCESSES_PER_FUNCTION

    def reset(self, environment: Environment) -> None:
        """The call has used up the process, as a timeout does; the next one gets another."""
        with self._changed:
            environment.state = State.RESET
            sandbox, environment.sandbox = environment.sandbox, None
            if sandbox is not None and not sandbox.busy:
                self._end(sandbox)

    def give_back(self, fleet: Fleet, environment: Environment) -> None:
        """The call is over."""
        with self._changed:
            sandbox = environment.sandbox
            if sandbox is not None and not sandbox.alive and environment.state is State.WARM:
                environment.state, environment.sandbox = State.RESET, None
            current = any(fleet is one for one in self._fleets.values())
            if current and not self._closed:
                environment.idle_since = self._clock.now()
                fleet.idle.append(environment)
            else:
                fleet.size -= 1
                environment.remove_files()
                if sandbox is not None and not sandbox.busy:
                    self._end(sandbox)
            self._changed.notify_all()

    def forget(self, function_name: str) -> None:
        """End the processes of a function that is deleted. One that is at work ends after it."""
        with self._changed:
            for key in [key for key in self._fleets if key[0] == function_name]:
                self._retire(key)

    def refuse(self) -> None:
        """Begin no further call."""
        with self._changed:
            self._closed = True

    def close(self) -> None:
        """End every process; nothing of them is left, neither process nor file."""
        self.refuse()
        with self._changed:
            for sandbox in list(self._living):
                self._end(sandbox)
            self._changed.notify_all()

    def clean_up(self) -> None:
        """Remove the functions' files."""
        self._folder.cleanup()

    def _is_free(self, fleet: Fleet) -> bool:
        room = fleet.size < REAL_PROCESSES_PER_FUNCTION
        return self._clock.simulated or bool(fleet.idle) or room

    def _idle(self, fleet: Fleet) -> Environment | None:
        """The one that was used last. Those that Lambda has ended meanwhile end here."""
        now = self._clock.now()
        while fleet.idle and fleet.idle[0].is_over(now):
            self._end_idle(fleet, fleet.idle.popleft())
        while fleet.idle:
            environment = fleet.idle.pop()
            if not environment.is_over(now):
                return environment
            self._end_idle(fleet, environment)
        return None

    def _end_idle(self, fleet: Fleet, environment: Environment) -> None:
        fleet.size -= 1
        environment.remove_files()
        if not self._clock.simulated and environment.sandbox is not None:
            self._end(environment.sandbox)
        if fleet.size == 0:  # nobody else keeps what their processes remember
            self._end_all(fleet)

    def _fleet(self, function: LambdaFunction) -> Fleet:
        """The function's fleet; a new one as soon as its code or configuration has changed."""
        fingerprint = (
            function.code_sha_256,
            function.handler,
            tuple(sorted((function.environment_vars or {}).items())),
            function.memory_size,
            function.role,
            function.timeout,
            function.run_time,
            str(getattr(function, "logging_config", None)),
        )
        key = function.function_name, str(function.version)
        fleet = self._fleets.get(key)
        if fleet is None or fleet.fingerprint != fingerprint:
            self._retire(key)
            fleet = Fleet(fingerprint, self._unpack(function))
            self._fleets[key] = fleet
        return fleet

    def _retire(self, key: tuple[str, str]) -> None:
        fleet = self._fleets.pop(key, None)
        if fleet is not None:
            for environment in fleet.idle:
                environment.remove_files()
            self._end_all(fleet)

    def _unpack(self, function: LambdaFunction) -> Code:
        folder = self._make_folder(function.function_name)
        with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as archive:
            archive.extractall(folder)
        return Code(
            folder,
            function.handler or "",
            variables(function),
            imports_of(folder),
            max(0, int(function.memory_size) - MODELLED_MEMORY_MB) * MEGABYTE,
        )

    def _new_environment(self, function: LambdaFunction) -> Environment:
        now = self._clock.now()
        stream = f"{now:%Y/%m/%d}/[{function.version}]{seeds.uuid4().hex}"
        return Environment(stream, self._make_folder("tmp"), born=now, idle_since=now)

    def _make_folder(self, prefix: str) -> Path:
        return Path(tempfile.mkdtemp(prefix=prefix + "-", dir=self._folder.name))

    def _other_sandbox(self, fleet: Fleet) -> Sandbox:
        fleet.sandboxes = [sandbox for sandbox in fleet.sandboxes if sandbox.alive]
        for sandbox in fleet.sandboxes:
            if self._clock.simulated and not sandbox.busy:
                return sandbox
        sandbox = self._spare.pop() if self._spare else Sandbox()
        self._living[sandbox] = None
        fleet.sandboxes.append(sandbox)
        return sandbox

    def _end_all(self, fleet: Fleet) -> None:
        for sandbox in fleet.sandboxes:
            if not sandbox.busy:
                self._end(sandbox)

    def _end(self, sandbox: Sandbox) -> None:
        sandbox.kill()
        self._living.pop(sandbox, None)
