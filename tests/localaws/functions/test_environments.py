"""What Lambda keeps between two invocations: lambda/latest/dg/lambda-runtime-environment.html"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError


def log_lines(function: str) -> list[str]:
    events = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")
    return [event["message"] for event in events["events"]]


def words(lines: list[str]) -> list[str]:
    """The first word of each."""
    return [re.split(r"[\s]", line)[0] for line in lines]


def package(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return buffer.getvalue()


COUNTER = """
    calls = []
    def lambda_handler(event, context):
        calls.append(event)
        return len(calls)
"""


@pytest.mark.simulated_clock
def test_an_idle_environment_is_ended(make_function: Any, invoke: Any, cloud: Any) -> None:
    """Ten minutes: mikhail.io/2019/08/aws-lambda-cold-starts-after-10-minutes"""
    name = make_function(COUNTER)
    assert invoke(name)["payload"] == 1
    cloud.clock.advance(minutes=9, seconds=55)
    assert invoke(name)["payload"] == 2
    cloud.clock.advance(minutes=10)
    cold = invoke(name)
    assert cold["payload"] == 1
    assert "Init Duration" in cold["log"]


@pytest.mark.simulated_clock
def test_a_busy_environment_is_ended_after_hours(
    make_function: Any, invoke: Any, cloud: Any
) -> None:
    name = make_function(COUNTER)
    seen = []
    for _ in range(16):
        seen.append(invoke(name)["payload"])
        cloud.clock.advance(minutes=9)
    assert seen[:14] == list(range(1, 15))
    assert seen[14:] == [1, 2]  # two hours are over


def test_tmp_is_kept_and_is_the_environments_own(make_function: Any, invoke: Any) -> None:
    code = """
        import os, pathlib, shutil, tempfile
        def lambda_handler(event, context):
            here = sorted(os.listdir("/tmp"))
            with open("/tmp/" + event, "w") as file:
                file.write("kept")
            pathlib.Path("/tmp/folder").mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile() as scratch, tempfile.TemporaryDirectory() as folder:
                shutil.copy("/tmp/" + event, folder + "/copy")
                assert scratch.name.startswith("/tmp/")
            assert pathlib.Path("/tmp", event).read_text() == "kept"
            return [here, file.name, tempfile.gettempdir()]
    """
    one, other = make_function(code), make_function(code)
    assert invoke(one, "a")["payload"] == [[], "/tmp/a", "/tmp"]
    assert invoke(one, "b")["payload"][0] == ["a", "folder"]
    assert invoke(other, "c")["payload"][0] == []


def test_tmp_outlives_a_reset(make_function: Any, invoke: Any) -> None:
    """A crash ends the process; the environment, its log stream and its /tmp stay."""
    name = make_function(
        """
        import os
        print("the module is loaded")
        def lambda_handler(event, context):
            open("/tmp/seen", "a").write(event)
            if event == "crash":
                os._exit(1)
            return open("/tmp/seen").read()
        """
    )
    invoke(name, "crash")
    after = invoke(name, "after")
    assert after["payload"] == "crashafter"
    # The initialisation is a part of the invocation, and has no line of its own.
    assert "Init Duration" not in after["log"]
    assert after["log"].startswith("the module is loaded\nSTART ")
    streams = boto3.client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{name}")
    assert len(streams["logStreams"]) == 1


def test_nothing_else_can_be_written(make_function: Any, invoke: Any) -> None:
    name = make_function(
        """
        import os
        def lambda_handler(event, context):
            found = []
            for act in (lambda: open("here", "w"), lambda: os.mkdir("/var/task/folder"),
                        lambda: os.remove(__file__), lambda: open("/tmp/nowhere/file", "w")):
                try:
                    act()
                except OSError as error:
                    found.append(str(error))
            return found + [open("/var/task/app.py").read(11), os.listdir(os.getcwd())]
        """
    )
    assert invoke(name)["payload"] == [
        "[Errno 30] Read-only file system: 'here'",
        "[Errno 30] Read-only file system: '/var/task/folder'",
        "[Errno 30] Read-only file system: '/var/task/app.py'",
        "[Errno 2] No such file or directory: '/tmp/nowhere/file'",
        "\nimport os\n",
        ["app.py"],
    ]


def test_a_tree_elsewhere_is_not_removed(make_function: Any, invoke: Any, tmp_path: Path) -> None:
    """`shutil.rmtree` and its like name files within a folder that they have opened."""
    precious = tmp_path / "precious" / "file"
    precious.parent.mkdir()
    precious.write_text("kept", encoding="utf-8")
    name = make_function(
        f"""
        import os, shutil
        def lambda_handler(event, context):
            os.makedirs("/tmp/own/folder")
            shutil.rmtree("/tmp/own")
            shutil.rmtree({str(precious.parent)!r}, ignore_errors=True)
            if os.remove in os.supports_dir_fd:
                folder = os.open({str(precious.parent)!r}, os.O_RDONLY)
                try:
                    os.rename("file", "gone", src_dir_fd=folder, dst_dir_fd=folder)
                except OSError as error:
                    return str(error)
        """
    )
    assert invoke(name)["payload"] in (f"[Errno 30] Read-only file system: '{precious}'", None)
    assert precious.read_text(encoding="utf-8") == "kept"


def test_a_module_that_fails_is_loaded_twice(make_function: Any, invoke: Any) -> None:
    """Once in the Init phase, and again as a part of the invocation."""
    name = make_function("print('loading')\nimport nothing_of_the_kind")
    first = invoke(name)
    assert first["payload"] == {
        "errorMessage": "Unable to import module 'app': No module named 'nothing_of_the_kind'",
        "errorType": "Runtime.ImportModuleError",
        "requestId": "",
        "stackTrace": [],
    }
    attempt = ["loading", "[WARNING]", "[ERROR]", "INIT_REPORT"]
    lines = log_lines(name)
    assert words(lines) == ["INIT_START", *attempt, *attempt, "START", "END", "REPORT"]
    reports = [line for line in lines if line.startswith("INIT_REPORT")]
    status = "Status: error\tError Type: Runtime.ImportModuleError"
    assert [report.split("\t", 1)[1] for report in reports] == [
        f"Phase: init\t{status}",
        f"Phase: invoke\t{status}",
    ]
    assert lines[-1].endswith(status)
    assert "Init Duration" not in lines[-1]
    invoke(name)
    assert words(log_lines(name))[len(lines) :] == [*attempt, "START", "END", "REPORT"]


@pytest.mark.simulated_clock
def test_an_initialisation_of_more_than_ten_seconds(make_function: Any, invoke: Any) -> None:
    code = "import time\ntime.sleep(12)\ndef lambda_handler(event, context): return 1"
    slow = make_function(code, Timeout=30)
    assert invoke(slow)["payload"] == 1
    lines = log_lines(slow)
    assert lines[1] == "INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout"
    assert float(re.findall(r"\tDuration: ([\d.]+)", lines[-1])[0]) > 12_000
    never = make_function(code, Timeout=5)
    for _ in range(2):
        assert invoke(never)["payload"]["errorType"] == "Sandbox.Timedout"
    assert words(log_lines(never)) == [
        *("INIT_START", "INIT_REPORT", "INIT_REPORT", "START", "END", "REPORT"),
        *("INIT_REPORT", "START", "END", "REPORT"),
    ]


def test_a_process_that_ends_while_it_is_initialised(make_function: Any, invoke: Any) -> None:
    name = make_function("import os\nos._exit(3)")
    payload = invoke(name)["payload"]
    assert payload["errorType"] == "Runtime.ExitError"
    assert payload["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")
    assert log_lines(name)[1].endswith("Phase: init\tStatus: error\tError Type: Runtime.ExitError")


def test_more_memory_than_the_function_has(make_function: Any, invoke: Any) -> None:
    name = make_function(
        """
        def lambda_handler(event, context):
            print("before")
            kept = bytearray(event * 1_000_000)
            print("after")
            return len(kept)
        """,
        MemorySize=128,
    )
    for _ in range(2):
        done = invoke(name, 400)
        assert done["payload"]["errorType"] == "Runtime.ExitError"
        reason = "Error: Runtime exited with error: signal: killed"
        assert done["payload"]["errorMessage"].endswith(reason)
        lines = done["log"].splitlines()
        assert words(lines) == ["START", "before", "END", "REPORT"]
        assert "\tMax Memory Used: 128 MB\t" in lines[-1]
        assert lines[-1].endswith("Status: error\tError Type: Runtime.OutOfMemory")
    assert invoke(name, 10)["payload"] == 10_000_000


@pytest.mark.parametrize(
    ("requirements", "module", "found"),
    [
        (None, "boto3", True),
        (None, "yaml", False),
        ("# nothing", "psutil", False),
        ("PyYAML>=5  # for the menu", "yaml", True),
        ("jinja2", "markupsafe", True),
        ("pyyaml; sys_platform == 'nowhere'", "yaml", False),
    ],
)
def test_a_handler_imports_what_its_requirements_name(
    make_function: Any, invoke: Any, requirements: str | None, module: str, found: bool
) -> None:
    name = make_function("def lambda_handler(event, context): pass")
    code = f"import {module}\ndef lambda_handler(event, context): return {module}.__name__"
    files = {"app__py": code}
    if requirements:
        files["requirements__txt"] = requirements
    boto3.client("lambda").update_function_code(FunctionName=name, ZipFile=package(**files))
    payload = invoke(name)["payload"]
    if found:
        assert payload == module
    else:
        message = f"Unable to import module 'app': No module named '{module}'"
        assert payload["errorType"] == "Runtime.ImportModuleError"
        assert payload["errorMessage"] == message


def test_a_requirement_that_is_not_installed_is_named(make_function: Any, invoke: Any) -> None:
    name = make_function("def lambda_handler(event, context): pass")
    files = {"app__py": "import nowhere_to_be_found", "requirements__txt": "nowhere-to-be-found>=2"}
    boto3.client("lambda").update_function_code(FunctionName=name, ZipFile=package(**files))
    message = invoke(name)["payload"]["errorMessage"]
    assert message.startswith(
        "Unable to import module 'app': No module named 'nowhere_to_be_found'"
    )
    assert message.endswith("python -m pip install 'nowhere-to-be-found>=2'")


def test_the_environment_variables(make_function: Any, invoke: Any) -> None:
    code = """
        import os
        def lambda_handler(event, context):
            names = ("PATH", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LD_LIBRARY_PATH")
            return {k: v for k, v in os.environ.items() if k not in names}
    """
    name = make_function(code, Environment={"Variables": {"LANG": "C", "TABLE": "t"}})
    found = invoke(name)["payload"]
    assert re.fullmatch(
        r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0",
        found.pop("_X_AMZN_TRACE_ID"),
    )
    assert re.fullmatch(
        r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", found.pop("AWS_LAMBDA_LOG_STREAM_NAME")
    )
    assert found.pop("AWS_ACCESS_KEY_ID").startswith("ASIA")
    for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        assert found.pop(variable)  # ours: no profile of the learner's is read
    assert found == {
        "LANG": "C",
        "TABLE": "t",
        "TZ": ":UTC",
        "_HANDLER": "app.lambda_handler",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_FORMAT": "Text",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LAMBDA_TASK_ROOT": "/var/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
    }


def test_reserved_variables_are_refused(make_function: Any) -> None:
    variables = {"Variables": {"TABLE": "t", "AWS_REGION": "eu-west-1", "_HANDLER": "x"}}
    words = (
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided contains reserved keys that are currently not supported "
        "for modification. Reserved keys used in this request: AWS_REGION, _HANDLER"
    )
    code = "def lambda_handler(event, context): pass"
    with pytest.raises(ClientError) as refused:
        make_function(code, Environment=variables)
    assert refused.value.response["Error"] == {
        "Code": "InvalidParameterValueException",
        "Message": words,
    }
    name = make_function(code)
    with pytest.raises(ClientError, match="reserved keys"):
        boto3.client("lambda").update_function_configuration(
            FunctionName=name, Environment=variables
        )


@pytest.mark.simulated_clock
def test_new_code_while_the_old_runs(
    make_function: Any, make_machine: Any, cloud: Any, shop: Any
) -> None:
    """An invocation ends with the code that it began with."""
    name = make_function(
        "import time\ndef lambda_handler(event, context):\n    time.sleep(60)\n    return 'old'",
        Timeout=90,
    )
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
    task |= {"Parameters": {"FunctionName": name}, "OutputPath": "$.Payload"}
    machine = make_machine({"StartAt": "A", "States": {"A": task}})
    arn = shop.start({}, f"old-{name}", machine)
    cloud.clock.advance(seconds=10)
    new = package(app__py="def lambda_handler(event, context): return 'new'")
    client = boto3.client("lambda")
    client.update_function_code(FunctionName=name, ZipFile=new)
    assert client.invoke(FunctionName=name)["Payload"].read() == b'"new"'
    assert shop.ended(arn).description["output"] == '"old"'


def test_versions_and_aliases(make_function: Any, invoke: Any) -> None:
    code = """
        def lambda_handler(event, context):
            print("called as", context.invoked_function_arn)
            return [context.function_version, VERSION]
    """
    name = make_function(code.replace("VERSION", "'first'"))
    client = boto3.client("lambda")
    assert client.publish_version(FunctionName=name)["Version"] == "1"
    text = "def lambda_handler(event, context): return [context.function_version, 'second']"
    client.update_function_code(FunctionName=name, ZipFile=package(app__py=text))
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")

    def call(**named: str) -> tuple[bytes, str]:
        answer = client.invoke(FunctionName=name, **named)
        return answer["Payload"].read(), answer["ExecutedVersion"]

    assert call() == (b'["$LATEST", "second"]', "$LATEST")
    assert call(Qualifier="1") == (b'["1", "first"]', "1")
    assert call(Qualifier="live") == (b'["1", "first"]', "1")
    lines = log_lines(name)
    assert [line.split("Version: ")[1] for line in lines if line.startswith("START")] == [
        *("$LATEST", "1", "1")
    ]
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    called = [line for line in lines if line.startswith("called")]
    assert called == [f"called as {arn}:1", f"called as {arn}:live"]


def test_the_client_context(make_function: Any) -> None:
    import base64
    import json

    code = """
        def lambda_handler(event, context):
            given = context.client_context
            return [given.client.app_title, given.custom, given.env, context.identity is None]
    """
    given = {"client": {"app_title": "shop"}, "custom": {"a": 1}, "env": {}}
    answer = boto3.client("lambda").invoke(
        FunctionName=make_function(code),
        ClientContext=base64.b64encode(json.dumps(given).encode()).decode(),
    )
    assert json.loads(answer["Payload"].read()) == ["shop", {"a": 1}, {}, False]
