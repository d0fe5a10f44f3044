"""One Lambda sandbox: a process that loads one handler and answers invocations over one pipe.

Run as a script by `localaws.functions.sandbox`. Standard input and output carry frames: four bytes
of length, then JSON. Everything else a handler prints travels as log frames, and its own AWS calls
as request frames, so that it needs neither the network nor a port.

The words of its errors are those of AWS's own Python runtime (the package awslambdaric).
"""

from __future__ import annotations

import base64
import importlib
import io
import json
import os
import queue
import random
import sys
import threading
import time
import traceback
import uuid
from time import perf_counter
from typing import Any

TASK_ROOT = "/var/task"  # where Lambda unpacks a function's code

SITE_PACKAGES = [p for p in sys.path if p.endswith("site-packages")]


class Pipe:
    """The frames to and from the process that invokes us."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "wb")
        self._in = os.fdopen(os.dup(0), "rb")
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):  # a handler's child processes must not write frames
            os.dup2(nowhere, descriptor)
        self._sending = threading.Lock()
        self._asking = threading.Lock()
        self._frames: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.clock = MachineClock()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            head = self._in.read(4)
            if len(head) < 4:
                os._exit(0)  # the invoking process is gone, and so are we, busy or not
            self._frames.put(json.loads(self._in.read(int.from_bytes(head, "big"))))

    def receive(self) -> dict[str, Any]:
        return self._frames.get()

    def send(self, kind: str, **content: Any) -> None:
        body = json.dumps({"kind": kind, **content}).encode()
        with self._sending:
            self._out.write(len(body).to_bytes(4, "big") + body)
            self._out.flush()

    def ask(self, kind: str, **content: Any) -> dict[str, Any]:
        with self._asking:  # a handler's threads take turns
            self.send(kind, **content)
            answer = self.receive()
            self.clock.read(answer)
            return answer


class LogWriter(io.TextIOBase):
    """Standard output and error of a handler, with the paths that its code has on Lambda."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self.folders: tuple[str, ...] = ()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text:
            self._pipe.send("log", text=as_on_lambda(text, self.folders))
        return len(text)


def as_on_lambda(text: str, folders: tuple[str, ...]) -> str:
    """A text without the folders of this machine; JSON doubles the backslashes of a path."""
    for folder in folders:
        for written in (folder, folder.replace("\\", "\\\\")):
            text = text.replace(written, TASK_ROOT)
    return text


class MachineClock:
    """The machine's own."""

    def seconds(self) -> float:
        return time.monotonic()

    def begin(self, frame: dict[str, Any]) -> None:
        """An invocation begins."""

    def read(self, frame: dict[str, Any]) -> None:
        """A frame has come from outside."""


