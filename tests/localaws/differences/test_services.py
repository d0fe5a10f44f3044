"""What services do otherwise here. docs/differences.md says what AWS does."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests

pytestmark = pytest.mark.simulated_clock

NUMBERS = itertools.count()
ARN = "arn:aws:sqs:us-east-1:123456789012:"


@pytest.fixture
def queue(cloud: Any) -> Callable[[], str]:
    """Make a queue; returns its URL, which ends in its name."""

    def make() -> str:
        name = f"differs-{next(NUMBERS)}"
        return str(boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"])

    return make


def arn(url: str) -> str:
    return ARN + url.rpartition("/")[2]


def send(url: str, *bodies: str) -> None:
    for body in bodies:
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)


def bodies(url: str) -> list[str]:
    """What is on the queue, ten messages at a time."""
    seen: list[str] = []
    receive = boto3.client("sqs").receive_message
    while found := receive(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        seen += [message["Body"] for message in found]
    return seen


def test_a_queue_delivers_once_and_in_order(queue: Any) -> None:
    sent = [str(number) for number in range(100)]
    send(url := queue(), *sent)
    assert bodies(url) == sent


def test_every_read_is_consistent(table: str) -> None:
    client = boto3.client("dynamodb")
    for number in map(str, range(50)):
        item = {"id": {"S": "a"}, "number": {"N": number}}
        client.put_item(TableName=table, Item=item)
        assert client.get_item(TableName=table, Key={"id": {"S": "a"}})["Item"] == item


def test_a_letter_stays_in_the_outbox(cloud: Any) -> None:
    """The tests' guard against the network would fail, were anything sent."""
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="letters")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="somebody@example.org")
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+12065550100")
    sns.publish(TopicArn=topic, Message="hello")
    letters = cloud.outbox.letters(topic)
    assert [letter.to for letter in letters] == ["somebody@example.org", "+12065550100"]
    assert {letter.when for letter in letters} == {cloud.clock.now}


def test_an_endpoint_elsewhere_is_not_reached(cloud: Any, caplog: pytest.LogCaptureFixture) -> None:
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="elsewhere")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://www.example.org/")
    cloud.clock.advance(minutes=5)
    [warning] = [text for text in caplog.messages if "example.org" in text]
    assert "lets no message leave this machine" in warning


def test_a_schedule_comes_at_the_second(mailbox: Any, cloud: Any) -> None:
    events = boto3.client("events")
    events.put_rule(Name="minutely", ScheduleExpression="cron(* * * * ? *)")
    events.put_targets(Rule="minutely", Targets=[{"Id": "queue", "Arn": mailbox.arn}])
    cloud.clock.advance(hours=1)
    events.remove_targets(Rule="minutely", Ids=["queue"])
    events.delete_rule(Name="minutely")
    times = [event["time"] for event in mailbox.documents()]
    assert len(times) == 60
    assert all(when.endswith(":00Z") for when in times)


def test_a_mapping_of_a_stream_is_refused(table: str, make_function: Any) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    answer = boto3.client("dynamodb").update_table(TableName=table, StreamSpecification=stream)
    client = boto3.client("lambda")
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="SQS queues"):
        client.create_event_source_mapping(
            EventSourceArn=answer["TableDescription"]["LatestStreamArn"],
            FunctionName=make_function("def lambda_handler(event, context): pass"),
            StartingPosition="LATEST",
        )


def test_a_pipe_has_no_enrichment(queue: Any, role: str) -> None:
    client = boto3.client("pipes")
    with pytest.raises(client.exceptions.ValidationException, match="without enrichment"):
        client.create_pipe(
            Name="enriched",
            RoleArn=role,
            Source=arn(queue()),
            Target=arn(queue()),
            Enrichment="arn:aws:lambda:us-east-1:123456789012:function:enrich",
        )


def test_an_api_asks_for_nothing(cloud: Any) -> None:
    client = boto3.client("apigateway")
    api = client.create_rest_api(name="guarded")["id"]
    root = client.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    client.put_method(**method, authorizationType="AWS_IAM", apiKeyRequired=True)
    client.put_integration(**method, type="MOCK", requestTemplates={"a/b": '{"statusCode": 200}'})
    client.create_deployment(restApiId=api, stageName="prod")
    answer = requests.get(f"https://{api}.execute-api.us-east-1.amazonaws.com/prod/", timeout=60)
    assert answer.status_code == 200
