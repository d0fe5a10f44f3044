"""The local AWS as a whole: start it, deploy to it, stop it. The only face that lessons see."""

from __future__ import annotations

import atexit
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localaws import quickstart
from localaws.sandbox import Sandbox

if TYPE_CHECKING:
    from localaws.deployment import Stack

REGION = "us-east-1"
# Started ahead, empty, while the rest is loaded and the stack deployed: a cold start then costs
# the handler's own imports alone, as on AWS.
SPARE_SANDBOXES = 4
# A learner's own profile, keys and endpoints must not reach boto3 while the local AWS runs.
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": None,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_PROFILE": None,
    "AWS_DEFAULT_PROFILE": None,
    "AWS_SESSION_TOKEN": None,
    "AWS_ENDPOINT_URL": None,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Cloud:
    """One local AWS in this process."""

    def __init__(self) -> None:
        spare = [Sandbox() for _ in range(SPARE_SANDBOXES)]  # first: they load while we do
        self._environment = _Environment(ENVIRONMENT)
        self._environment.set()

        # Only now: loading moto takes seconds, and `import localaws` should not.
        with quickstart.without_iri_grammar():
            from moto import mock_aws
            from moto.core import DEFAULT_ACCOUNT_ID

            from localaws import (
                apigateway,
                cloudformation,
                dynamodb,
                errors,
                events,
                executions,
                functions,
                guard,
                interpreter,
                jsonata,
                sqs,
                stepfunctions,
                teststate,
            )
            from localaws.mending import Mends

        self._mock = mock_aws(
            config={
                "lambda": {"use_docker": False},
                "stepfunctions": {"execute_state_machine": True},
            }
        )
        self._mock.start()
        self._mends = Mends()
        self._executions = executions
        self._functions = functions.Functions(spare)
        self._poller = sqs.Poller(self._functions, REGION)
        self._gateway = apigateway.Gateway(self._functions, DEFAULT_ACCOUNT_ID, REGION)
        self._door: Any = None
        guard.install(self._mends)
        cloudformation.install(self._mends)
        dynamodb.install(self._mends)
        functions.install(self._mends, self._functions)
        interpreter.install(self._mends)
        jsonata.install(self._mends)
        executions.install(self._mends)
        stepfunctions.install(self._mends)
        errors.install(self._mends)
        teststate.install(self._mends)
        events.install(self._mends, self._functions)
        sqs.install(self._mends, self._poller)
        apigateway.install(self._mends, self._gateway)
        self._poller.start()

    @property
    def door(self) -> Any:
        """The HTTP endpoint, opened when it is first asked for."""
        if self._door is None:
            from localaws.door import Door

            self._door = Door(self._gateway)
        return self._door

    def close(self) -> None:
        """Stop everything and take everything back: threads, processes, files, environment."""
        if self._door is not None:
            self._door.close()
        self._poller.stop()
        self._functions.refuse()
        self._executions.stop_all()
        self._functions.close()  # what waits for a function goes on, and finds itself stopped
        self._executions.join()
        self._poller.join()
        self._mends.restore()
        self._mock.stop()
        self._environment.restore()


class _Environment:
    """Variables that are set for a while; None unsets one."""

    def __init__(self, wanted: dict[str, str | None]) -> None:
        self._wanted = wanted
        self._before = {name: os.environ.get(name) for name in wanted}

    def set(self) -> None:
        self._put(self._wanted)

    def restore(self) -> None:
        self._put(self._before)

    @staticmethod
    def _put(values: dict[str, str | None]) -> None:
        for name, value in values.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_cloud: Cloud | None = None


def start() -> None:
    """Start the local AWS. From here on boto3 in this process talks to it, and to nothing else.

    Where it runs already, nothing changes, so that a cell can be run twice.
    """
    global _cloud
    if _cloud is None:
        _cloud = Cloud()


def stop() -> None:
    """Stop the local AWS, if it runs, and restore the environment that was there before."""
    global _cloud
    if _cloud is not None:
        running, _cloud = _cloud, None
        running.close()


def reset() -> None:
    """Start afresh: no stack, no data, no log."""
    stop()
    start()


def deploy(template: str | Path, stack_name: str = "dev-ecommerce-backend") -> Stack:
    """Deploy a SAM template to the local AWS, or update the stack that stands there.

    Args:
        template: path of the template, for example `../template.yaml`.
        stack_name: name of the stack.

    Raises:
        RuntimeError: the local AWS is not started.
        localaws.DeployError: the stack could not be deployed; the message says why.
    """
    _running()
    from localaws import deployment

    return deployment.deploy(template, stack_name)


def endpoint_url() -> str:
    """Address of the HTTP endpoint on 127.0.0.1 for programs other than this one."""
    return str(_running().door.url)


def _running() -> Cloud:
    if _cloud is None:
        raise RuntimeError("The local AWS is not started. Call localaws.start() first.")
    return _cloud


atexit.register(stop)
