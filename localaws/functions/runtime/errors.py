"""Errors and results in the words of AWS's own Python runtime, the package awslambdaric."""

from __future__ import annotations

import decimal
import functools
import importlib
import math
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import simplejson

OURS = str(Path(__file__).resolve().parent)
# Before Python 3.12 the runtime escapes what is not ASCII.
ESCAPING = tuple(f"AWS_Lambda_python3.{minor}" for minor in range(12))
# The line that the runtime logs before an error of initialisation (lambda_literals.py).
UNHANDLED = (
    "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. "
    "However, in rare cases, a Lambda runtime update can cause unexpected function behavior. "
    "For functions using managed runtimes, runtime updates can be triggered by a function change, "
    "or can be applied automatically. To determine if the runtime has been updated, check the "
    "runtime version in the INIT_START log entry. If this error correlates with a change in the "
    "runtime version, you may be able to mitigate this error by temporarily rolling back to the "
    "previous runtime version. For more information, see "
    "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html\r"
)


class RuntimeFault(Exception):
    """An error that the runtime names itself, as `Runtime.ImportModuleError`."""

    def __init__(self, name: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.name, self.message, self.trace = name, message, trace or []


def named_error(
    name: str, message: str, request_id: str = "", trace: list[str] | None = None
) -> dict[str, Any]:
    """The error object that a caller gets."""
    return {
        "errorMessage": message,
        "errorType": name,
        "requestId": request_id,
        "stackTrace": trace or [],
    }


def error_of(error: BaseException, request_id: str = "") -> dict[str, Any]:
    """An exception as Lambda reports it: the name of its class is the errorType."""
    if isinstance(error, RuntimeFault):
        return named_error(error.name, error.message, request_id, error.trace)
    frames = [
        (frame.filename, frame.lineno or 0, frame.name, frame.line)
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(OURS)
    ]
    # Without marks under the line, which differ from Python to Python.
    lines = traceback.format_list(frames)
    return named_error(type(error).__name__, str(error), request_id, lines)


def load_handler(spec: str, hint: str) -> Any:
    """Import the handler `module.function`.

    Args:
        hint: added where a module is not found: what its package asks for and lacks here.

    Raises:
        RuntimeFault: in Lambda's words, why there is no such handler.
        Exception: whatever the module raises.
    """
    try:
        module_name, function_name = spec.rsplit(".", 1)
    except ValueError as error:
        message = f"Bad handler '{spec}': {error}"
        raise RuntimeFault("Runtime.MalformedHandlerName", message) from error
    if module_name.split(".")[0] in sys.builtin_module_names:
        message = f"Cannot use built-in module {module_name} as a handler module"
        raise RuntimeFault("Runtime.BuiltInModuleConflict", message)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}{hint}"
        raise RuntimeFault("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        message = f"Syntax error in module '{module_name}': {error}"
        raise RuntimeFault("Runtime.UserCodeSyntaxError", message, trace) from error
    try:
        return getattr(module, function_name)
    except AttributeError as error:
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        raise RuntimeFault("Runtime.HandlerNotFound", message) from error


@functools.cache
def _encoder() -> simplejson.JSONEncoder:
    import simplejson

    class Encoder(simplejson.JSONEncoder):
        def default(self, thing: Any) -> Any:
            if isinstance(thing, decimal.Decimal):
                return math.nan if thing.is_nan() else simplejson.RawJSON(str(thing))
            return super().default(thing)

    escapes = os.environ.get("AWS_EXECUTION_ENV") in ESCAPING
    return Encoder(use_decimal=False, allow_nan=True, ensure_ascii=escapes)


def to_json(thing: Any) -> str:
    """JSON as the runtime writes it: a Decimal is a number, and NaN is there."""
    return str(_encoder().encode(thing))


def marshal(result: Any) -> str:
    """A handler's result as its caller gets it.

    Raises:
        RuntimeFault: it cannot be written as JSON.
    """
    if isinstance(result, bytes):
        return result.decode("utf-8", "replace")
    try:
        return to_json(result)
    except Exception as error:
        message = f"Unable to marshal response: {error}"
        raise RuntimeFault("Runtime.MarshalError", message) from error


def unmarshal(event: str) -> Any:
    """An event as the handler gets it.

    Raises:
        RuntimeFault: it is not JSON.
    """
    import simplejson

    try:
        return simplejson.loads(event)
    except Exception as error:
        message = f"Unable to unmarshal input: {error}"
        raise RuntimeFault("Runtime.UnmarshalError", message) from error
