"""How functions run here otherwise than in Lambda. docs/differences.md says what Lambda does."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock


def test_environments_share_a_process(make_function: Any, cloud: Any) -> None:
    """Three calls at one instant are three cold starts, and one module."""
    code = """
        seen = []
        def lambda_handler(event, context):
            seen.append(context.log_stream_name)
            print("seen", len(seen))
    """
    function = make_function(code)
    for _ in range(3):
        boto3.client("lambda").invoke(FunctionName=function, InvocationType="Event")
    cloud.clock.advance(seconds=10)
    found = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    messages = [event["message"] for event in found]
    assert len([m for m in messages if "Init Duration" in m]) == 3
    assert sorted(m for m in messages if m.startswith("seen")) == ["seen 1", "seen 2", "seen 3"]


def test_a_function_reads_the_machines_files(
    make_function: Any, invoke: Any, tmp_path: Path
) -> None:
    """And sqlite3, written in C, writes where Python's own `open` does not."""
    read = "def lambda_handler(event, context): return open(event).readline()"
    assert "The io module provides" in invoke(make_function(read), io.__file__)["payload"]
    code = """
        import sqlite3
        def lambda_handler(event, context):
            with sqlite3.connect(event) as connection:
                connection.execute("create table t (a)")
    """
    assert invoke(make_function(code), str(tmp_path / "base"))["error"] is None
    assert (tmp_path / "base").exists()


def test_only_growth_of_memory_is_measured(make_function: Any, invoke: Any) -> None:
    """A runtime of more than 64 MB counts as 64 MB."""
    code = "def lambda_handler(event, context): return len(bytearray(30_000_000))"
    done = invoke(make_function(code, MemorySize=128))
    assert done["payload"] == 30_000_000
    assert "\tMax Memory Used: 64 MB" in done["log"]


def test_a_requirements_version_is_the_installed_one(make_function: Any, invoke: Any) -> None:
    function = make_function("def lambda_handler(event, context): pass")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("requirements.txt", "PyYAML==0.0.1")
        archive.writestr(
            "app.py", "import yaml\ndef lambda_handler(event, context): return yaml.__version__"
        )
    boto3.client("lambda").update_function_code(FunctionName=function, ZipFile=buffer.getvalue())
    assert invoke(function)["payload"] == version("PyYAML")


def test_what_a_child_prints_is_lost(make_function: Any, invoke: Any) -> None:
    code = """
        import subprocess, sys
        def lambda_handler(event, context):
            done = subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
            return done.returncode
    """
    done = invoke(make_function(code, Timeout=30))
    assert done["payload"] == 0
    assert "from a child" not in done["log"]


def test_settings_for_events_are_the_functions(make_function: Any, cloud: Any) -> None:
    client = boto3.client("lambda")
    function = make_function("def lambda_handler(event, context): pass")
    client.publish_version(FunctionName=function)
    client.put_function_event_invoke_config(
        FunctionName=function, Qualifier="1", MaximumRetryAttempts=0
    )
    kept = client.get_function_event_invoke_config(FunctionName=function)
    assert kept["MaximumRetryAttempts"] == 0


def test_lambdas_own_lines_stay_text(make_function: Any, invoke: Any) -> None:
    code = """
        import logging
        def lambda_handler(event, context):
            logging.warning("no stock")
    """
    log = invoke(make_function(code, LoggingConfig={"LogFormat": "JSON"}))["log"].splitlines()
    assert log[0].startswith("START RequestId: ")
    assert json.loads(log[1])["message"] == "no stock"


def test_the_runtime_is_this_python(make_function: Any, invoke: Any) -> None:
    code = "import sys\ndef lambda_handler(event, context): return [sys.version, sys.platform]"
    assert invoke(make_function(code))["payload"] == [sys.version, sys.platform]
