"""A handler behaves in our runtime as in AWS's own, the package awslambdaric."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

# It has wheels for glibc alone.
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="awslambdaric runs on Linux")

RESULTS = [
    "None",
    "True",
    "7",
    "10 ** 30",
    "0.1",
    "'ünï ☃ \\u2028 \\x00 \\U0001f600'",
    "[1, 'a', None, [], {}]",
    "{'a': {'b': [1.0, 2e-7, 1e22]}, 1: 2, None: 3, True: 4, 1.5: 5}",
    "(1, 2)",
    "b'raw'",
    "{'bytes': b'inside'}",
    "collections.namedtuple('Point', 'x y')(1, 2)",
    "collections.OrderedDict(b=1, a=2)",
    "enum.IntEnum('Colour', 'RED').RED",
    "decimal.Decimal('1.10')",
    "decimal.Decimal('1E+3')",
    "decimal.Decimal('NaN')",
    "decimal.Decimal('Infinity')",
    "float('nan')",
    "float('inf')",
    "event",
]
UNSERIALIZABLE = [
    "{1, 2}",
    "datetime.datetime(2026, 1, 5)",
    "object",
    "{(1, 2): 3}",
    "{decimal.Decimal(1): 2}",
    "iter([])",
    "circular()",
    "'\\ud800'.encode()",
]
RAISED = [
    "raise ValueError('no')",
    "raise ValueError",
    "raise ValueError('two\\nlines')",
    "raise Declined('zu wenig Geld: 5 €')",
    "{}['key']",
    "1 / 0",
    "raise Declined('second') from ValueError('first')",
    "json.loads('{')",
    "deeper(3)",
    "context.nothing_of_the_kind",
    "raise ExceptionGroup('several', [ValueError('one')])",
    "asyncio.run(failing())",
    "import nothing_of_the_kind",
    "exec('x = = 1')",
]
ONES_OWN = """
    import asyncio, collections, datetime, decimal, enum, json, logging

    class Declined(Exception):
        pass

    def deeper(n):
        return deeper(n - 1) if n else [][0]

    def circular():
        x = []
        x.append(x)
        return x

    async def failing():
        raise KeyError("in a coroutine")

    def lambda_handler(event, context):
        kind, code = event
        if kind == "run":
            exec(compile(code, "/var/task/made_up.py", "exec"), globals() | locals())
        return eval(code)
"""


def test_results(run_both: Any) -> None:
    events = [["return", code] for code in RESULTS + UNSERIALIZABLE]
    theirs, ours = run_both(ONES_OWN, events)
    got = dict(zip(RESULTS + UNSERIALIZABLE, ours.payloads, strict=True))
    wanted = dict(zip(RESULTS + UNSERIALIZABLE, theirs.payloads, strict=True))
    assert got == wanted
    assert wanted["decimal.Decimal('1.10')"] == "1.10"
    assert json.loads(wanted["{1, 2}"])["errorType"] == "Runtime.MarshalError"
    assert ours.records == theirs.records


def test_results_of_an_older_runtime_are_escaped(run_both: Any) -> None:
    variables = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.11"}
    theirs, ours = run_both(ONES_OWN, [["return", "'ü'"]], **variables)
    assert ours.payloads == theirs.payloads == ['"\\u00fc"']


def test_exceptions(run_both: Any) -> None:
    theirs, ours = run_both(ONES_OWN, [["run", code] for code in RAISED])
    assert len(theirs.payloads) == len(RAISED)
    for code, wanted, got in zip(RAISED, theirs.payloads, ours.payloads, strict=True):
        assert json.loads(got) == json.loads(wanted), code
    assert ours.payloads == theirs.payloads
    assert ours.records == theirs.records
    assert ours.records[0].startswith("[ERROR] ValueError: no\nTraceback (most recent call last):")


@pytest.mark.parametrize("log_format", ["Text", "JSON"])
def test_what_is_logged(run_both: Any, log_format: str) -> None:
    code = """
        import logging
        logging.getLogger().setLevel("INFO")
        log = logging.getLogger("shop")
        log.warning("while the module is loaded")
        def lambda_handler(event, context):
            log.debug("not shown")
            log.info("an order of %s €", 5, extra={"order": event})
            log.error({"a": "dict"})
            try:
                {}["key"]
            except KeyError:
                log.exception("caught")
            raise ValueError("of %s" % event)
    """
    variables = {"AWS_LAMBDA_LOG_FORMAT": log_format}
    theirs, ours = run_both(code, ["one", "two"], **variables)
    assert len(theirs.records) == 9
    assert ours.records == theirs.records


@pytest.mark.parametrize("level", ["ERROR", "TRACE"])
def test_the_level_of_the_log(run_both: Any, level: str) -> None:
    code = """
        import logging
        def lambda_handler(event, context):
            logging.debug("debug")
            logging.warning("warning")
            logging.critical("critical")
            return logging.getLogger().level
    """
    variables = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": level}
    theirs, ours = run_both(code, [None], **variables)
    assert (ours.payloads, ours.records) == (theirs.payloads, theirs.records)


@pytest.mark.parametrize(
    ("code", "handler"),
    [
        ("import nothing_of_the_kind", "app.lambda_handler"),
        ("def lambda_handler(event, context) pass", "app.lambda_handler"),
        ("raise KeyError('while it is loaded: ä')", "app.lambda_handler"),
        ("x = 1", "app.lambda_handler"),
        ("x = 1", "app"),
        ("x = 1", "nowhere.lambda_handler"),
        ("x = 1", "sys.exit"),
        ("import sys\nsys.exit(3)", "app.lambda_handler"),
    ],
)
def test_what_cannot_be_loaded(run_both: Any, code: str, handler: str) -> None:
    theirs, ours = run_both(code, [None], handler)
    assert ours.init_error == theirs.init_error
    assert ours.exit_code == theirs.exit_code
    assert ours.records == theirs.records
    if "sys" not in code:
        assert theirs.init_error


@pytest.mark.parametrize(
    "code",
    [
        *("sys.exit()", "sys.exit(3)", "sys.exit('a text')", "raise Own", "os._exit(7)"),
        *("os.abort()", "return chr(0xD800)", "raise ValueError(chr(0xD800))"),
    ],
)
def test_what_ends_the_process(run_both: Any, code: str) -> None:
    module = f"""
        import os, sys
        class Own(BaseException):
            pass
        def lambda_handler(event, context):
            if event:
                {code}
            return "before"
    """
    theirs, ours = run_both(module, [False, True, False])
    assert ours.payloads == theirs.payloads == ['"before"']
    assert ours.exit_code == theirs.exit_code
    assert theirs.exit_code is not None


def test_the_context_object(run_both: Any) -> None:
    code = """
        import os
        def lambda_handler(event, context):
            left = context.get_remaining_time_in_millis()
            names = sorted(n for n in dir(context) if not n.startswith("_"))
            values = [repr(getattr(context, n)) for n in names if not callable(getattr(context, n))]
            return [names, values, repr(context), 0 < left <= 60_000, context.w3c(),
                    context.identity.cognito_identity_id, os.environ["_X_AMZN_TRACE_ID"]]
    """
    theirs, ours = run_both(code, [None])
    assert ours.payloads == theirs.payloads
