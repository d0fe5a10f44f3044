"""The lessons' programs on another AWS: one that has to be asked for, and a real account twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
START = "import localaws; localaws.start(); print('started')"
ORDER = """
import json, boto3, localaws
from pathlib import Path
from orderlab import products
from orderlab.order import SEED_ORDER
localaws.start()
stack = localaws.deploy("template.yaml")
products.load(Path(), stack.outputs["ProductsTableName"])
sfn = boto3.client("stepfunctions")
started = sfn.start_execution(
    stateMachineArn=stack.outputs["OrderWorkflowArn"], input=json.dumps(SEED_ORDER)
)
localaws.clock.run_until(started["executionArn"])
print(sfn.describe_execution(executionArn=started["executionArn"])["status"])
"""
POST = """
import localaws, requests
localaws.start()
url = localaws.deploy("template.yaml").outputs["OrdersApiUrl"]
answer = requests.post(url, json={})
print(url.partition("/")[0], answer.status_code, [one["field"] for one in answer.json()["faults"]])
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(local_aws: dict[str, str]) -> Run:
    """Run a program beside a local AWS that runs alone; with variables, and what is typed."""

    def program(
        text: str, typed: str | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        given = {"stdin": subprocess.DEVNULL} if typed is None else {"input": typed}
        return subprocess.run(
            [sys.executable, "-c", text],
            check=False,
            cwd=ROOT,
            env=local_aws | {"PYTHONPATH": str(ROOT), **variables},
            capture_output=True,
            encoding="utf-8",
            **given,  # type: ignore[call-overload]
        )

    return program


@pytest.fixture
def profile(local_aws: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The variables of a person with an account, which the local AWS plays."""
    config, keys = tmp_path / "config", tmp_path / "credentials"
    endpoint = local_aws["AWS_ENDPOINT_URL"]
    config.write_text(f"[profile learning]\nregion = us-east-1\nendpoint_url = {endpoint}\n")
    keys.write_text("[learning]\naws_access_key_id = own\naws_secret_access_key = own\n")
    return {
        "LOCALAWS_TARGET": "aws",
        "AWS_PROFILE": "learning",
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(keys),
    }


def test_an_order_at_another_endpoint(run: Run) -> None:
    done = run(ORDER, LOCALAWS_TARGET="endpoint")
    assert done.stdout == "SUCCEEDED\n", done.stderr


def test_what_only_the_local_aws_can_do_says_so(run: Run) -> None:
    asks = "import localaws; localaws.start(); localaws.outbox.letters()"
    done = run(asks, LOCALAWS_TARGET="endpoint")
    assert "RuntimeError: Only the local AWS can do this (outbox)" in done.stderr
    strikes = 'localaws.faults.inject(table="dev-Orders", latency=15)'
    done = run(f"import localaws; localaws.start(); {strikes}", LOCALAWS_TARGET="endpoint")
    assert "RuntimeError: Only the local AWS can do this (faults)" in done.stderr
    done = run(
        "import localaws; localaws.start(); localaws.clock.advance(days=2)",
        LOCALAWS_TARGET="endpoint",
    )
    assert "2 days, 0:00:00 take 2 days, 0:00:00" in done.stderr


def test_an_api_is_found_at_another_endpoint(run: Run) -> None:
    """Its address is one of AWS's, and the request does not go there."""
    done = run(POST, LOCALAWS_TARGET="endpoint")
    assert done.stdout == "https: 400 ['orderId', 'userId', 'items', 'totalAmount']\n", done.stderr


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (
            {"LOCALAWS_TARGET": "endpoint", "AWS_ENDPOINT_URL": "https://sts.amazonaws.com"},
            "it must be an address on this machine",
        ),
        ({"LOCALAWS_TARGET": "real"}, "LOCALAWS_TARGET is 'real'"),
        ({"LOCALAWS_TARGET": "aws"}, "name the profile as well, in AWS_PROFILE"),
    ],
)
def test_nothing_leaves_the_machine_unasked(
    run: Run, variables: dict[str, str], words: str
) -> None:
    done = run(START, **variables)
    assert "started" not in done.stdout
    assert words in done.stderr


def test_a_real_account_is_shown_and_confirmed(run: Run, profile: dict[str, str]) -> None:
    done = run(START, typed=f"{ACCOUNT}\n", **profile)
    assert done.returncode == 0, done.stderr
    shown = f"This is real AWS. Account {ACCOUNT} (profile learning), region us-east-1."
    assert done.stdout.startswith(shown)
    assert "Estimated cost: what stands there now, $" in done.stdout
    assert done.stdout.endswith("started\n")


def test_what_stands_there_is_counted_as_aws_bills_it(
    run: Run, profile: dict[str, str], client: Callable[[str], Any]
) -> None:
    """An alarm for each metric that it reads; composite alarms, which AWS lists when asked."""

    def dollars() -> float:
        shown = run(START, typed="no\n", **profile).stdout
        return float(shown.partition("what stands there now, $")[2].split()[0])

    before, cloudwatch = dollars(), client("cloudwatch")
    metric = {"Metric": {"Namespace": "Shop", "MetricName": "Orders"}, "Period": 60, "Stat": "Sum"}
    read = [{"Id": one, "MetricStat": metric, "ReturnData": False} for one in ("a", "b")]
    rule = {"EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    cloudwatch.put_metric_alarm(
        AlarmName="counted", Metrics=[*read, {"Id": "c", "Expression": "a + b"}], **rule
    )
    cloudwatch.put_composite_alarm(AlarmName="counted-too", AlarmRule='ALARM("counted")')
    assert dollars() == pytest.approx(before + 2 * 0.10 + 0.50)


@pytest.mark.parametrize("typed", ["y\n", "\n", None])
def test_a_real_account_is_never_met_by_accident(
    run: Run, profile: dict[str, str], typed: str | None
) -> None:
    done = run(START, typed=typed, **profile)
    assert done.returncode == 1
    assert "started" not in done.stdout
    assert "RefusedError" in done.stderr


def test_a_real_account_has_the_stack_that_sam_deployed(run: Run, profile: dict[str, str]) -> None:
    deploys = "import localaws; localaws.start(); localaws.deploy('template.yaml', 'none-there')"
    done = run(deploys, typed=f"{ACCOUNT}\n", **profile)
    assert "DeployError: No stack none-there stands there: run `sam build`" in done.stderr
