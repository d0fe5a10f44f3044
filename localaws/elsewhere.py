"""Another AWS than the one on this machine, where a person asks for it before they start::

    LOCALAWS_TARGET=endpoint AWS_ENDPOINT_URL=http://127.0.0.1:4566    another local AWS
    LOCALAWS_TARGET=aws AWS_PROFILE=learning                           a real account

The same programs then run there: boto3 talks to it, `deploy` gives the stack that stands there,
and the clock is everybody's. What only the local AWS can do, such as faults, says so.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from localaws import terminal
from localaws.mending import Mends

if TYPE_CHECKING:
    from localaws.deployment import Stack

TARGET = "LOCALAWS_TARGET"
ENDPOINT, AWS = "endpoint", "aws"
LONGEST = timedelta(minutes=1)  # that `advance` waits for real
LOOKS = 1.0  # seconds between two looks at an execution
API = re.compile(r"https://[^./]+\.execute-api\.[^./]+\.amazonaws\.com/")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# What terminals and notebooks beside a local AWS have, and a real account must not meet.
_OURS = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class RefusedError(RuntimeError):
    """Nobody has said that it may be this AWS; the message says what is missing."""


def ask_for_none() -> None:
    """From here on this process has the AWS on this machine, whatever the variable says."""
    os.environ.pop(TARGET, None)


def asked() -> str:
    """Which AWS is asked for: "endpoint", "aws", or "" for the one on this machine.

    Raises:
        RefusedError: the variable names something else.
    """
    target = os.environ.get(TARGET, "")
    if target not in ("", ENDPOINT, AWS):
        raise RefusedError(f"{TARGET} is {target!r}: it is {ENDPOINT!r}, {AWS!r}, or not set.")
    return target


class Elsewhere:
    """Stands where the services of the local AWS stand, for an AWS that is none of ours."""

    def __init__(self, target: str) -> None:
        """Make sure that it may be this one.

        Raises:
            RefusedError: it may not.
        """
        self.clock = WallClock()
        self._is_account = target == AWS
        self._mends = Mends()
        if self._is_account:
            _confirm()
        else:
            _look_at_endpoint()
            _lead_to_apis(self._mends, os.environ["AWS_ENDPOINT_URL"])

    @property
    def services(self) -> Any:
        """Itself: what is asked of the services is asked of it."""
        return self

    def close(self) -> None:
        """Nothing of it is ours to end, but the way to its APIs."""
        self._mends.restore()

    def deploy(self, template: str | Path, stack_name: str, parameters: Mapping[str, str]) -> Stack:
        """The stack; a real account's as `sam deploy` has made it, whose build brings the packages.

        Raises:
            localaws.DeployError: there is none, or it has other parameters.
        """
        from localaws import deployment

        if not self._is_account:
            return deployment.deploy(template, stack_name, parameters, built=True)
        return deployment.deployed(stack_name, parameters)

    @staticmethod
    def all_ended(arns: Iterable[str]) -> Callable[[], bool]:
        """A question: whether executions have ended."""
        import boto3

        client, waiting = boto3.client("stepfunctions"), list(arns)

        def ask() -> bool:
            while waiting:
                found = client.describe_execution(executionArn=waiting[-1])
                if found["status"] == "RUNNING":
                    return False
                waiting.pop()
            return True

        return ask

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError(
            f"Only the local AWS can do this ({name}), and {TARGET} names another one. "
            "Leave the cell out here, or start without that variable."
        )


class WallClock:
    """The time that all of us have."""

    simulated = False

    @staticmethod
    def now() -> Any:
        from datetime import UTC, datetime

        return datetime.now(UTC)

    def advance(self, passing: timedelta) -> None:
        """Wait for real, where that is not long.

        Raises:
            RuntimeError: it is longer than `LONGEST`.
            ValueError: a negative time.
        """
        if passing < timedelta(0):
            raise ValueError("Time does not go back.")
        if passing > LONGEST:
            raise RuntimeError(
                f"Here {passing} take {passing}: time is simulated on the local AWS alone. "
                f"Up to {LONGEST.seconds} seconds are waited for."
            )
        time.sleep(passing.total_seconds())

    def run_until(self, reached: Callable[[], bool]) -> None:
        """Look again and again."""
        while not reached():
            time.sleep(LOOKS)

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError(f"Real time cannot be told to {name}: that is for the local AWS alone.")


def _look_at_endpoint() -> None:
    url = os.environ.get("AWS_ENDPOINT_URL", "")
    if urlsplit(url).hostname not in LOOPBACK:
        raise RefusedError(
            f"{TARGET} is {ENDPOINT!r}, and AWS_ENDPOINT_URL is {url!r}: it must be an address on "
            f"this machine, as {terminal.address(terminal.PORT)}. Nothing has left it."
        )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.setdefault(name, "testing")
    os.environ.setdefault("AWS_DEFAULT_REGION", terminal.REGION)
    os.environ.setdefault("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")  # no host is sync-127.0.0.1


def _lead_to_apis(mends: Mends, endpoint: str) -> None:
    """What is sent to an API's address on AWS goes to the endpoint, and does not leave the machine.

    CloudFormation's outputs name such addresses; MiniStack and LocalStack serve the same API at
    `/restapis/<api id>/<stage>/_user_request_/<path>`, as our own door does.
    """
    import requests

    def request(self: requests.Session, method: str, url: str, *args: Any, **how: Any) -> Any:
        if API.match(url):
            url = terminal.api_url(endpoint.rstrip("/"), url)
        return original(self, method, url, *args, **how)

    original: Callable[..., Any] = mends.replace(requests.Session, "request", request)


def _confirm() -> None:
    """Show which account it would be and what stands there costs, and have a person say yes."""
    import boto3

    profile = os.environ.get("AWS_PROFILE")
    if not profile:
        raise RefusedError(f"{TARGET} is {AWS!r}: name the profile as well, in AWS_PROFILE.")
    for name in _OURS:
        os.environ.pop(name, None)
    session = boto3.Session()
    if session.region_name is None:
        raise RefusedError(f"The profile {profile} names no region: `aws configure set region …`.")
    account = session.client("sts").get_caller_identity()["Account"]
    print(f"This is real AWS. Account {account} (profile {profile}), region {session.region_name}.")
    print(_costs(session))
    try:
        answer = input("Type the number of the account to go on, anything else to stop: ")
    except (EOFError, RuntimeError) as error:  # nobody is there to be asked
        raise RefusedError("A real account is used by a person alone, who is asked.") from error
    if answer.strip() != account:
        raise RefusedError(f"Stopped: that is not {account}. Nothing was made or changed there.")


def _costs(session: Any) -> str:
    """What stands in the account costs by the month, by the list prices."""
    from localaws.costs import prices

    cloudwatch, secrets = session.client("cloudwatch"), session.client("secretsmanager")
    kinds = ["MetricAlarm", "CompositeAlarm"]  # unasked, AWS tells of the first kind alone
    pages = list(cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=kinds))
    counts = {
        "alarm_months": sum(_metrics(one) for page in pages for one in page["MetricAlarms"]),
        "composite_alarm_months": sum(len(page["CompositeAlarms"]) for page in pages),
        "dashboard_months": len(cloudwatch.list_dashboards()["DashboardEntries"]),
        "secret_months": len(secrets.list_secrets()["SecretList"]),
    }
    dollars = sum(count * prices()[key].price for key, count in counts.items())
    return (
        f"Estimated cost: what stands there now, ${dollars:.2f} a month (alarms, dashboards, "
        f"secrets), and what you run, as each lesson's card says; a thousand state transitions "
        f"are ${1000 * prices()['transitions'].price:.3f}."
    )


def _metrics(alarm: Any) -> int:
    """How many metrics an alarm is billed for: all that its expression takes together."""
    return sum("MetricStat" in one for one in alarm.get("Metrics", [])) or 1
