"""What Lambda reports of an invocation: how long it took, and what is billed for it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

# docs.aws.amazon.com/lambda/latest/dg/python-logging.html
_REPORT = re.compile(r"\tDuration: ([\d.]+) ms\tBilled Duration: (\d+) ms\tMemory Size: (\d+) MB")


@dataclass(frozen=True)
class Invocation:
    """An invocation that has ended.

    Attributes:
        payload: what the function returned, or its error object.
        failed: whether it is the latter.
        log: the end of its log, as `LogType="Tail"` gives it.
    """

    payload: Any
    failed: bool
    log: str

    @property
    def seconds(self) -> float:
        """How long the handler took."""
        return float(self._report()[0]) / 1000

    @property
    def gb_seconds(self) -> float:
        """What is billed, initialisation included."""
        _, billed, memory = self._report()
        return int(billed) / 1000 * int(memory) / 1024

    @property
    def words(self) -> str:
        """`Sandbox.Timedout (RequestId: … Task timed out after 3.00 seconds)`, or the payload."""
        if not self.failed:
            return json.dumps(self.payload)
        return f"{self.payload['errorType']} ({self.payload['errorMessage'][:150]})"

    def _report(self) -> tuple[str, ...]:
        found = _REPORT.search(self.log)
        assert found, f"no REPORT line in {self.log!r}"
        return found.groups()


def invoke(function: str, event: Mapping[str, Any]) -> Invocation:
    """Invoke a function, and wait for its answer.

    Raises:
        botocore.exceptions.ClientError: Lambda refuses the call.
    """
    answer = boto3.client("lambda").invoke(
        FunctionName=function, Payload=json.dumps(event), LogType="Tail"
    )
    log = base64.b64decode(answer["LogResult"]).decode("utf-8", "replace")
    payload = json.loads(answer["Payload"].read())
    return Invocation(payload, "FunctionError" in answer, log)
