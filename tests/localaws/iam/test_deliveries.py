"""Services that act by themselves are let in by the policy of what they reach, or by a role."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

ACCOUNT = "123456789012"


class Letterbox:
    """A queue whose policy lets in whom a test says."""

    def __init__(self, name: str) -> None:
        self._client = boto3.client("sqs")
        self._url = self._client.create_queue(QueueName=name)["QueueUrl"]
        self.arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"

    def admit(self, service: str, source: str) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": self.arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": source}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._client.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})

    def count(self) -> int:
        """How many messages it holds; takes them."""
        answer = self._client.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        return len(answer.get("Messages", []))

    def delete(self) -> None:
        self._client.delete_queue(QueueUrl=self._url)


@pytest.fixture
def letterbox(cloud: Any) -> Any:
    made = Letterbox("letterbox")
    yield made
    made.delete()


def test_a_topic_is_let_in_by_the_queues_policy(letterbox: Letterbox) -> None:
    """.../sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html"""
    sns = boto3.client("sns")
    topic, other = (sns.create_topic(Name=name)["TopicArn"] for name in ("letters", "others"))
    for one in (topic, other):
        sns.subscribe(TopicArn=one, Protocol="sqs", Endpoint=letterbox.arn)
        sns.publish(TopicArn=one, Message="before")
    assert letterbox.count() == 0
    letterbox.admit("sns", topic)
    for one in (topic, other):
        sns.publish(TopicArn=one, Message="after")
    assert letterbox.count() == 1


def test_a_rule_is_let_in_by_the_queues_policy(letterbox: Letterbox, cloud: Any) -> None:
    """.../eventbridge/latest/userguide/eb-use-resource-based.html"""
    events = boto3.client("events")
    pattern = json.dumps({"source": ["letters"]})
    rule = events.put_rule(Name="letters", EventPattern=pattern)["RuleArn"]
    events.put_targets(Rule="letters", Targets=[{"Id": "1", "Arn": letterbox.arn}])
    entry = {"Source": "letters", "DetailType": "t", "Detail": "{}"}
    events.put_events(Entries=[entry])
    assert letterbox.count() == 0
    letterbox.admit("events", rule)
    events.put_events(Entries=[entry])
    assert letterbox.count() == 1
    events.remove_targets(Rule="letters", Ids=["1"])


def test_a_rule_starts_executions_in_a_role(
    make_machine: Callable[..., str], make_role: Callable[..., str], shop: Any
) -> None:
    machine = make_machine({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    events = boto3.client("events")
    events.put_rule(Name="starts", EventPattern=json.dumps({"source": ["starts"]}))
    allow = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": machine}
    able = make_role(allow)
    for role in (make_role({**allow, "Resource": f"{machine}-2"}), able):
        target = {"Id": "1", "Arn": machine, "RoleArn": role}
        events.put_targets(Rule="starts", Targets=[target])
        events.put_events(Entries=[{"Source": "starts", "DetailType": "t", "Detail": "{}"}])
    started = shop.stepfunctions.list_executions(stateMachineArn=machine)["executions"]
    assert len(started) == 1
    events.remove_targets(Rule="starts", Ids=["1"])


def test_a_topic_invokes_a_function_that_lets_it_in(
    make_function: Callable[..., str], letterbox: Letterbox, until: Callable[..., Any]
) -> None:
    name = make_function(
        f"""
        import boto3
        def lambda_handler(event, context):
            queues = boto3.client("sqs")
            url = queues.get_queue_url(QueueName="letterbox")["QueueUrl"]
            queues.send_message(QueueUrl=url, MessageBody="{ACCOUNT}")
        """
    )
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="invoking")["TopicArn"]
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="before")
    boto3.client("lambda").add_permission(
        FunctionName=name,
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    sns.publish(TopicArn=topic, Message="after")
    until(letterbox.count, "the second message")
    assert letterbox.count() == 0  # the first has not come, and comes no more


def test_a_new_topic_lets_in_alarms_and_no_rules(cloud: Any) -> None:
    """Its policy asks for the account that a service acts for, which CloudWatch says."""
    from localaws.iam import deliveries

    topic = boto3.client("sns").create_topic(Name="default-policy")["TopicArn"]
    source = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:a"
    assert deliveries.refusal("cloudwatch.amazonaws.com", source, topic) is None
    rule = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/r"
    refused = deliveries.refusal("events.amazonaws.com", rule, topic)
    assert refused is not None
    assert "SNS:Publish" in refused


def test_a_function_that_may_not_log_writes_nothing(asker: Any) -> None:
    """.../lambda/latest/dg/monitoring-cloudwatchlogs.html"""
    logs = boto3.client("logs")

    def lines() -> int:
        found = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/asks")["logGroups"]
        if not found:
            return 0
        return len(logs.filter_log_events(logGroupName="/aws/lambda/asks")["events"])

    before = lines()
    asker.ask("sts", "get_caller_identity")
    assert lines() == before
    asker.may(
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": "*",
        }
    )
    asker.ask("sts", "get_caller_identity")
    assert lines() > before
