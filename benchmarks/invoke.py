"""An invocation of a warm function, empty and with one GetItem: on our pipe, and over HTTP.

Measured in one run: localaws on the real clock, as its own parts invoke a function and as boto3
does; and AWS's own Python runtime (awslambdaric, which runs on Linux alone) behind a Runtime API of
a few lines, whose handler reads the same table through the door of localaws, as it would read from
any other local AWS. Run by hand:

    python benchmarks/invoke.py [INVOCATIONS]
"""

from __future__ import annotations

import io
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
from _shop import machine
from moto.awslambda.utils import get_backend
from moto.core import DEFAULT_ACCOUNT_ID

import localaws
from localaws import cloud

HANDLERS = {
    "empty": "def lambda_handler(event, context): pass\n",
    "GetItem": (
        "import boto3\n"
        "dynamodb = boto3.client('dynamodb')\n"
        "def lambda_handler(event, context):\n"
        "    dynamodb.get_item(TableName='items', Key={'id': {'S': '1'}})\n"
    ),
}
REGION = "us-east-1"


def median(invoke: Callable[[], object], count: int) -> float:
    """Milliseconds of the middle one; the first few are not measured."""
    for _ in range(20):
        invoke()
    took = []
    for _ in range(count):
        begun = time.perf_counter()
        invoke()
        took.append(time.perf_counter() - begun)
    return statistics.median(took) * 1000


def make_table() -> None:
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName="items",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="items", Item={"id": {"S": "1"}, "name": {"S": "a cup"}})


def make_role() -> str:
    """A role that may do everything."""
    iam = boto3.client("iam")
    trusted = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trusted |= {"Principal": {"Service": "lambda.amazonaws.com"}}
    trust = {"Version": "2012-10-17", "Statement": [trusted]}
    role = iam.create_role(RoleName="all", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    iam.put_role_policy(RoleName="all", PolicyName="all", PolicyDocument=policy)
    return str(role["Arn"])


def make_function(name: str, role: str) -> Any:
    """A function of moto's, as the parts of localaws hand it to each other."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", HANDLERS[name])
    boto3.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="app.lambda_handler",
        Code={"ZipFile": package.getvalue()},
        Timeout=30,
        MemorySize=512,
    )
    return get_backend(DEFAULT_ACCOUNT_ID, REGION).get_function(name)


class RuntimeApi:
    """docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self._answer(200, api.events.get())

            def do_POST(self) -> None:
                api.answers.put(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(202, b"{}")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Lambda-Runtime-Aws-Request-Id", "an-id")
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() + 60) * 1000))
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def invoke(self) -> bytes:
        self.events.put(b"{}")
        return self.answers.get(timeout=30)


@contextmanager
def awslambdaric(code: str) -> Iterator[Callable[[], bytes]]:
    """AWS's runtime with a handler in it, and its AWS calls led to our door."""
    api = RuntimeApi()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "app.py").write_text(code, encoding="utf-8")
        variables = {
            "PYTHONPATH": folder,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server.server_port}",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_ENDPOINT_URL": localaws.endpoint_url,
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_DEFAULT_REGION": REGION,
        }
        command = [sys.executable, "-m", "awslambdaric", "app.lambda_handler"]
        process = subprocess.Popen(command, env=os.environ | variables)
        try:
            yield api.invoke
        finally:
            process.kill()
            process.wait()
            api.server.shutdown()
            api.server.server_close()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    localaws.start(clock="real")
    try:
        make_table()
        role = make_role()
        functions, client = cloud.running()._functions, boto3.client("lambda")
        for name, code in HANDLERS.items():
            function = make_function(name, role)
            ours = median(lambda: functions.invoke(function, "{}"), count)  # noqa: B023
            called = median(lambda: client.invoke(FunctionName=name), count)  # noqa: B023
            line = f"{name}: {ours:.2f} ms, with boto3 in front {called:.2f} ms"
            if sys.platform == "linux":
                with awslambdaric(code) as invoke:
                    theirs = median(invoke, count)
                line += f"; awslambdaric {theirs:.2f} ms, {theirs / ours:.1f} times ours"
            print(line)
    finally:
        localaws.stop()
    print(machine("awslambdaric") if sys.platform == "linux" else machine())


if __name__ == "__main__":
    main()
