"""`sam`, word for word as one types it for AWS, from `sam validate` to `sam delete`.

The tests stand in the order in which somebody runs the commands, on one stack.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orderlab.order import SEED_ORDER
from starter import extras

STACK = "dev-ecommerce-backend"
MANAGED = "aws-sam-cli-managed-default"
# Stack name, region, parameter, confirm changes, role creation, disable rollback, an API without
# authentication, save arguments, their file, their environment; and then: deploy this change set?
GUIDED = f"{STACK}\n\n\n\n\n\nY\nY\nN\ny\ny\ny\nY\n\n\ny\n"
CHANGED_HANDLER = """

_before = lambda_handler


def lambda_handler(event, context):
    return {**_before(event, context), "summary": "from the changed handler"}
"""
Sam = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def sam(
    local_aws: dict[str, str], application: Path, tmp_path_factory: pytest.TempPathFactory
) -> Sam:
    """Run `sam` in the application's folder; its answers are typed for it."""
    try:
        begin = extras.command("sam", apart=True)
    except extras.Unavailable as unavailable:
        pytest.exit(str(unavailable), returncode=extras.SKIPPED)
    python = _python_with_pip()
    _build_for(python, application / "template.yaml")
    environ = local_aws | {
        "PATH": f"{python.parent}{os.pathsep}{local_aws['PATH']}",
        "__SAM_CLI_APP_DIR": str(tmp_path_factory.mktemp("sam")),  # not the one of who runs this
        "PYTHONIOENCODING": "utf-8",
    }

    def run(*arguments: str, answers: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*begin, "sam", *arguments],
            check=False,
            cwd=application,
            env=environ,
            input=answers,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    return run


def _python_with_pip() -> Path:
    """This Python, or the one that its environment was made from."""
    tried = [Path(sys.executable), Path(getattr(sys, "_base_executable", sys.executable))]
    for python in tried:
        done = subprocess.run([python, "-m", "pip", "--version"], check=False, capture_output=True)
        if done.returncode == 0:
            return python
    pytest.exit(f"sam build needs pip: {tried} have none", returncode=extras.SKIPPED)


def _build_for(python: Path, template: Path) -> None:
    """`sam build` wants the Python that Runtime names; on another one, the copy names that."""
    code = "import sys; print('python%d.%d' % sys.version_info[:2])"
    runtime = subprocess.check_output([python, "-c", code], encoding="utf-8").strip()
    text = template.read_text("utf-8")
    template.write_text(re.sub(r"Runtime: python3\.\d+", f"Runtime: {runtime}", text), "utf-8")


@pytest.fixture(scope="module")
def deployed(sam: Sam, application: Path, client: Callable[[str], Any]) -> str:
    """The application, built and deployed, with products in its table; what `sam deploy` said."""
    built = sam("build")
    assert "Build Succeeded" in built.stdout, built.stdout
    done = sam("deploy", "--guided", answers=GUIDED)
    assert done.returncode == 0, done.stdout
    for product in json.loads((application / "data" / "products.json").read_text("utf-8")):
        item = {k: {"S" if isinstance(v, str) else "N": str(v)} for k, v in product.items()}
        client("dynamodb").put_item(TableName="dev-Products", Item=item)
    return done.stdout


@pytest.fixture
def run_order(client: Callable[[str], Any]) -> Callable[[str], list[dict[str, Any]]]:
    """Run an order through the deployed workflow; the events of its history, if it succeeded."""

    def run(order_id: str) -> list[dict[str, Any]]:
        stepfunctions = client("stepfunctions")
        arn = _outputs(client)["OrderWorkflowArn"]
        order = json.dumps(SEED_ORDER | {"orderId": order_id})
        execution = stepfunctions.start_execution(stateMachineArn=arn, input=order)["executionArn"]
        end = time.monotonic() + 60
        while (found := stepfunctions.describe_execution(executionArn=execution))[
            "status"
        ] == "RUNNING":
            assert time.monotonic() < end, "it still runs"
            time.sleep(0.1)
        history = stepfunctions.get_execution_history(executionArn=execution, maxResults=1000)
        assert found["status"] == "SUCCEEDED", history["events"][-1]
        return list(history["events"])

    return run


def _outputs(client: Callable[[str], Any]) -> dict[str, str]:
    [stack] = client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def _changes(said: str) -> dict[str, str]:
    """What a change set does to each resource, from the table that sam prints."""
    return {name: action for action, name in re.findall(r"^[+*-] (\w+) +(\w+)", said, re.MULTILINE)}


@pytest.mark.parametrize("options", [[], ["--lint"]])
def test_validate(sam: Sam, options: list[str]) -> None:
    done = sam("validate", *options)
    assert done.returncode == 0, done.stdout
    assert "template.yaml is a valid SAM Template" in done.stdout


def test_a_refused_template_is_no_valid_one(sam: Sam, application: Path) -> None:
    wrong = application / "wrong.yaml"
    wrong.write_text((application / "template.yaml").read_text("utf-8").replace("CodeUri", "Code"))
    done = sam("validate", "--template-file", wrong.name)
    wrong.unlink()
    assert done.returncode == 1, done.stdout


