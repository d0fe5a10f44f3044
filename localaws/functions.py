"""Lambda: each function in worker processes of its own, with Lambda's words for what goes wrong.

moto without Docker echoes the event instead of running the handler
(awslambda_simple/models.py:28); `LambdaSimpleBackend.invoke` is replaced here.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import tempfile
import threading
import time
import uuid
import zipfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.models import botocore_stubber

from localaws import observability
from localaws.mending import Mends
from localaws.reports import Invocation, report
from localaws.sandbox import Code, Sandbox

log = logging.getLogger(__name__)

# More than this many busy workers of one function help nobody on a laptop; a call then waits.
SANDBOXES_PER_FUNCTION = 4
BACKGROUND_INVOKES = 4


class _Worker:
    """A sandbox with a function loaded, and the log stream that is its own."""

    def __init__(self, sandbox: Sandbox, stream: str) -> None:
        self.sandbox = sandbox
        self.stream = stream
        self.init_seconds: float | None = None  # reported by the first invocation
        self.init_log = ""


class _Fleet:
    """The workers of one function with one code and configuration."""

    def __init__(self, fingerprint: tuple[Any, ...], code: Code) -> None:
        self.fingerprint = fingerprint
        self.code = code
        self.idle: list[_Worker] = []
        self.size = 0


class Functions:
    """Every function's workers, from the first invocation to `close`."""

    def __init__(self, spare: list[Sandbox]) -> None:
        """`spare`: sandboxes started ahead, so that a cold start costs no more than imports."""
        self._changed = threading.Condition()
        self._fleets: dict[str, _Fleet] = {}
        self._spare = spare
        self._living = set(spare)
        self._closed = False
        self._folder = tempfile.TemporaryDirectory(prefix="localaws-", ignore_cleanup_errors=True)
        self._background = ThreadPoolExecutor(BACKGROUND_INVOKES, "localaws-invoke")

    def invoke(self, function: LambdaFunction, event: str) -> Invocation:
        """Run a function on an event (JSON text) and wait for its end."""
        request_id = str(uuid.uuid4())
        worker, fleet = self._take(function)
        try:
            if worker.init_seconds is None:
                self._load(worker, fleet, function)
            begun = time.perf_counter()
            outcome = worker.sandbox.invoke(
                event, _context(function, request_id, worker.stream), float(function.timeout)
            )
            seconds = time.perf_counter() - begun
        finally:
            self._give_back(worker, fleet)
        invocation = report(
            function, request_id, outcome, seconds, worker.init_seconds or 0.0, worker.init_log
        )
        worker.init_seconds, worker.init_log = 0.0, ""
        observability.write_function_log(function, worker.stream, invocation.log)
        return invocation

    def invoke_in_background(self, function: LambdaFunction, event: str) -> None:
        """Run a function without waiting for it: InvocationType Event."""
        with self._changed:
            if not self._closed:
                future = self._background.submit(self.invoke, function, event)
                future.add_done_callback(self._log_failure)

    def _log_failure(self, future: Future[Invocation]) -> None:
        if not self._closed and not future.cancelled() and (error := future.exception()):
            log.error("A function could not be invoked.", exc_info=error)

    def forget(self, function_name: str) -> None:
        """End the workers of a function that is deleted."""
        with self._changed:
            fleet = self._fleets.pop(function_name, None)
            for worker in fleet.idle if fleet else []:
                self._end(worker.sandbox)

    def refuse(self) -> None:
        """Begin no further invocation."""
        with self._changed:
            self._closed = True

    def close(self) -> None:
        """End every worker; nothing of them is left, neither process nor file."""
        self.refuse()
        with self._changed:
            for sandbox in list(self._living):
                self._end(sandbox)
            self._changed.notify_all()
        self._background.shutdown(wait=True, cancel_futures=True)
        self._folder.cleanup()

    def _take(self, function: LambdaFunction) -> tuple[_Worker, _Fleet]:
        with self._changed:
            while True:
                if self._closed:
                    raise RuntimeError("The local AWS has been stopped.")
                fleet = self._fleet(function)
                if fleet.idle:
                    return fleet.idle.pop(), fleet
                if fleet.size < SANDBOXES_PER_FUNCTION:
                    fleet.size += 1
                    sandbox = self._spare.pop() if self._spare else self._start_sandbox()
                    return _Worker(sandbox, _stream_name()), fleet
                self._changed.wait()

    def _fleet(self, function: LambdaFunction) -> _Fleet:
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
            fleet = _Fleet(fingerprint, self._unpack(function))
            self._fleets[function.function_name] = fleet
        return fleet

    def _unpack(self, function: LambdaFunction) -> Code:
        folder = Path(tempfile.mkdtemp(prefix=function.function_name + "-", dir=self._folder.name))
        with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as archive:
            archive.extractall(folder)
        return Code(folder, function.handler, _environment(function, folder))

    def _load(self, worker: _Worker, fleet: _Fleet, function: LambdaFunction) -> None:
        stream = {"AWS_LAMBDA_LOG_STREAM_NAME": worker.stream}
        code = Code(fleet.code.folder, fleet.code.handler, {**fleet.code.environment, **stream})
        worker.init_seconds, worker.init_log = worker.sandbox.load(code, answer_aws)

    def _give_back(self, worker: _Worker, fleet: _Fleet) -> None:
        with self._changed:
            current = any(fleet is one for one in self._fleets.values())
            if worker.sandbox.alive and current and not self._closed:
                fleet.idle.append(worker)
            else:
                self._end(worker.sandbox)
                fleet.size -= 1
            self._changed.notify()

    def _start_sandbox(self) -> Sandbox:
        sandbox = Sandbox()
        self._living.add(sandbox)
        return sandbox

    def _end(self, sandbox: Sandbox) -> None:
        sandbox.kill()
        self._living.discard(sandbox)


def answer_aws(
    method: str, url: str, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    """Answer an AWS call that a worker made, on the backends of this process."""
    request = AWSPreparedRequest(method, url, headers, body, False)
    answer = botocore_stubber.process_request(request)
    if answer is None:
        message = {"message": f"The local AWS does not know {url}."}
        return 501, {"Content-Type": "application/json"}, json.dumps(message).encode()
    status, answer_headers, content = answer
    text = content if isinstance(content, bytes) else str(content or "").encode()
    return status, {str(k): str(v) for k, v in answer_headers.items()}, text


def _environment(function: LambdaFunction, folder: Path) -> dict[str, str]:
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


def _stream_name() -> str:
    return f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"


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
