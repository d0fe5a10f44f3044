"""Deploying a template: what is made, what is updated, and what is refused."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path
from typing import Any

import boto3
import pytest

ROOT = Path(__file__).resolve().parents[2]
TINY = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: {name}-greeter
      Runtime: python3.13
      Handler: app.lambda_handler
      CodeUri: code/
      Timeout: 5
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: {name}-machine
      DefinitionUri: machine.asl.json
      DefinitionSubstitutions: {{GreeterArn: !GetAtt Greeter.Arn}}
      Policies: [LambdaInvokePolicy: {{FunctionName: !Ref Greeter}}]
  {extra}
Outputs:
  MachineArn: {{Value: !Ref Machine}}
"""
MACHINE = {
    "StartAt": "Greet",
    "States": {
        "Greet": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "${GreeterArn}", "Payload.$": "$"},
            "OutputPath": "$.Payload",
            "End": True,
        }
    },
}


NUMBERS = itertools.count()


class Project:
    """A folder with a template, one function and one state machine."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        (folder / "code").mkdir()
        self.code("def lambda_handler(event, context): return 'one'")
        self.machine(json.dumps(MACHINE))
        self.template()

    def code(self, text: str) -> None:
        (self.folder / "code" / "app.py").write_text(text, encoding="utf-8")

    def machine(self, text: str) -> None:
        (self.folder / "machine.asl.json").write_text(text, encoding="utf-8")

    def template(self, extra: str = "") -> None:
        text = TINY.format(name=self.name, extra=extra)
        (self.folder / "template.yaml").write_text(text, encoding="utf-8")

    def deploy(self, cloud: Any) -> Any:
        return cloud.deploy(self.folder / "template.yaml", stack_name=self.name)


@pytest.fixture
def project(tmp_path: Path, request: pytest.FixtureRequest, cloud: Any) -> Project:
    name = request.node.originalname.removeprefix("test_").replace("_", "-")
    return Project(tmp_path, f"{name[:40]}-{next(NUMBERS)}")


def status(project: Project) -> str:
    stacks = boto3.client("cloudformation").describe_stacks(StackName=project.name)
    return str(stacks["Stacks"][0]["StackStatus"])


def run(shop: Any, stack: Any, name: str) -> Any:
    return json.loads(shop.run({}, name, stack.outputs["MachineArn"]).description["output"])


def test_the_shop_has_everything_it_names(shop: Any) -> None:
    outputs = shop.stack.outputs
    assert set(outputs) >= {
        "OrderWorkflowArn",
        "OrdersTableName",
        "ProductsTableName",
        "OrderQueueUrl",
        "OrderDeadLetterQueueUrl",
        "NotificationsTopicArn",
        "OrdersApiUrl",
    }
    machine = shop.stepfunctions.describe_state_machine(stateMachineArn=outputs["OrderWorkflowArn"])
    assert machine["name"] == "dev-OrderProcessingWorkflow"
    assert machine["loggingConfiguration"]["level"] == "ALL"
    assert machine["loggingConfiguration"]["includeExecutionData"] is True
    assert "${" not in machine["definition"]
    functions = {f["FunctionName"] for f in boto3.client("lambda").list_functions()["Functions"]}
    assert functions >= {
        "dev-OrderEntryFunction",
        "dev-StartWorkflowFunction",
        "dev-ValidateOrderFunction",
        "dev-ProcessPaymentFunction",
        "dev-RepairOrderFunction",
    }
    pages = boto3.client("logs").get_paginator("describe_log_groups").paginate()
    groups = {group["logGroupName"] for page in pages for group in page["logGroups"]}
    assert groups >= {f"/aws/lambda/{name}" for name in functions if name.startswith("dev-")}
    assert "/aws/states/dev-OrderProcessingWorkflow" in groups
    alarms = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {"dev-OrderTechnicalFailures", "dev-OrderDeclines"} <= {a["AlarmName"] for a in alarms}


def test_a_message_is_hidden_for_six_times_the_consumers_timeout(shop: Any) -> None:
    """docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
    queue = shop.sqs.get_queue_attributes(
        QueueUrl=shop.output("OrderQueueUrl"), AttributeNames=["VisibilityTimeout"]
    )
    consumer = boto3.client("lambda").get_function_configuration(
        FunctionName="dev-StartWorkflowFunction"
    )
    assert int(queue["Attributes"]["VisibilityTimeout"]) == 6 * consumer["Timeout"]


