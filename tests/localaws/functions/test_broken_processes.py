"""Processes that are killed, fork, leave threads behind or print without end."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from typing import Any

import boto3
import psutil
import pytest


def workers() -> list[psutil.Process]:
    """The processes of functions that this one has started."""
    return [
        process
        for process in psutil.Process().children()
        if any("runtime" in part and part.endswith("__main__.py") for part in process.cmdline())
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_a_worker_that_is_killed_while_it_runs(make_function: Any, invoke: Any) -> None:
    name = make_function(
        """
        import os, signal
        def lambda_handler(event, context):
            if event:
                os.kill(os.getpid(), getattr(signal, event))
            return "fine"
        """
    )
    for number, reason in (("SIGKILL", "killed"), ("SIGSEGV", "segmentation fault")):
        done = invoke(name, number)
        assert done["payload"]["errorType"] == "Runtime.ExitError"
        words = f"Error: Runtime exited with error: signal: {reason}"
        assert done["payload"]["errorMessage"].endswith(words)
        assert done["log"].endswith("\tStatus: error\tError Type: Runtime.ExitError\n")
        assert invoke(name)["payload"] == "fine"


def test_a_worker_that_is_killed_from_outside(make_function: Any, invoke: Any) -> None:
    code = """
        import os
        def lambda_handler(event, context):
            while event:
                pass
            return os.getpid()
    """
    name = make_function(code, Timeout=60)
    pid = invoke(name)["payload"]
    (worker,) = (process for process in workers() if process.pid == pid)
    before = worker.cpu_times().user

    def kill_it_once_it_is_busy() -> None:
        while worker.cpu_times().user < before + 0.3:
            time.sleep(0.05)
        worker.kill()

    killer = threading.Thread(target=kill_it_once_it_is_busy)
    killer.start()
    payload = invoke(name, "busy")["payload"]
    killer.join()
    assert payload["errorType"] == "Runtime.ExitError"
    assert invoke(name)["payload"] in {process.pid for process in workers()} - {pid}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.parametrize("then", ["return 'parent'", "os._exit(4)"])
def test_a_handler_that_forks(make_function: Any, invoke: Any, until: Any, then: str) -> None:
    """Its child keeps the pipe open, writes to it, calls AWS, returns: nobody waits for it."""
    name = make_function(
        f"""
        import os, time
        def lambda_handler(event, context):
            if event:
                child = os.fork()
                if child == 0:
                    print("from the child")
                    if event == "return":
                        return "child"
                    time.sleep = time.monotonic
                    while True:
                        pass
                open("/tmp/child", "w").write(str(child))
                {then}
            return int(open("/tmp/child").read())
        """
    )
    for event in ("return", "stay"):
        done = invoke(name, event)
        if "exit" in then:
            assert done["payload"]["errorType"] == "Runtime.ExitError"
        else:
            assert done["payload"] == "parent"
        assert "from the child" not in done["log"]
    child = invoke(name)["payload"]
    if "exit" in then:
        until(lambda: not _runs(child), "the end of the child")
    boto3.client("lambda").delete_function(FunctionName=name)
    until(lambda: not _runs(child), "the end of the child")


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_thread_that_goes_on(make_function: Any, invoke: Any) -> None:
    """It is answered with the next invocation, whose event it must not take for its answer."""
    name = make_function(
        """
        import threading, boto3
        sqs = boto3.client("sqs")
        go = threading.Event()
        def later():
            go.wait()
            for number in range(20):
                sqs.list_queues()
            print("the thread is done")
        def lambda_handler(event, context):
            if event == 0:
                threading.Thread(target=later, daemon=True).start()
            go.set()
            return event
        """
    )
    assert [invoke(name, number)["payload"] for number in range(8)] == list(range(8))


def test_ten_megabytes_of_prints(make_function: Any, invoke: Any) -> None:
    name = make_function(
        "def lambda_handler(event, context):\n"
        "    for _ in range(10): print('x' * 1_000_000)\n"
        "    print('the end')\n"
        "    return 'done'",
        Timeout=30,
    )
    done = invoke(name)
    assert done["payload"] == "done"
    assert done["log"].splitlines()[-3:-1][0] == "the end"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("os.kill(os.getpid(), 9)", "Runtime.ExitError"),
        ("bytearray(500_000_000)", "Runtime.ExitError"),
    ],
)
def test_the_name_under_which_a_state_machine_sees_it(
    make_function: Any, run_task: Any, code: str, error: str
) -> None:
    name = make_function(f"import os\ndef lambda_handler(event, context): {code}")
    execution = run_task(name)
    assert execution.description["error"] == error
    cause = json.loads(execution.description["cause"])
    assert cause["errorMessage"].endswith("Runtime exited with error: signal: killed")


@pytest.mark.real_clock
@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_no_process_outlives_its_function(make_function: Any, invoke: Any, until: Any) -> None:
    name = make_function("import os\ndef lambda_handler(event, context): return os.getpid()")
    pid = invoke(name)["payload"]
    os.kill(pid, signal.SIGSTOP)
    boto3.client("lambda").delete_function(FunctionName=name)
    until(lambda: not _runs(pid), "the end of the process")
