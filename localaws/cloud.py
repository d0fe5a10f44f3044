"""The local AWS as a whole: start it, deploy to it, stop it. The only face that lessons see."""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from localaws import elsewhere, quickstart, terminal
from localaws.elsewhere import Elsewhere
from localaws.functions.sandbox import Sandbox

if TYPE_CHECKING:
    from localaws.deployment import Stack
    from localaws.latency import LatencyModel
    from localaws.services import Services

# Started ahead, empty, while the rest is loaded and the stack deployed: a cold start then costs
# the handler's own imports alone, as on AWS.
SPARE_SANDBOXES = 4


class Cloud:
    """The local AWS of this process, and the environment in which boto3 finds it."""

    def __init__(self, clock: str, seed: int, latency: LatencyModel | None) -> None:
        spare = [Sandbox() for _ in range(SPARE_SANDBOXES)]  # first: they load while we do
        # A person's own profile, keys and endpoints must not reach boto3 while this runs.
        self._before = {name: os.environ.get(name) for name in terminal.ALONE}
        terminal.enter(terminal.ALONE)

        # Only now: loading moto takes seconds, and `import localaws` should not.
        load()
        from localaws.services import Services

        self.services = Services(terminal.REGION, clock, seed, latency, spare)
        if terminal.stand_beside():
            self.services.open_door(terminal.port())

    @staticmethod
    def deploy(template: str | Path, stack_name: str, parameters: Mapping[str, str]) -> Stack:
        """See `deploy` below."""
        from localaws import deployment

        return deployment.deploy(template, stack_name, parameters)

    def close(self) -> None:
        """Stop it, and put the environment back."""
        self.services.close()
        terminal.enter(self._before)


_cloud: Cloud | Elsewhere | None = None


def load() -> None:
    """Load what a start needs: a process that is forked afterwards starts in a second."""
    with quickstart.without_iri_grammar():
        from localaws import services  # noqa: F401


def start(
    clock: Literal["simulated", "real"] = "simulated",
    seed: int = 0,
    latency: LatencyModel | None = None,
) -> None:
    """Start the local AWS. From here on boto3 in this process talks to it, and to nothing else.

    Where it runs already, nothing changes, so that a cell can be run twice. Where the variable
    LOCALAWS_TARGET asks for another AWS, it is that one: see `localaws.elsewhere`.

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
        target = elsewhere.asked()
        _cloud = Elsewhere(target) if target else Cloud(clock, seed, latency)


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


def deploy(
    template: str | Path,
    stack_name: str = "dev-ecommerce-backend",
    parameters: Mapping[str, str] | None = None,
) -> Stack:
    """Deploy a SAM template to the local AWS, or update the stack that stands there.

    Args:
        template: path of the template, for example `../template.yaml`.
        stack_name: name of the stack.
        parameters: values of the template's parameters. One that is not given keeps the value
            that the stack has, or takes its default.

    Raises:
        RuntimeError: the local AWS is not started.
        localaws.DeployError: the stack could not be deployed; the message says why.
    """
    return _started().deploy(template, stack_name, parameters or {})


def endpoint_url() -> str:
    """Address of the HTTP endpoint on 127.0.0.1 for programs other than this one."""
    return str(running().door.url)


def open_door(port: int) -> str:
    """Open the HTTP endpoint at a port of 127.0.0.1, 0 for a free one; returns its address.

    Raises:
        OSError: another program has the port.
    """
    running().open_door(port)
    return endpoint_url()


def running() -> Services:
    """The services of this process's local AWS.

    Raises:
        RuntimeError: it is not started.
    """
    services: Services = _started().services
    return services


def _started() -> Cloud | Elsewhere:
    if _cloud is None:
        raise RuntimeError("The local AWS is not started. Call localaws.start() first.")
    return _cloud


atexit.register(stop)
