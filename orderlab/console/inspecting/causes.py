"""The cause of an error as a person reads it: its message, and the lines of its trace."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cause:
    """`message`, then `trace`; `rest` is what else a function said of its error, as JSON."""

    message: str
    trace: tuple[str, ...] = ()
    rest: str = ""


def read_cause(cause: str | None) -> Cause:
    """Lambda writes a function's error as JSON: errorMessage, errorType and stackTrace (Node.js:
    trace); docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html. Any other cause is text.
    """
    if not cause:
        return Cause("")
    try:
        found = json.loads(cause)
    except ValueError:
        return Cause(cause)
    if not isinstance(found, dict):
        return Cause(cause)
    if "errorMessage" not in found:
        return Cause("", rest=json.dumps(found, indent=2, ensure_ascii=False))
    rest = {key: found[key] for key in found if key not in ("errorMessage", "stackTrace", "trace")}
    trace = _trace(found.get("stackTrace") or found.get("trace") or [])
    told = json.dumps(rest, ensure_ascii=False) if rest else ""
    return Cause(str(found["errorMessage"]), trace, told)


def _trace(found: Any) -> tuple[str, ...]:
    entries = found if isinstance(found, list) else [found]
    lines = [line for entry in entries for line in str(entry).replace("\xa0", " ").splitlines()]
    return tuple(line.rstrip() for line in lines if line.strip())