class SimulatedClock(MachineClock):
    """Every frame from outside says what time it is. In between, time stands still.

    What a handler draws is drawn from its request's id, so that it repeats.
    """

    def __init__(self, pipe: Pipe, now: float, seed: str) -> None:
        import time_machine  # only here: on the real clock nobody needs it

        self._now = now
        self._pipe = pipe
        self._source = random.Random(seed)
        random.seed(seed)
        self._coordinates = time_machine.travel(now, tick=False).start()
        pipe.clock = self
        time.sleep = self._sleep  # type: ignore[assignment]
        time.perf_counter = self.seconds
        uuid.uuid4 = lambda: uuid.UUID(int=self._source.getrandbits(128), version=4)

    def seconds(self) -> float:
        return self._now

    def begin(self, frame: dict[str, Any]) -> None:
        self.read(frame)
        request_id = frame["context"]["aws_request_id"]
        random.seed(request_id)
        self._source.seed(request_id)

    def read(self, frame: dict[str, Any]) -> None:
        self._now = frame["now"]
        self._coordinates.move_to(self._now)

    def _sleep(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self._pipe.ask("sleep", seconds=float(seconds))


class LambdaContext:
    """The context object: docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

    identity = None
    client_context = None

    def __init__(self, fields: dict[str, Any], clock: MachineClock) -> None:
        self.function_name: str = fields["function_name"]
        self.function_version: str = fields["function_version"]
        self.invoked_function_arn: str = fields["invoked_function_arn"]
        self.memory_limit_in_mb: str = fields["memory_limit_in_mb"]
        self.aws_request_id: str = fields["aws_request_id"]
        self.log_group_name: str = fields["log_group_name"]
        self.log_stream_name: str = fields["log_stream_name"]
        self._clock = clock
        self._deadline: float = clock.seconds() + fields["timeout"]

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds left until the function's timeout."""
        return max(0, int((self._deadline - self._clock.seconds()) * 1000))


class Response(io.BytesIO):
    """A response's body as botocore reads it."""

    def stream(self, *_: Any, **__: Any) -> Any:
        yield self.read()


def answer_aws_calls_through(pipe: Pipe) -> None:
    """Send every botocore request over the pipe (botocore's public event `before-send`)."""
    import boto3  # noqa: F401  as in Lambda's runtime, it is there; loaded before it is timed
    import botocore.handlers
    from botocore.awsrequest import AWSResponse

    def before_send(request: Any, **_: Any) -> Any:
        body = request.body or b""
        if hasattr(body, "read"):
            body = body.read()
        if isinstance(body, str):
            body = body.encode()
        answer = pipe.ask(
            "aws",
            method=request.method,
            url=request.url,
            headers={
                k: v.decode("latin-1") if isinstance(v, bytes) else str(v)
                for k, v in request.headers.items()
            },
            body=base64.b64encode(body).decode(),
        )
        content = base64.b64decode(answer["body"])
        return AWSResponse(request.url, answer["status"], answer["headers"], Response(content))

    botocore.handlers.BUILTIN_HANDLERS.append(("before-send", before_send))


def forbid_the_network() -> None:
    """No call leaves the machine: only loopback addresses can be looked up or connected to."""

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            address = arguments[1]
            host = address[0] if isinstance(address, tuple) else None
        elif event == "socket.getaddrinfo":
            host = arguments[0]
        else:
            return
        if isinstance(host, bytes):
            host = host.decode("ascii", "replace")
        if host and not (host.startswith("127.") or host in ("localhost", "::1")):
            raise PermissionError(
                f"The local AWS lets no function call {host}: nothing leaves this machine."
            )

    sys.addaudithook(audit)


def code_folders(code_folder: str) -> tuple[str, ...]:
    """What is /var/task on Lambda: SAM packs a function's requirements beside its code."""
    return (code_folder, *SITE_PACKAGES)


def error_of(error: BaseException, code_folder: str, request_id: str = "") -> dict[str, Any]:
    """An exception as Lambda reports it: the name of its class is the errorType."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and not frame.filename.startswith("<frozen importlib")
    ]
    lines = (
        traceback.format_list(  # without marks under the line, which differ from Python to Python
            [(f.filename, f.lineno or 0, f.name, f.line) for f in frames]
        )
    )
    lines = [as_on_lambda(line, code_folders(code_folder)) for line in lines]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": lines,
    }


def named_error(name: str, message: str, request_id: str = "") -> dict[str, Any]:
    return {
        "errorMessage": message,
        "errorType": name,
        "requestId": request_id,
        "stackTrace": [],
    }


def load_handler(spec: str, code_folder: str) -> tuple[Any, dict[str, Any] | None]:
    """Import the handler `module.function`; returns it, or the error that Lambda would report."""
    module_name, _, function_name = spec.rpartition(".")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        return None, named_error("Runtime.ImportModuleError", message)
    except SyntaxError as error:
        message = f"Syntax error in module '{module_name}': {error}"
        return None, named_error("Runtime.UserCodeSyntaxError", message)
    except Exception as error:  # noqa: BLE001  whatever the module raises, Lambda reports
        return None, error_of(error, code_folder)
    handler = getattr(module, function_name, None)
    if handler is None:
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        return None, named_error("Runtime.HandlerNotFound", message)
    return handler, None


def invoke(
    handler: Any, frame: dict[str, Any], code_folder: str, clock: MachineClock
) -> dict[str, Any]:
    """Call the handler; returns `{"payload": text}` or `{"error": ...}`."""
    request_id = frame["context"]["aws_request_id"]
    clock.begin(frame)
    try:
        result = handler(json.loads(frame["event"]), LambdaContext(frame["context"], clock))
    except Exception as error:  # noqa: BLE001  whatever the handler raises, Lambda reports
        return {"error": error_of(error, code_folder, request_id)}
    try:
        return {"payload": json.dumps(result, ensure_ascii=False, allow_nan=False)}
    except (TypeError, ValueError) as error:
        message = f"Unable to marshal response: {error}"
        return {"error": named_error("Runtime.MarshalError", message, request_id)}


def log_error(pipe: Pipe, error: dict[str, Any]) -> None:
    trace = "".join(error["stackTrace"])
    text = f"[ERROR] {error['errorType']}: {error['errorMessage']}\n"
    pipe.send("log", text=text + (f"Traceback (most recent call last):\n{trace}" if trace else ""))


def main() -> None:
    pipe = Pipe()
    sys.stdout = sys.stderr = writer = LogWriter(pipe)
    answer_aws_calls_through(pipe)
    start = pipe.receive()
    begun = perf_counter()
    os.environ.clear()
    os.environ.update(start["environment"])
    os.chdir(start["code_folder"])
    writer.folders = code_folders(start["code_folder"])
    sys.path[:] = [start["code_folder"]] + [p for p in sys.path if p not in start["hidden"]]
    forbid_the_network()
    if start["now"] is not None:
        SimulatedClock(pipe, start["now"], seed=os.environ["AWS_LAMBDA_LOG_STREAM_NAME"])
    handler, init_error = load_handler(start["handler"], start["code_folder"])
    if init_error:
        log_error(pipe, init_error)
    pipe.send("ready", seconds=perf_counter() - begun)
    while True:
        frame = pipe.receive()
        if init_error:
            error = {**init_error, "requestId": frame["context"]["aws_request_id"]}
            # Lambda starts a fresh environment for the next try.
            pipe.send("done", error=error, spent=True)
        outcome = invoke(handler, frame, start["code_folder"], pipe.clock)
        if "error" in outcome:
            log_error(pipe, outcome["error"])
        pipe.send("done", **outcome)


if __name__ == "__main__":
    main()
