"""What a handler logs, in the two formats of AWS's own Python runtime (awslambdaric)."""

from __future__ import annotations

import json
import logging
import os
import time
import traceback
from typing import Any

from localaws.functions.runtime.errors import to_json
from localaws.functions.runtime.pipe import LogWriter

TEXT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
NO_BREAK_SPACE = "\u00a0"  # CloudWatch would drop others at the begin of a line
SECONDS = "%Y-%m-%dT%H:%M:%SZ"
# Fields of a record that are not the logging call's own.
OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "aws_request_id"}


class Logs:
    """Where `logging` and the runtime's own lines go."""

    def __init__(self, writer: LogWriter) -> None:
        self.request_id = ""
        self._writer = writer
        self._as_json = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
        self._install(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper())

    def error(self, error: dict[str, Any]) -> None:
        """Log an error object, as one event."""
        if self._as_json:
            stamp = time.strftime(SECONDS, time.gmtime(time.time()))
            text = to_json({"timestamp": stamp, "level": "ERROR", **error})
        else:
            text = "\n".join(_lines(error))
        self._writer.write_record(text)

    def _install(self, level: str) -> None:
        logs = self

        class Handler(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                record.aws_request_id = logs.request_id
                logs._writer.write_record(self.format(record).removesuffix("\n"))

        logging.Formatter.converter = time.gmtime
        handler = Handler()
        text = logging.Formatter(TEXT, "%Y-%m-%dT%H:%M:%S")
        handler.setFormatter(_JsonFormatter(datefmt=SECONDS) if self._as_json else text)
        root = logging.getLogger()
        level = {"TRACE": "DEBUG"}.get(level, level)
        if level in logging.getLevelNamesMapping():
            root.setLevel(level)
        root.addHandler(handler)


def _lines(error: dict[str, Any]) -> list[str]:
    name, message = error["errorType"], error["errorMessage"]
    lines = ["[ERROR]" + (f" {name}" if name else "")]
    if message:
        lines[0] += (":" if name else "") + f" {message}"
    lines.append("Traceback (most recent call last):")
    for entry in error["stackTrace"]:
        for line in entry.splitlines() or [""]:
            text = line.lstrip(" ")
            lines.append(NO_BREAK_SPACE * (len(line) - len(text)) + text)
    return lines


class _JsonFormatter(logging.Formatter):
    """One JSON object a record, with the fields that the logging call gave as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        level = min(50, max(0, record.levelno)) // 10 * 10
        error_type, error, trace = record.exc_info or (None, None, None)
        plain = isinstance(record.msg, dict) and not record.args
        fields = {
            "timestamp": self.formatTime(record, self.datefmt),
            "level": logging.getLevelName(level),
            "message": record.msg if plain else record.getMessage(),
            "logger": record.name,
            "stackTrace": traceback.format_tb(trace) if error_type else None,
            "errorType": error_type.__name__ if error_type else None,
            "errorMessage": str(error) if error_type else None,
            "requestId": getattr(record, "aws_request_id", None),
            "location": (
                f"{record.pathname}:{record.funcName}:{record.lineno}" if error_type else None
            ),
        }
        for name, value in vars(record).items():
            if name not in OF_EVERY_RECORD:
                fields.setdefault(name, value)
        kept = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(kept, ensure_ascii=False, default=str) + "\n"