def test_deploying_twice_changes_nothing(project: Project, cloud: Any, shop: Any) -> None:
    first = project.deploy(cloud)
    assert run(shop, first, "once") == "one"
    assert project.deploy(cloud) == first
    assert shop.stepfunctions.list_executions(stateMachineArn=first.outputs["MachineArn"])[
        "executions"
    ]


def test_changed_code_and_definition_are_updated(project: Project, cloud: Any, shop: Any) -> None:
    stack = project.deploy(cloud)
    assert run(shop, stack, "before") == "one"
    project.code("def lambda_handler(event, context): return 'two'")
    project.deploy(cloud)
    assert run(shop, stack, "after-code") == "two"
    state = {**MACHINE["States"]["Greet"], "OutputPath": "$.StatusCode"}  # type: ignore[index]
    project.machine(json.dumps({**MACHINE, "States": {"Greet": state}}))
    project.deploy(cloud)
    assert run(shop, stack, "after-definition") == 200
    assert status(project) == "UPDATE_COMPLETE"


def test_data_survives_a_deployment(cloud: Any, shop: Any) -> None:
    shop.dynamodb.put_item(
        TableName=shop.output("OrdersTableName"), Item={"orderId": {"S": "kept"}}
    )
    cloud.deploy(ROOT / "template.yaml")
    assert shop.row("kept") == {"orderId": "kept"}


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ('{"StartAt": ', "INVALID_JSON_DESCRIPTION"),
        (
            json.dumps(MACHINE).replace('"End": true', '"Next": "Nowhere"'),
            "Missing 'Next' target: Nowhere at /States/Greet/Next",
        ),
    ],
)
def test_a_faulty_definition_leaves_the_old_stack_running(
    project: Project, cloud: Any, shop: Any, definition: str, words: str
) -> None:
    stack = project.deploy(cloud)
    project.machine(definition)
    with pytest.raises(cloud.DeployError, match="Invalid State Machine Definition") as refused:
        project.deploy(cloud)
    assert words in str(refused.value)
    assert run(shop, stack, f"still-there-{project.name}") == "one"
    assert status(project) == "UPDATE_ROLLBACK_COMPLETE"
    project.machine(json.dumps(MACHINE))
    project.deploy(cloud)
    assert status(project) == "UPDATE_ROLLBACK_COMPLETE"  # there was nothing to update
    project.machine(json.dumps({**MACHINE, "Comment": "mended"}))
    project.deploy(cloud)
    assert status(project) == "UPDATE_COMPLETE"


def test_a_first_deployment_that_fails_leaves_nothing(project: Project, cloud: Any) -> None:
    project.machine("nonsense")
    with pytest.raises(cloud.DeployError, match="INVALID_JSON_DESCRIPTION"):
        project.deploy(cloud)
    assert status(project) == "ROLLBACK_COMPLETE"
    names = [f["FunctionName"] for f in boto3.client("lambda").list_functions()["Functions"]]
    assert f"{project.name}-greeter" not in names
    project.machine(json.dumps(MACHINE))
    project.deploy(cloud)
    assert status(project) == "CREATE_COMPLETE"


def test_an_unknown_type_is_named_before_anything_is_made(project: Project, cloud: Any) -> None:
    project.template(extra="Odd: {Type: 'AWS::Nothing::OfTheKind'}")
    with pytest.raises(cloud.DeployError, match=r"AWS::Nothing::OfTheKind"):
        project.deploy(cloud)
    names = [f["FunctionName"] for f in boto3.client("lambda").list_functions()["Functions"]]
    assert f"{project.name}-greeter" not in names


