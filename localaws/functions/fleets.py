"""A function's execution environments, and the processes in which their code runs.

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
from typing import Any

from moto.awslambda.models import LambdaFunction

from localaws import seeds
from localaws.functions.sandbox import Code, Sandbox
from localaws.timing.timekeeping import Clock

# More than this many busy processes of one function help nobody on a laptop.
PROCESSES_PER_FUNCTION = 4


class Environment:
    """One execution environment: cold until its first call, and with a log stream of its own."""

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.warm = False
        self.sandbox: Sandbox | None = None


class Fleet:
    """The environments of one function with one code and configuration."""

    def __init__(self, fingerprint: tuple[Any, ...], code: Code) -> None:
        self.fingerprint = fingerprint
        self.code = code
        self.idle: list[Environment] = []
        self.size = 0
        self.sandboxes: list[Sandbox] = []

    def has_room(self) -> bool:
        """Whether another call would find a process, were all now at work to go on sleeping."""
        busy = sum(sandbox.busy for sandbox in self.sandboxes if sandbox.alive)
        return busy < PROCESSES_PER_FUNCTION


class Fleets:
    """Every function's fleet, from its first call to `close`."""

    def __init__(self, clock: Clock, spare: list[Sandbox]) -> None:
        """`spare`: sandboxes started ahead, so that a cold start costs no more than imports."""
        self._clock = clock
        self._changed = clock.condition()
        self._fleets: dict[str, Fleet] = {}
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
            if fleet.idle:
                return fleet, fleet.idle.pop()
            fleet.size += 1
            return fleet, Environment(self._stream_name())

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

    def discard(self, environment: Environment) -> None:
        """The call has used up the environment, as a timeout does; the next one finds it cold."""
        with self._changed:
            sandbox, environment.sandbox = environment.sandbox, None
            if sandbox is not None and not sandbox.busy:
                self._end(sandbox)

    def give_back(self, fleet: Fleet, environment: Environment) -> None:
        """The call is over."""
        with self._changed:
            current = any(fleet is one for one in self._fleets.values())
            sandbox = environment.sandbox
            if current and not self._closed and sandbox is not None and sandbox.alive:
                fleet.idle.append(environment)
            else:
                fleet.size -= 1
                if sandbox is not None and not sandbox.busy and (not current or self._closed):
                    self._end(sandbox)
            self._changed.notify_all()

    def forget(self, function_name: str) -> None:
        """End the processes of a function that is deleted. One that is at work ends after it."""
        with self._changed:
            fleet = self._fleets.pop(function_name, None)
            for sandbox in fleet.sandboxes if fleet else []:
                if not sandbox.busy:
                    self._end(sandbox)

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
        return self._clock.simulated or bool(fleet.idle) or fleet.size < PROCESSES_PER_FUNCTION

    def _fleet(self, function: LambdaFunction) -> Fleet:
        """The function's fleet; a new one as soon as its code or configuration has changed."""
        fingerprint = (
            function.code_sha_256,
            function.handler,
            tuple(sorted((function.environment_vars or {}).items())),
            function.memory_size,
            function.role,
        )
        fleet = self._fleets.get(function.function_name)
        if fleet is None or fleet.fingerprint != fingerprint:
            self.forget(function.function_name)
            fleet = Fleet(fingerprint, self._unpack(function))
            self._fleets[function.function_name] = fleet
        return fleet

    def _unpack(self, function: LambdaFunction) -> Code:
        folder = Path(tempfile.mkdtemp(prefix=function.function_name + "-", dir=self._folder.name))
        with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as archive:
            archive.extractall(folder)
        return Code(folder, function.handler, _variables(function, folder))

    def _other_sandbox(self, fleet: Fleet) -> Sandbox:
        fleet.sandboxes = [sandbox for sandbox in fleet.sandboxes if sandbox.alive]
        for sandbox in fleet.sandboxes:
            if self._clock.simulated and not sandbox.busy:
                return sandbox
        sandbox = self._spare.pop() if self._spare else Sandbox()
        self._living[sandbox] = None
        fleet.sandboxes.append(sandbox)
        return sandbox

    def _end(self, sandbox: Sandbox) -> None:
        sandbox.kill()
        self._living.pop(sandbox, None)

    def _stream_name(self) -> str:
        return f"{self._clock.now():%Y/%m/%d}/[$LATEST]{seeds.uuid4().hex}"


def _variables(function: LambdaFunction, folder: Path) -> dict[str, str]:
    """docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, the reserved ones last."""
    return {
        **{k: str(v) for k, v in (function.environment_vars or {}).items()},
        "_HANDLER": function.handler,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
        "AWS_ACCESS_KEY_ID": "ASIALOCALAWSFUNCTION",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "local",
        "LAMBDA_TASK_ROOT": str(folder),
        "LANG": "en_US.UTF-8",
    }