def test_guided_deploy(
    deployed: str, application: Path, run_order: Callable[[str], list[dict[str, Any]]]
) -> None:
    assert f"Managed S3 bucket: {MANAGED}-samclisourcebucket-" in deployed
    changes = _changes(deployed)
    assert changes["OrderWorkflow"] == changes["OrdersTable"] == "Add"
    assert f"Successfully created/updated stack - {STACK} in us-east-1" in deployed
    saved = (application / "samconfig.toml").read_text("utf-8")
    assert f'stack_name = "{STACK}"' in saved
    assert run_order("test-order-001")[-1]["type"] == "ExecutionSucceeded"


def test_what_was_built_brings_its_packages(deployed: str, application: Path) -> None:
    """They come from the environment's own, as PyPI cannot be reached here."""
    built = application / ".aws-sam" / "build"
    functions = [
        folder for folder in built.iterdir() if folder.is_dir() and (folder / "app.py").is_file()
    ]
    assert len(functions) == len(list((application / "lambdas").iterdir()))
    assert [f.name for f in functions if not (f / "aws_lambda_powertools").is_dir()] == []


def test_stack_outputs(deployed: str, sam: Sam, client: Callable[[str], Any]) -> None:
    done = sam("list", "stack-outputs", "--stack-name", STACK, "--output", "json")
    listed = json.loads(done.stdout)
    assert {one["OutputKey"]: one["OutputValue"] for one in listed} == _outputs(client)


def test_nothing_to_deploy(deployed: str, sam: Sam) -> None:
    done = sam("deploy")
    assert f"Error: No changes to deploy. Stack {STACK} is up to date" in done.stdout
    assert done.returncode == 1
    assert sam("deploy", "--no-fail-on-empty-changeset").returncode == 0


def test_second_deploy(
    deployed: str,
    sam: Sam,
    application: Path,
    client: Callable[[str], Any],
    run_order: Callable[[str], list[dict[str, Any]]],
) -> None:
    """A handler, the state machine and a table change; each is what runs afterwards."""
    with (application / "lambdas" / "validate_order_handler" / "app.py").open("a") as handler:
        handler.write(CHANGED_HANDLER)
    workflow = application / "state-machines" / "order-workflow.asl.json"
    definition = json.loads(workflow.read_text("utf-8"))
    definition["States"]["Begin"] = {"Type": "Pass", "Next": definition["StartAt"]}
    workflow.write_text(json.dumps(definition | {"StartAt": "Begin"}), "utf-8")
    template = application / "template.yaml"
    name = "TableName: !Sub ${Environment}-Orders\n"
    setting = "      TimeToLiveSpecification: {AttributeName: expiresAt, Enabled: true}\n"
    template.write_text(template.read_text("utf-8").replace(name, name + setting), "utf-8")

    assert sam("build").returncode == 0
    done = sam("deploy", answers="y\n")
    assert done.returncode == 0, done.stdout
    changed = ("ValidateOrderFunction", "OrderWorkflow", "OrdersTable")
    assert _changes(done.stdout) == dict.fromkeys(changed, "Modify")
    events = run_order("test-order-002")
    entered = [
        e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e
    ]
    assert entered[:2] == ["Begin", "ValidateOrder"]
    assert "from the changed handler" in json.dumps(events, default=str)
    ttl = client("dynamodb").describe_time_to_live(TableName="dev-Orders")
    assert ttl["TimeToLiveDescription"]["AttributeName"] == "expiresAt"


def test_delete(deployed: str, sam: Sam, client: Callable[[str], Any]) -> None:
    done = sam("delete", "--stack-name", STACK, "--no-prompts", "--region", "us-east-1")
    assert done.returncode == 0, done.stdout
    assert "Deleted successfully" in done.stdout
    assert _left(client) == {"stacks": [MANAGED]}
    s3 = client("s3")
    [bucket] = [one["Name"] for one in s3.list_buckets()["Buckets"]]
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_delete_the_managed_bucket(deployed: str, sam: Sam, client: Callable[[str], Any]) -> None:
    """It keeps versions, and a bucket that is not empty stays: here as on AWS."""
    delete = ("delete", "--stack-name", MANAGED, "--no-prompts", "--region", "us-east-1")
    done = sam(*delete)
    assert done.returncode == 1, done.stdout
    assert "failed to delete: [SamCliSourceBucket]" in done.stdout
    s3 = client("s3")
    [bucket] = [one["Name"] for one in s3.list_buckets()["Buckets"]]
    versions = s3.list_object_versions(Bucket=bucket)
    for one in [*versions["Versions"], *versions["DeleteMarkers"]]:
        s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
    done = sam(*delete)
    assert done.returncode == 0, done.stdout
    assert _left(client) == {}
    assert s3.list_buckets()["Buckets"] == []


def _left(client: Callable[[str], Any]) -> dict[str, list[str]]:
    """What there still is of what the application has made."""
    asked = {
        "stacks": ("cloudformation", "describe_stacks", "Stacks", "StackName"),
        "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
        "tables": ("dynamodb", "list_tables", "TableNames", None),
        "machines": ("stepfunctions", "list_state_machines", "stateMachines", "name"),
        "queues": ("sqs", "list_queues", "QueueUrls", None),
        "topics": ("sns", "list_topics", "Topics", "TopicArn"),
        "APIs": ("apigateway", "get_rest_apis", "items", "name"),
        "roles": ("iam", "list_roles", "Roles", "RoleName"),
        "rules": ("events", "list_rules", "Rules", "Name"),
        "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        "log groups": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    }
    found = {
        what: [one[name] if name else one for one in getattr(client(service), ask)().get(key, [])]
        for what, (service, ask, key, name) in asked.items()
    }
    return {what: names for what, names in found.items() if names}
