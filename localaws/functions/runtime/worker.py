"""One Lambda execution environment's process: it loads one handler and answers invocations.

It is started ahead, empty. Its first order says what to load; each that follows is an invocation.
"""

from __future__ import annotations

import os
import sys
import traceback
from types import TracebackType
from typing import Any

from localaws.functions.runtime import awscalls, errors, guards, memory
from localaws.functions.runtime.clocks import MachineClock, SimulatedClock
from localaws.functions.runtime.context import LambdaContext
from localaws.functions.runtime.files import Files
from localaws.functions.runtime.logs import Logs
from localaws.functions.runtime.packages import Packages
from localaws.functions.runtime.paths import Paths
from localaws.functions.runtime.pipe import Frame, LogWriter, Pipe


def main(package_folders: list[str]) -> None:
    """`package_folders`: where installed packages are, as site-packages."""
    paths = Paths()
    files = Files(paths, package_folders)
    pipe, packages = Pipe(), Packages(package_folders)
    sys.excepthook = _print_uncaught
    writer = LogWriter(pipe, paths.as_on_lambda)
    sys.stdout = sys.stderr = writer
    awscalls.answer_through(pipe)
    import simplejson  # noqa: F401  loaded before it is timed

    order = pipe.receive()
    environment = _prepare(order, pipe, paths, packages)
    clock = MachineClock()
    if order["now"] is not None:
        clock = SimulatedClock(pipe, order["now"], environment["AWS_LAMBDA_LOG_STREAM_NAME"])
    files.unpack(order["code_folder"])
    files.use(order["temporary"])
    guards.install(files)
    packages.limit(order["modules"], order["distributions"])
    logs = Logs(writer)
    memory.limit_growth(pipe, order["memory"])
    try:
        handler = errors.load_handler(order["handler"], order["hint"])
    except Exception as error:  # noqa: BLE001  whatever the module raises, Lambda reports
        _refuse(pipe, logs, paths, error)
        return
    pipe.send("ready")
    while True:
        frame = pipe.receive()
        clock.begin(frame)
        files.use(frame["temporary"])
        logs.request_id = frame["context"]["aws_request_id"]
        os.environ["_X_AMZN_TRACE_ID"] = frame["context"]["trace_id"]
        outcome = invoke(handler, frame, paths)
        if pipe.forked:
            os._exit(0)  # the child of a fork has returned from the handler
        if "error" in outcome:
            logs.error(outcome["error"])
        outcome["payload"].encode()  # half a surrogate pair ends Lambda's runtime, too
        pipe.send("done", **outcome)


def invoke(handler: Any, frame: Frame, paths: Paths) -> dict[str, Any]:
    """Call the handler; returns its result or its error, as an object too, as JSON text."""
    try:
        context = LambdaContext(frame["context"])
        result = handler(errors.unmarshal(frame["event"]), context)
        return {"payload": errors.marshal(result)}
    except Exception as error:  # noqa: BLE001  whatever the handler raises, Lambda reports
        return _reported(error, paths, frame["context"]["aws_request_id"])


def _reported(error: Exception, paths: Paths, request_id: str = "") -> dict[str, Any]:
    found = errors.error_of(error, request_id)
    found["errorMessage"] = paths.as_on_lambda(found["errorMessage"])
    found["stackTrace"] = [paths.as_on_lambda(line) for line in found["stackTrace"]]
    return {"error": found, "payload": errors.to_json(found)}


def _prepare(order: Frame, pipe: Pipe, paths: Paths, packages: Packages) -> dict[str, str]:
    environment: dict[str, str] = order["environment"]
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(order["code_folder"])
    sys.path.insert(0, order["code_folder"])
    paths.set(order["code_folder"], packages.folders, order["runtime_modules"])
    return environment


def _refuse(pipe: Pipe, logs: Logs, paths: Paths, error: Exception) -> None:
    """The function cannot be loaded: as Lambda's runtime, say so and end."""
    import logging

    logging.getLogger().warning(errors.UNHANDLED)
    outcome = _reported(error, paths)
    logs.error(outcome["error"])
    pipe.send("failed", **outcome)
    pipe.receive()  # never: we are ended


def _print_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """What no handler has caught ends the process. Our own frames are not the learner's."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(errors.OURS):
        trace = trace.tb_next
    sys.stderr.write("".join(traceback.format_exception(kind, error, trace)))
