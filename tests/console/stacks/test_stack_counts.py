"""What is in a stack, counted; and the picture of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from samtranslator.yaml_helper import yaml_parse

from orderlab import console
from orderlab.console.outputs.picture import Picture
from orderlab.console.stacks import stack as module
from orderlab.console.stacks.counts import Counts, count
from orderlab.console.stacks.drawing import describe, source
from orderlab.console.stacks.kinds import KINDS, kind_of
from orderlab.console.stacks.template import Arrow, Resource, read
from orderlab.console.style import FAILURE

ROOT = Path(__file__).parents[3]
PLAIN = """
Resources:
  Orders: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${AWS::StackName}-Orders",
    RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}}}
  Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: dead}}
"""


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """What console.stack displays."""
    pictures: list[Picture] = []
    monkeypatch.setattr(module, "present", pictures.append)
    return pictures


@pytest.mark.parametrize("body", [PLAIN, json.dumps(yaml_parse(PLAIN))], ids=["YAML", "JSON"])
def test_a_stack_on_plain_moto(body: str, plain: None, capsys: pytest.CaptureFixture[Any]) -> None:
    boto3.client("cloudformation").create_stack(StackName="shop", TemplateBody=body)
    assert console.stack("shop") is None
    assert capsys.readouterr().out.splitlines() == [
        "Stack shop",
        "  dead (SQS dead-letter queue): empty",
        "  shop-Orders (SQS queue): empty -> dead (dead letters after 3 receives)",
    ]


def test_a_part_of_a_stack(plain: None, capsys: pytest.CaptureFixture[Any]) -> None:
    body = yaml_parse(PLAIN)
    body["Resources"]["Elsewhere"] = {"Type": "AWS::SNS::Topic"}
    boto3.client("cloudformation").create_stack(StackName="shop", TemplateBody=json.dumps(body))
    console.stack("shop", around=["Orders"])
    part = capsys.readouterr().out
    console.stack("shop")
    whole = capsys.readouterr().out
    assert [line for line in whole.splitlines() if "SNS topic" not in line] == part.splitlines()
    with pytest.raises(ValueError, match=r"No Nobody in the stack. It has .*Elsewhere"):
        console.stack("shop", around=["Nobody"])


@pytest.mark.simulated_clock
def test_a_shop_with_traffic(busy: Any, still: None, shown: list[Picture]) -> None:
    console.stack(busy.stack)
    [picture] = shown
    lines = dict(line.strip().split(" ", 1) for line in picture.text.splitlines()[1:])
    assert lines["busy-OrderDeadLetterQueue"] == (
        "(SQS dead-letter queue): ! 1 visible -> 4 alarms (watched)"
    )
    assert lines["busy-OrderQueue"].startswith("(SQS queue): 1 visible -> ")
    assert lines["busy-Orders"] == "(DynamoDB table): 4 items"
    assert lines["busy-Products"] == "(DynamoDB table): 20 items"
    assert lines["busy-OrderNotifications"] == "(SNS topic): no subscriptions"
    assert lines["busy-OrderProcessingWorkflow"].startswith(
        "(State machine): 3 succeeded, 1 failed -> "
    )
    assert "busy-Orders (UpdateItem)" in lines["busy-OrderProcessingWorkflow"]
    assert "! ALARM busy-OrderDeadLetters, 3 OK" in lines["4"]
    # The same stands in the picture, the dead letters and the alarm in the colour of a failure.
    words = re.sub(r"<[^>]+>", " ", picture.svg.replace("&#45;", "-"))
    words = " ".join(words.split())
    for word in (
        "✓ 3 succeeded",
        "✗ 1 failed",
        "! 1 visible",
        "4 items",
        "UpdateItem",
    ):
        assert word in words
    assert picture.svg.count(f'stroke="{FAILURE}" stroke-width="3"') == 2
    assert picture.size[0] <= 950  # a notebook's width beside JupyterLab's files


@pytest.mark.simulated_clock
def test_a_running_execution_is_counted_and_does_not_move_time(
    cloud: Any, still: None, shown: list[Picture]
) -> None:
    states = boto3.client("stepfunctions")
    waiting = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}}
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "StateMachineName": "waiting",
            "DefinitionString": json.dumps(waiting),
            "RoleArn": {"Fn::GetAtt": "Role.Arn"},
        },
    }
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "states.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    document = {"Version": "2012-10-17", "Statement": [trust]}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}}
    body = json.dumps({"Resources": {"Waiting": machine, "Role": role}})
    formation = boto3.client("cloudformation")
    formation.create_stack(StackName="waiting", TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    [found] = [m for m in states.list_state_machines()["stateMachines"] if m["name"] == "waiting"]
    started = states.start_execution(stateMachineArn=found["stateMachineArn"])
    console.stack("waiting")
    assert "waiting (State machine): 1 running" in shown[0].text
    states.stop_execution(executionArn=started["executionArn"])
    formation.delete_stack(StackName="waiting")


def test_what_a_condition_leaves_out_is_not_drawn(plain: None, shown: list[Picture]) -> None:
    template = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {
            "Here": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "here"}},
            "Gone": {"Type": "AWS::SNS::Topic", "Condition": "Never"},
        },
    }
    boto3.client("cloudformation").create_stack(StackName="half", TemplateBody=json.dumps(template))
    console.stack("half")
    assert shown[0].text == "Stack half\n  here (SNS topic): no subscriptions"


def test_what_is_refused_is_left_out_and_named(
    plain: None, refusing: Callable[..., None], shown: list[Picture]
) -> None:
    boto3.client("cloudformation").create_stack(StackName="shop", TemplateBody=PLAIN)
    refusing("GetQueueAttributes")
    console.stack("shop")
    assert shown[0].text.splitlines() == [
        "Stack shop",
        "  dead (SQS dead-letter queue)",
        "  shop-Orders (SQS queue) -> dead (dead letters after 3 receives)",
        "  Not counted: dead: AccessDenied; shop-Orders: AccessDenied",
    ]


def test_one_call_however_many_items_there_are(
    plain: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def call(self: Any, operation: str, given: Any) -> Any:
        calls.append(operation)
        return {"Count": given["Limit"], "LastEvaluatedKey": {"id": {"S": "x"}}}

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    found = count({"T": _resource("AWS::DynamoDB::Table", "many")})
    assert [text for text, _ in found.found["T"].lines] == ["1000+ items"]
    assert calls == ["Scan"]


def test_more_executions_than_a_page(plain: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def call(self: Any, operation: str, given: Any) -> Any:
        wanted = given.get("statusFilter", "SUCCEEDED")
        number = {"SUCCEEDED": 1000, "RUNNING": 2}.get(wanted, 0)
        more = {"nextToken": "t"} if number == 1000 else {}
        return {"executions": [{"status": wanted}] * number, **more}

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    machine = _resource("AWS::StepFunctions::StateMachine", "arn:aws:states:us-east-1:1:x")
    found = count({"M": machine})
    assert [text for text, _ in found.found["M"].lines] == ["2 running", "1000+ succeeded"]


def test_an_express_state_machine(plain: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def call(self: Any, operation: str, given: Any) -> Any:
        raise ClientError({"Error": {"Code": "StateMachineTypeNotSupported"}}, operation)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    machine = _resource("AWS::StepFunctions::StateMachine", "arn:aws:states:us-east-1:1:x")
    found = count({"M": machine})
    assert [text for text, _ in found.found["M"].lines] == ["Express: see its log"]
    assert found.missing == []


HOSTILE = '<script>alert("x")</script> & \\N "quoted" ' + "x" * 200


def test_hostile_names_stay_text() -> None:
    resources = {
        "A": _resource("AWS::SQS::Queue", HOSTILE, HOSTILE),
        "B": _resource("AWS::Evil::<b>", "b", HOSTILE),
    }
    template = {"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}
    assert read(template, {"A": "x/" + HOSTILE})[0]["A"].name
    arrows = [Arrow("A", "B", (HOSTILE,))]
    words = describe(HOSTILE, resources, arrows)
    picture = Picture(source(resources, arrows), words)
    assert "<script" not in picture.svg.replace("&lt;script", "")
    assert "&lt;script&gt;" in picture.svg


def test_a_box_with_many_lines_is_cut() -> None:
    names = tuple(f"alarm-{number}" for number in range(40))
    alarms = {"A": Resource("40 alarms", KINDS["AWS::CloudWatch::Alarm"], "alarm", parts=names)}
    drawn = source(alarms, [], Counts())
    assert "alarm-5" in drawn
    assert "alarm-6" not in drawn
    assert "and 34 more" in drawn


@pytest.mark.parametrize("functions", [1, 24])
def test_a_wide_stack_still_fits(functions: int) -> None:
    api = {"Events": {"E": {"Type": "Api", "Properties": {"Path": "/p", "Method": "get"}}}}
    raw: dict[str, Any] = {
        f"Function{number}": {"Type": "AWS::Serverless::Function", "Properties": api}
        for number in range(functions)
    }
    raw |= {f"Alone{number}": {"Type": "AWS::SNS::Topic"} for number in range(12)}
    resources, arrows = read({"Resources": raw}, {})
    assert Picture(source(resources, arrows), "wide").size[0] <= 950


def test_the_same_in_another_process() -> None:
    program = (
        "from pathlib import Path\n"
        "from samtranslator.yaml_helper import yaml_parse\n"
        "from orderlab.console.stacks.drawing import describe, source\n"
        "from orderlab.console.stacks.template import read\n"
        "found = read(yaml_parse(Path('template.yaml').read_text(encoding='utf-8')), {})\n"
        "print(ascii(source(*found) + describe('s', *found)))\n"
    )
    seed = "1" if os.environ.get("PYTHONHASHSEED") == "0" else "0"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    found = read(yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8")), {})
    assert done.stdout.decode().strip() == ascii(source(*found) + describe("s", *found))


def _resource(type_: str, physical: str, name: str = "r") -> Resource:
    kind = kind_of(type_)
    assert kind is not None
    return Resource(name, kind, type_, physical)
