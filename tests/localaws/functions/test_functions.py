"""Handlers that do well, and handlers that do what handlers do. The words are Lambda's."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any

import boto3
import pytest


def test_a_handler_gets_its_event_and_context(make_function: Any, invoke: Any) -> None:
    name = make_function(
        """
        def lambda_handler(event, context):
            left = context.get_remaining_time_in_millis()
            return [event, context.function_name, context.memory_limit_in_mb, 0 < left <= 3000]
        """
    )
    assert invoke(name, {"a": "ö"})["payload"] == [{"a": "ö"}, name, "128", True]


def test_a_warm_function_keeps_its_module(make_function: Any, invoke: Any) -> None:
    name = make_function(
        """
        calls = []
        def lambda_handler(event, context):
            calls.append(event)
            return len(calls)
        """
    )
    assert [invoke(name)["payload"] for _ in range(3)] == [1, 2, 3]


def test_only_the_first_call_reports_its_initialisation(make_function: Any, invoke: Any) -> None:
    name = make_function("def lambda_handler(event, context): print('hello')")
    cold, warm = invoke(name)["log"], invoke(name)["log"]
    assert "Init Duration" in cold
    assert "Init Duration" not in warm
    lines = warm.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["START", "hello", "END", "REPORT"]


def test_environment_is_the_functions_own(
    make_function: Any, invoke: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEARNERS_SECRET", "x")
    name = make_function(
        """
        import os
        def lambda_handler(event, context):
            return [os.environ.get(k) for k in ("TABLE", "AWS_REGION", "LEARNERS_SECRET", "HOME")]
        """,
        Environment={"Variables": {"TABLE": "t"}},
    )
    assert invoke(name)["payload"] == ["t", "us-east-1", None, None]


def test_the_courses_own_packages_are_not_there(make_function: Any, invoke: Any) -> None:
    name = make_function("import localaws\ndef lambda_handler(event, context): pass")
    payload = invoke(name)["payload"]
    assert payload["errorType"] == "Runtime.ImportModuleError"
    assert payload["errorMessage"] == "Unable to import module 'app': No module named 'localaws'"


def test_an_exceptions_class_is_the_error_type(make_function: Any, invoke: Any) -> None:
    name = make_function(
        """
        class PaymentDeclined(Exception):
            pass
        def lambda_handler(event, context):
            raise PaymentDeclined("no")
        """
    )
    result = invoke(name)
    assert result["error"] == "Unhandled"
    payload = result["payload"]
    assert list(payload) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert (payload["errorType"], payload["errorMessage"]) == ("PaymentDeclined", "no")
    assert payload["stackTrace"] == [
        '  File "/var/task/app.py", line 5, in lambda_handler\n    raise PaymentDeclined("no")\n'
    ]
    assert "[ERROR] PaymentDeclined: no\nTraceback (most recent call last):" in result["log"]


@pytest.mark.parametrize(
    ("code", "handler", "error_type", "message"),
    [
        (
            "def lambda_handler(event, context): return {1, 2}",
            "app.lambda_handler",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type set is not JSON serializable",
        ),
        (
            "def lambda_handler(event, context): pass",
            "app.other",
            "Runtime.HandlerNotFound",
            "Handler 'other' missing on module 'app'",
        ),
        (
            "def lambda_handler(event, context): pass",
            "nowhere.lambda_handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'nowhere': No module named 'nowhere'",
        ),
        ("1/0", "app.lambda_handler", "ZeroDivisionError", "division by zero"),
    ],
)
def test_what_lambda_calls_it(
    make_function: Any, invoke: Any, code: str, handler: str, error_type: str, message: str
) -> None:
    payload = invoke(make_function(code, Handler=handler))["payload"]
    assert payload["errorType"] == error_type
    assert payload["errorMessage"].startswith(message)


def test_a_syntax_error_is_named(make_function: Any, invoke: Any) -> None:
    payload = invoke(make_function("def lambda_handler(event, context) pass"))["payload"]
    assert payload["errorType"] == "Runtime.UserCodeSyntaxError"
    assert payload["errorMessage"].startswith("Syntax error in module 'app': ")


def test_a_module_that_fails_once_is_loaded_anew(make_function: Any, invoke: Any) -> None:
    """A failed initialisation does not stick to a warm process."""
    name = make_function("raise ValueError('at load')")
    assert [invoke(name)["payload"]["errorMessage"] for _ in range(2)] == ["at load", "at load"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("sys.exit(3)", "Runtime exited with error: exit status 3"),
        ("os._exit(0)", "Runtime exited without providing a reason"),
    ],
)
def test_a_process_that_ends(make_function: Any, invoke: Any, code: str, reason: str) -> None:
    name = make_function(
        f"import os, sys\ndef lambda_handler(event, context):\n    if event: {code}\n    return 1"
    )
    payload = invoke(name, "die")["payload"]
    assert payload["errorType"] == "Runtime.ExitError"
    assert payload["errorMessage"].endswith(f" Error: {reason}")
    assert invoke(name)["payload"] == 1  # the next call gets a new process


def test_an_endless_loop_is_killed(make_function: Any, invoke: Any) -> None:
    name = make_function(
        """
        def lambda_handler(event, context):
            print("before")
            while event:
                pass
            return 1
        """,
        Timeout=8,  # what follows starts a process within it, on a busy machine, too
    )
    result = invoke(name, "loop")
    assert result["payload"]["errorType"] == "Sandbox.Timedout"
    assert result["payload"]["errorMessage"].endswith("Error: Task timed out after 8.00 seconds")
    assert "before\n" in result["log"]
    assert result["log"].endswith("\tStatus: timeout\n")
    assert invoke(name)["payload"] == 1


def test_a_megabyte_of_prints(make_function: Any, invoke: Any) -> None:
    name = make_function(
        "def lambda_handler(event, context):\n"
        "    for _ in range(1024): print('x' * 1023)\n"
        "    return 'done'"
    )
    assert invoke(name)["payload"] == "done"
    events = boto3.client("logs").get_paginator("filter_log_events")
    pages = events.paginate(logGroupName=f"/aws/lambda/{name}", filterPattern="")
    assert sum(len(e["message"]) for page in pages for e in page["events"]) > 1023 * 1024


def test_a_handlers_own_calls_reach_the_same_aws(make_function: Any, invoke: Any) -> None:
    bucket = boto3.client("s3")
    bucket.create_bucket(Bucket="a-bucket")
    name = make_function(
        """
        import boto3
        s3 = boto3.client("s3")
        def lambda_handler(event, context):
            s3.put_object(Bucket="a-bucket", Key="k", Body=b"from the handler \\x00\\xff")
            return s3.get_object(Bucket="a-bucket", Key="k")["Body"].read().hex()
        """
    )
    expected = b"from the handler \x00\xff"
    assert invoke(name)["payload"] == expected.hex()
    assert bucket.get_object(Bucket="a-bucket", Key="k")["Body"].read() == expected


def test_a_handlers_threads_take_turns(make_function: Any, invoke: Any) -> None:
    name = make_function(
        """
        from concurrent.futures import ThreadPoolExecutor
        import boto3
        sqs = boto3.client("sqs")
        def lambda_handler(event, context):
            url = sqs.create_queue(QueueName="threads")["QueueUrl"]
            with ThreadPoolExecutor(8) as pool:
                for i in range(40):
                    pool.submit(sqs.send_message, QueueUrl=url, MessageBody=str(i))
            attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
            return attributes["Attributes"]["ApproximateNumberOfMessages"]
        """,
        Timeout=20,
    )
    assert invoke(name)["payload"] == "40"


def test_nothing_leaves_the_machine(make_function: Any, invoke: Any) -> None:
    name = make_function(
        """
        import urllib.request
        def lambda_handler(event, context):
            urllib.request.urlopen("https://example.com", timeout=2)
        """
    )
    payload = invoke(name)["payload"]
    assert "example.com: nothing leaves this machine" in payload["errorMessage"]


def test_new_code_is_picked_up(make_function: Any, invoke: Any) -> None:
    from zipfile import ZipFile

    name = make_function("def lambda_handler(event, context): return 'old'")
    assert invoke(name)["payload"] == "old"
    import io

    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "def lambda_handler(event, context): return 'new'")
    client = boto3.client("lambda")
    client.update_function_code(FunctionName=name, ZipFile=buffer.getvalue())
    assert invoke(name)["payload"] == "new"
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"A": "1"}})
    assert invoke(name)["payload"] == "new"


@pytest.mark.real_clock
def test_a_busy_function_gets_another_worker(make_function: Any, cloud: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    name = make_function(
        """
        import os, time
        def lambda_handler(event, context):
            time.sleep(0.5)
            return os.getpid()
        """
    )
    client = boto3.client("lambda")

    def call(_: int) -> Any:
        return json.loads(client.invoke(FunctionName=name)["Payload"].read())

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(call, range(3)))) == 3


@pytest.mark.parametrize(
    ("code", "settings", "error"),
    [
        ("raise KeyError('x')", {}, "KeyError"),
        ("import time; time.sleep(9)", {"Timeout": 1}, "Sandbox.Timedout"),
        ("import os; os._exit(7)", {}, "Runtime.ExitError"),
        ("return {1}", {}, "Runtime.MarshalError"),
    ],
)
def test_the_error_name_that_a_state_machine_sees(
    make_function: Any, run_task: Any, code: str, settings: dict[str, Any], error: str
) -> None:
    name = make_function(f"def lambda_handler(event, context):\n    {code}", **settings)
    execution = run_task(name)
    assert execution.status == "FAILED"
    assert execution.description["error"] == error
    assert json.loads(execution.description["cause"])["errorType"] == error


def test_a_module_that_cannot_be_imported_fails_its_state(
    make_function: Any, run_task: Any
) -> None:
    execution = run_task(make_function("import nothing_of_the_kind"))
    assert execution.description["error"] == "Runtime.ImportModuleError"


@pytest.mark.real_clock
@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not interrupt a read of a pipe")
def test_an_interrupted_call_leaves_a_function_that_works(
    make_function: Any, invoke: Any, until: Any
) -> None:
    """The learner stops a cell: the kernel goes on, and so does the function."""
    name = make_function(
        """
        import time
        import boto3
        def lambda_handler(event, context):
            if event:
                boto3.client("sqs").create_queue(QueueName="handler-is-busy")
                time.sleep(60)
            return 1
        """,
        Timeout=90,
    )
    sqs = boto3.client("sqs")

    def interrupt_once_busy() -> None:
        until(lambda: "QueueUrls" in sqs.list_queues(QueueNamePrefix="handler-is-busy"), "the call")
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt_once_busy)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        invoke(name, "busy")
    thread.join()
    assert invoke(name)["payload"] == 1


@pytest.mark.simulated_clock
def test_a_call_that_never_ends_can_be_interrupted(make_function: Any, invoke: Any) -> None:
    """The learner stops a cell whose handler goes round in circles, long before its timeout."""
    name = make_function(
        """
        def lambda_handler(event, context):
            while event:
                pass
            return 1
        """,
        Timeout=900,
    )
    assert invoke(name)["payload"] == 1
    threading.Timer(1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        invoke(name, "busy")
    assert invoke(name)["payload"] == 1
