"""State machines and functions of a few lines, run to their end on the local AWS."""

from __future__ import annotations

import io
import itertools
import json
import textwrap
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import boto3
import pytest

NUMBERS = itertools.count()
ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture(scope="session")
def any_role(cloud: Any) -> str:
    """A role that functions and state machines may assume, and that may do everything."""
    iam, name = boto3.client("iam"), "inspected"
    services = {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}
    trust = {"Effect": "Allow", "Principal": services, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=_policy(ANYTHING))
    return str(made["Role"]["Arn"])


@pytest.fixture(scope="session")
def function(any_role: str) -> Callable[..., str]:
    """Create a function of a module's text; returns its ARN."""

    def make(code: str, **settings: Any) -> str:
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("app.py", textwrap.dedent(code))
        made = boto3.client("lambda").create_function(
            FunctionName=f"inspected-{next(NUMBERS)}",
            Runtime="python3.13",
            Role=any_role,
            Handler="app.lambda_handler",
            Code={"ZipFile": package.getvalue()},
            **settings,
        )
        return str(made["FunctionArn"])

    return make


@pytest.fixture(scope="session")
def double(function: Callable[..., str]) -> str:
    """The ARN of a function that answers twice its `n`, and prints."""
    return function(
        """
        def lambda_handler(event, context):
            print("doubling", event["n"])
            return {"n": event["n"] * 2}
        """
    )


@pytest.fixture(scope="session")
def started(any_role: str) -> Callable[..., str]:
    """Start an execution of a machine; its states alone will do. Returns the execution's ARN."""

    def start(states: dict[str, Any], data: object, **machine: Any) -> str:
        stepfunctions = boto3.client("stepfunctions")
        definition = {"StartAt": next(iter(states)), "States": states, **machine}
        made = stepfunctions.create_state_machine(
            name=f"inspected-{next(NUMBERS)}",
            definition=json.dumps(definition),
            roleArn=any_role,
        )
        execution = stepfunctions.start_execution(
            stateMachineArn=made["stateMachineArn"], name="e", input=json.dumps(data)
        )
        return str(execution["executionArn"])

    return start


@pytest.fixture(scope="session")
def ran(started: Callable[..., str], until: Callable[..., Any]) -> Callable[..., str]:
    """As `started`, and wait for its end."""

    def run(states: dict[str, Any], data: object, **machine: Any) -> str:
        arn = started(states, data, **machine)
        describe = boto3.client("stepfunctions").describe_execution
        until(lambda: describe(executionArn=arn)["status"] != "RUNNING", f"the end of {arn}")
        return arn

    return run


# What JupyterLab keeps in a notebook that is not trusted, and needs no script.
TAGS = {"div", "span", "b", "br", "details", "summary"}


class Page(HTMLParser):
    """The tags of a page, its text, and the text of its summaries."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.summaries: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        assert not self._open, f"not closed: {self._open}"
        assert self.tags <= TAGS

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        if tag != "br":
            self._open.append(tag)
        if tag == "summary":
            self.summaries.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "summary" in self._open:
            self.summaries[-1] += data


@pytest.fixture
def read_page() -> Callable[[str], Page]:
    """HTML as a browser reads it; fails where it is not closed, or has tags that it should not."""
    return Page