def test_a_template_that_cannot_be_read(tmp_path: Path, cloud: Any) -> None:
    with pytest.raises(cloud.DeployError, match=r"nowhere\.yaml: No such file"):
        cloud.deploy(tmp_path / "nowhere.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("Resources: [", encoding="utf-8")
    with pytest.raises(cloud.DeployError, match="Template format error"):
        cloud.deploy(broken)
    empty = tmp_path / "empty.yaml"
    empty.write_text("Outputs: {}", encoding="utf-8")
    with pytest.raises(cloud.DeployError, match="At least one Resources member"):
        cloud.deploy(empty)


def test_missing_code_is_named(project: Project, cloud: Any) -> None:
    shutil.rmtree(project.folder / "code")
    with pytest.raises(cloud.DeployError, match=r"Greeter: CodeUri names .*code"):
        project.deploy(cloud)


def test_a_deleted_stack_takes_its_resources_along(project: Project, cloud: Any) -> None:
    project.deploy(cloud)
    boto3.client("cloudformation").delete_stack(StackName=project.name)
    names = [f["FunctionName"] for f in boto3.client("lambda").list_functions()["Functions"]]
    assert f"{project.name}-greeter" not in names
    machines = boto3.client("stepfunctions").list_state_machines()["stateMachines"]
    assert f"{project.name}-machine" not in [m["name"] for m in machines]


def test_a_parameter_keeps_the_value_that_the_stack_has(cloud: Any, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(
        """
        Parameters: {Color: {Type: String, Default: red}}
        Resources: {Topic: {Type: "AWS::SNS::Topic"}}
        Outputs: {Color: {Value: !Ref Color}}
        """,
        encoding="utf-8",
    )
    assert cloud.deploy(template, "painted").outputs["Color"] == "red"
    painted = cloud.deploy(template, "painted", parameters={"Color": "blue"})
    assert painted.outputs["Color"] == "blue"
    assert cloud.deploy(template, "painted").outputs["Color"] == "blue"
    template.write_text(template.read_text("utf-8").replace("Color", "Hue"), "utf-8")
    assert cloud.deploy(template, "painted").outputs["Hue"] == "red"


GROWING = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Grow: {Type: String, Default: "no"}}
Conditions: {Grown: !Equals [!Ref Grow, "yes"]}
Globals: {Function: {Runtime: python3.13, Handler: app.lambda_handler}}
Resources:
  Greeter: {Type: AWS::Serverless::Function, Properties: {CodeUri: code/}}
  Topic: {Type: AWS::SNS::Topic}
  Queue: {Type: AWS::SQS::Queue}
"""
GROWTH = (
    "  Other{}: {{Type: AWS::Serverless::Function, Condition: Grown, "
    "Properties: {{CodeUri: code/, Description: '{}'}}}}\n"
)


def _growing(folder: Path, others: int) -> Path:
    (folder / "code").mkdir(parents=True, exist_ok=True)
    (folder / "code" / "app.py").write_text("lambda_handler = print", encoding="utf-8")
    text = GROWING + "".join(GROWTH.format(number, number) for number in range(others))
    (folder / "template.yaml").write_text(text, encoding="utf-8")
    return folder / "template.yaml"


def test_what_is_not_made_changes_no_id_of_what_is(python: Any, tmp_path: Path) -> None:
    deploying = """
    import boto3, localaws
    localaws.start()
    print(localaws.deploy({!r}, "small").resources)
    """
    alone = python(deploying.format(str(_growing(tmp_path / "alone", others=0))))
    assert "Greeter" in alone
    assert python(deploying.format(str(_growing(tmp_path / "grown", others=20)))) == alone


def test_what_a_kept_parameter_makes_gets_its_new_code(cloud: Any, tmp_path: Path) -> None:
    template = _growing(tmp_path, others=1)
    cloud.deploy(template, "growing", parameters={"Grow": "yes"})
    (tmp_path / "code" / "app.py").write_text("lambda_handler = repr", encoding="utf-8")
    stack = cloud.deploy(template, "growing")
    find = boto3.client("lambda").get_function_configuration
    hashes = {find(FunctionName=stack.resources[n])["CodeSha256"] for n in ("Greeter", "Other0")}
    assert len(hashes) == 1
