"""The one place where every AWS request of this process passes, whoever makes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core import botocore_stubber

from localaws.iam.permissions import Permissions
from localaws.latency import LatencyModel
from localaws.mending import Mends
from localaws.routes import Routes
from localaws.striking import Faults
from localaws.timing.timekeeping import Clock

if TYPE_CHECKING:
    from localaws.branching.worlds import World


class Gate:
    """Lets requests in, one at a time, and lets a state machine's requests take their time."""

    def __init__(
        self, clock: Clock, latency: LatencyModel, faults: Faults, permissions: Permissions
    ) -> None:
        self._clock = clock
        self._latency = latency
        self._faults = faults
        self._permissions = permissions
        self._answer = Routes().answer
        self.worlds: list[World] = []  # of branches that run
        # Called with each request of a cell's or of another program's, before it is answered.
        self.listeners: list[Callable[[AWSPreparedRequest], None]] = []

    def seconds(self, url: str) -> float:
        """How long a call to this address takes."""
        host = url.partition("://")[2]
        return self._latency.call(host.partition(".")[0])

    def answer(
        self, method: str, url: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Answer an AWS call that a function's code made, on the backends of this process."""
        request = AWSPreparedRequest(method, url, headers, body, False)
        answer = self._permissions.refuse_function(request) or self._pass(request)
        if answer is None:
            message = {"message": f"The local AWS does not know {url}."}
            return 501, {"Content-Type": "application/json"}, json.dumps(message).encode()
        status, answer_headers, content = answer
        text = content if isinstance(content, bytes) else str(content or "").encode()
        return status, {str(k): str(v) for k, v in answer_headers.items()}, text

    def hear(self, request: AWSPreparedRequest) -> None:
        """A person's request has come: tell whoever listens."""
        for listener in self.listeners:
            listener(request)

    def _pass(self, request: AWSPreparedRequest) -> Any:
        for world in self.worlds:
            if world.is_ours():
                return world.answer(request, self._answer)
        return self._answer(request)

    def install(self, mends: Mends) -> None:
        def process_request(_: Any, request: AWSPreparedRequest) -> Any:
            if self._clock.inside:
                self._clock.sleep(self.seconds(request.url))
                return meet(request)
            if ".amazonaws.com" in request.url:  # the door hears what comes to it
                self.hear(request)
            with self._clock.turn():
                return meet(request)

        def meet(request: AWSPreparedRequest) -> Any:
            return self._faults.meet(request, lambda: carry_out(request))

        def carry_out(request: AWSPreparedRequest) -> Any:
            return self._permissions.refuse(request) or self._pass(request)

        mends.replace(botocore_stubber.BotocoreStubber, "process_request", process_request)
