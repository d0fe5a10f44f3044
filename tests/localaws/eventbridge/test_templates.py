"""A SAM template's events: schedules, rules and topics that invoke its function."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Seen: {Type: AWS::SQS::Queue}
  DeadLetters: {Type: AWS::SQS::Queue}
  News: {Type: AWS::SNS::Topic}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.lambda_handler
      CodeUri: code/
      Environment: {Variables: {SEEN: !Ref Seen}}
      Policies: [SQSSendMessagePolicy: {QueueName: !GetAtt Seen.QueueName}]
      Events:
        Often:
          Type: Schedule
          Properties: {Schedule: rate(30 minutes), Input: '{"from": "Schedule"}'}
        Hourly:
          Type: ScheduleV2
          Properties:
            ScheduleExpression: cron(0 * * * ? *)
            ScheduleExpressionTimezone: Europe/Berlin
            Input: '{"from": "ScheduleV2"}'
        Paid:
          Type: EventBridgeRule
          Properties:
            Pattern: {source: [shop], detail: {total: [{numeric: [">", 100]}]}}
            InputPath: $.detail
            DeadLetterConfig: {Arn: !GetAtt DeadLetters.Arn}
            RetryPolicy: {MaximumRetryAttempts: 2}
        Told:
          Type: SNS
          Properties: {Topic: !Ref News, FilterPolicy: {kind: [{prefix: order}]}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: Done, States: {Done: {Type: Succeed}}}
      Events:
        Regular:
          Type: Schedule
          Properties: {Schedule: rate(1 hour), Input: '{"from": "rule"}'}
        Weekly:
          Type: ScheduleV2
          Properties: {ScheduleExpression: rate(7 days), Input: '{"from": "schedule"}'}
Outputs:
  Seen: {Value: !Ref Seen}
  News: {Value: !Ref News}
  Machine: {Value: !Ref Machine}
"""
CODE = """
import boto3, json, os
def lambda_handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["SEEN"], MessageBody=json.dumps(event))
"""


def seen(url: str) -> list[Any]:
    sqs, found = boto3.client("sqs"), []
    while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    return found


def test_everything_comes(cloud: Any, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    outputs = cloud.deploy(tmp_path / "template.yaml", stack_name="timely").outputs
    cloud.clock.advance(minutes=1)
    executions = boto3.client("stepfunctions").list_executions
    machine = outputs["Machine"]
    assert len(executions(stateMachineArn=machine)["executions"]) == 1  # rate(7 days), at once

    for total in (100, 101):
        detail = json.dumps({"total": total})
        entry = {"Source": "shop", "DetailType": "Order", "Detail": detail}
        boto3.client("events").put_events(Entries=[entry])
    for kind in ("order-paid", "other"):
        attributes = {"kind": {"DataType": "String", "StringValue": kind}}
        boto3.client("sns").publish(
            TopicArn=outputs["News"], Message=kind, MessageAttributes=attributes
        )
    cloud.clock.advance(minutes=1)
    rule, topic = sorted(seen(outputs["Seen"]), key=lambda event: "Records" in event)
    assert rule == {"total": 101}
    assert topic["Records"][0]["Sns"]["Message"] == "order-paid"

    cloud.clock.advance(hours=1)
    came = [event["from"] for event in seen(outputs["Seen"])]
    assert (came.count("Schedule"), came.count("ScheduleV2")) == (2, 1)
    found = executions(stateMachineArn=machine)["executions"]
    assert len(found) == 2

    boto3.client("cloudformation").delete_stack(StackName="timely")
    assert not boto3.client("events").list_rules(NamePrefix="timely")["Rules"]
