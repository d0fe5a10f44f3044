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


def forwarding(url: str) -> str:
    return f"""
        import boto3, json
        def lambda_handler(event, context):
            seen = json.dumps([record["body"] for record in event["Records"]])
            boto3.client("sqs").send_message(QueueUrl={url!r}, MessageBody=seen)
    """


def test_a_queue_delivers_once_and_in_order(queue: Any) -> None:
    sent = [str(number) for number in range(100)]
    send(url := queue(), *sent)
    assert bodies(url) == sent


def test_a_mapping_knows_neither_filter_nor_window(
    queue: Any, make_function: Any, cloud: Any
) -> None:
    url, seen = queue(), queue()
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=arn(url),
        FunctionName=make_function(forwarding(seen)),
        MaximumBatchingWindowInSeconds=60,
        FilterCriteria={"Filters": [{"Pattern": '{"body": {"wanted": [true]}}'}]},
    )
    send(url, '{"wanted": false}')
    cloud.clock.advance(seconds=5)
    assert bodies(seen) == ['["{\\"wanted\\": false}"]']


def test_a_mapping_delivers_one_batch_at_a_time(queue: Any, make_function: Any, cloud: Any) -> None:
    url, seen = queue(), queue()
    code = f"""
        import time, boto3
        def lambda_handler(event, context):
            boto3.client("sqs").send_message(QueueUrl={seen!r}, MessageBody=str(time.time()))
            time.sleep(10)
    """
    function = make_function(code, Timeout=30)
    send(url, *"abcde")
    begun = cloud.clock.now.timestamp()
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=arn(url), FunctionName=function, BatchSize=1
    )
    cloud.clock.advance(minutes=5)
    starts = [float(body) - begun for body in bodies(seen)]
    assert starts == [pytest.approx(10 * turn, abs=5) for turn in range(5)]


def test_every_read_is_consistent(table: str) -> None:
    client = boto3.client("dynamodb")
    for number in map(str, range(50)):
        item = {"id": {"S": "a"}, "number": {"N": number}}
        client.put_item(TableName=table, Item=item)
        assert client.get_item(TableName=table, Key={"id": {"S": "a"}})["Item"] == item


def test_an_item_outlives_its_time(table: str, cloud: Any) -> None:
    client = boto3.client("dynamodb")
    ttl = {"Enabled": True, "AttributeName": "expires"}
    client.update_time_to_live(TableName=table, TimeToLiveSpecification=ttl)
    soon = str(int(cloud.clock.now.timestamp()) + 60)
    client.put_item(TableName=table, Item={"id": {"S": "a"}, "expires": {"N": soon}})
    cloud.clock.advance(days=30)
    assert client.scan(TableName=table)["Count"] == 1


def test_an_email_address_is_confirmed_unasked(cloud: Any) -> None:
    """And gets nothing: the tests' guard against the network would fail, were anything sent."""
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="letters")["TopicArn"]
    made = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="somebody@example.org")
    attributes = sns.get_subscription_attributes(SubscriptionArn=made["SubscriptionArn"])
    assert attributes["Attributes"]["PendingConfirmation"] == "false"
    assert sns.publish(TopicArn=topic, Message="hello")["MessageId"]


def test_a_schedule_never_comes(queue: Any, cloud: Any) -> None:
    url, events = queue(), boto3.client("events")
    events.put_rule(Name="minutely", ScheduleExpression="rate(1 minute)")
    events.put_targets(Rule="minutely", Targets=[{"Id": "queue", "Arn": arn(url)}])
    cloud.clock.advance(hours=1)
    assert bodies(url) == []


def test_a_pipe_carries_nothing(queue: Any, role: str, cloud: Any) -> None:
    source, target = queue(), queue()
    boto3.client("pipes").create_pipe(
        Name="orders", RoleArn=role, Source=arn(source), Target=arn(target)
    )
    send(source, "order")
    cloud.clock.advance(hours=1)
    assert (bodies(target), bodies(source)) == ([], ["order"])


def test_an_alarm_is_never_raised(shop: Any, cloud: Any) -> None:
    """Nor has anybody counted what it would watch: executions, invocations, lines of a log."""
    logs = boto3.client("logs")
    place = {"logGroupName": "filtered", "logStreamName": "filtered"}
    logs.create_log_group(logGroupName="filtered")
    logs.create_log_stream(**place)
    lines = {"metricName": "Lines", "metricNamespace": "Filtered", "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName="filtered", filterName="all", filterPattern="", metricTransformations=[lines]
    )
    now = int(cloud.clock.now.timestamp() * 1000)
    logs.put_log_events(**place, logEvents=[{"timestamp": now, "message": "line"}])
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="orders",
        Namespace="Shop",
        MetricName="Failures",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    data = {"MetricName": "Failures", "Value": 5, "Timestamp": cloud.clock.now}
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[data])
    shop.run(shop.order("differs-watched"), "differs-watched")
    cloud.clock.advance(minutes=10)
    [alarm] = cloudwatch.describe_alarms(AlarmNames=["orders"])["MetricAlarms"]
    assert alarm["StateValue"] == "OK"
    for namespace in ("AWS/States", "AWS/Lambda", "Filtered"):
        assert cloudwatch.list_metrics(Namespace=namespace)["Metrics"] == []


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
