"""What AWS's services publish of themselves."""

from __future__ import annotations

import itertools
import json
from typing import Any

import boto3
import pytest
import requests

from tests.localaws.conftest import task_machine

pytestmark = pytest.mark.simulated_clock
NUMBERS = itertools.count()


class TestLambda:
    def test_invocations_errors_and_durations(
        self, make_function: Any, invoke: Any, total: Any
    ) -> None:
        code = """
            import time
            def lambda_handler(event, context):
                time.sleep(2)
                if event == "fail":
                    raise ValueError("on purpose")
        """
        function = make_function(code, Timeout=10)
        for event in ("go", "go", "fail"):
            invoke(function, event)
        by_name = {"FunctionName": function}
        for dimensions in (by_name, by_name | {"Resource": function}):
            assert total("AWS/Lambda", "Invocations", dimensions) == 3.0
            assert total("AWS/Lambda", "Errors", dimensions) == 1.0
            assert total("AWS/Lambda", "Throttles", dimensions) == 0.0
        assert total("AWS/Lambda", "Duration", by_name, "Minimum") >= 2000
        assert total("AWS/Lambda", "Duration", by_name, "SampleCount") == 3.0
        assert total("AWS/Lambda", "Invocations") >= 3.0  # of all functions

    def test_concurrency(self, make_function: Any, total: Any, cloud: Any) -> None:
        code = "import time\ndef lambda_handler(event, context): time.sleep(5)"
        function = make_function(code, Timeout=10)
        client = boto3.client("lambda")
        for _ in range(3):
            client.invoke(FunctionName=function, InvocationType="Event")
        cloud.clock.advance(seconds=30)
        by_name = {"FunctionName": function}
        assert total("AWS/Lambda", "ConcurrentExecutions", by_name, "Maximum") == 3.0
        assert total("AWS/Lambda", "AsyncEventsReceived", by_name) == 3.0
        assert total("AWS/Lambda", "AsyncEventAge", by_name, "SampleCount") == 3.0

    def test_throttles(self, make_function: Any, total: Any, cloud: Any) -> None:
        """They are no invocations."""
        function = make_function("def lambda_handler(event, context): pass")
        client = boto3.client("lambda")
        client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
        with pytest.raises(client.exceptions.TooManyRequestsException):
            client.invoke(FunctionName=function)
        assert total("AWS/Lambda", "Throttles", {"FunctionName": function}) >= 1.0
        with pytest.raises(AssertionError, match="nothing was published"):
            total("AWS/Lambda", "Invocations", {"FunctionName": function})

    def test_events_that_are_given_up(self, make_function: Any, total: Any, cloud: Any) -> None:
        function = make_function("def lambda_handler(event, context): raise ValueError")
        boto3.client("lambda").invoke(FunctionName=function, InvocationType="Event")
        cloud.clock.advance(minutes=5)
        by_name = {"FunctionName": function}
        assert total("AWS/Lambda", "AsyncEventsDropped", by_name) == 1.0
        assert total("AWS/Lambda", "Errors", by_name) == 3.0

    def test_a_version_is_a_resource_of_its_own(
        self, make_function: Any, total: Any, cloud: Any
    ) -> None:
        function = make_function("def lambda_handler(event, context): pass")
        client = boto3.client("lambda")
        client.publish_version(FunctionName=function)
        client.invoke(FunctionName=function, Qualifier="1")
        resource = {"FunctionName": function, "Resource": f"{function}:1"}
        assert total("AWS/Lambda", "Invocations", resource) == 1.0


class TestStepFunctions:
    def test_executions(self, shop: Any, make_machine: Any, total: Any, cloud: Any) -> None:
        def machine(state: dict[str, Any], **more: Any) -> str:
            return str(make_machine({"StartAt": "A", "States": {"A": state}, **more}))

        wait = {"Type": "Wait", "Seconds": 100, "End": True}
        arns = {
            "ExecutionsSucceeded": machine(wait),
            "ExecutionsFailed": machine({"Type": "Fail", "Error": "Enough"}),
            "ExecutionsTimedOut": machine(wait, TimeoutSeconds=10),
        }
        for metric, arn in arns.items():
            shop.run({}, f"published-{next(NUMBERS)}", arn)
            dimensions = {"StateMachineArn": arn}
            assert total("AWS/States", "ExecutionsStarted", dimensions) == 1.0
            assert total("AWS/States", metric, dimensions) == 1.0
        waited = {"StateMachineArn": arns["ExecutionsSucceeded"]}
        assert total("AWS/States", "ExecutionTime", waited, "Average") == pytest.approx(100_000)
        arn = machine(wait)
        execution = shop.start({}, f"published-{next(NUMBERS)}", arn)
        shop.stepfunctions.stop_execution(executionArn=execution)
        assert total("AWS/States", "ExecutionsAborted", {"StateMachineArn": arn}) == 1.0

    def test_tasks(self, make_function: Any, run_task: Any, total: Any) -> None:
        """By the ARN of the integration, in which Region and account stand."""
        code = "import time\ndef lambda_handler(event, context): time.sleep(2)"
        integration = {
            "ServiceIntegrationResourceArn": "arn:aws:states:us-east-1:123456789012:lambda:invoke"
        }
        before = _known(total, "ServiceIntegrationsSucceeded", integration)
        run_task(make_function(code, Timeout=10))
        assert total("AWS/States", "ServiceIntegrationsSucceeded", integration) == before + 1
        longest = total("AWS/States", "ServiceIntegrationRunTime", integration, "Maximum")
        assert longest >= 2000
        assert total("AWS/States", "ServiceIntegrationTime", integration, "Maximum") >= longest

    def test_a_function_as_the_resource_itself(
        self, make_function: Any, make_machine: Any, shop: Any, total: Any
    ) -> None:
        function = make_function("def lambda_handler(event, context): raise ValueError('no')")
        arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function}"
        task = {"Type": "Task", "Resource": arn, "End": True}
        machine = make_machine({"StartAt": "A", "States": {"A": task}})
        shop.run({}, f"published-{next(NUMBERS)}", machine)
        by_arn = {"LambdaFunctionArn": arn}
        assert total("AWS/States", "LambdaFunctionsScheduled", by_arn) == 1.0
        assert total("AWS/States", "LambdaFunctionsFailed", by_arn) == 1.0

    def test_a_task_that_is_tested_is_not_counted(
        self, make_function: Any, role: str, total: Any, shop: Any
    ) -> None:
        function = make_function("def lambda_handler(event, context): return 1")
        [state] = task_machine(function)["States"].values()
        integration = {
            "ServiceIntegrationResourceArn": "arn:aws:states:us-east-1:123456789012:lambda:invoke"
        }
        before = _known(total, "ServiceIntegrationsScheduled", integration)
        shop.stepfunctions.test_state(definition=json.dumps(state), roleArn=role, input="{}")
        assert _known(total, "ServiceIntegrationsScheduled", integration) == before


def _known(total: Any, metric: str, dimensions: dict[str, str]) -> float:
    try:
        return float(total("AWS/States", metric, dimensions))
    except AssertionError:
        return 0.0


def test_a_queue(cloud: Any, name: Any, total: Any, minute: Any) -> None:
    queue, client = name("measured"), boto3.client("sqs")
    url = client.create_queue(QueueName=queue)["QueueUrl"]
    for body in ("a", "bcd"):
        client.send_message(QueueUrl=url, MessageBody=body)
    [message] = client.receive_message(QueueUrl=url, VisibilityTimeout=90)["Messages"]
    cloud.clock.advance(minutes=1)
    by_name = {"QueueName": queue}
    for metric, expected in {
        "NumberOfMessagesSent": 2.0,
        "SentMessageSize": 4.0,
        "NumberOfMessagesReceived": 1.0,
        "ApproximateNumberOfMessagesVisible": 1.0,
        "ApproximateNumberOfMessagesNotVisible": 1.0,
        "ApproximateNumberOfMessagesDelayed": 0.0,
        "ApproximateAgeOfOldestMessage": 60.0,
    }.items():
        assert total("AWS/SQS", metric, by_name) == expected, metric
    client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    client.receive_message(QueueUrl=url)
    assert "Messages" not in client.receive_message(QueueUrl=url)
    assert total("AWS/SQS", "NumberOfMessagesDeleted", by_name) == 1.0
    assert total("AWS/SQS", "NumberOfEmptyReceives", by_name) == 1.0


def test_a_queue_that_nobody_uses_is_not_looked_at(
    cloud: Any, cloudwatch: Any, name: Any, total: Any, minute: Any
) -> None:
    """It is active for six hours after the last that was done with it."""
    queue, client = name("measured"), boto3.client("sqs")
    url = client.create_queue(QueueName=queue)["QueueUrl"]
    client.receive_message(QueueUrl=url)
    cloud.clock.advance(hours=30)
    metric = ("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue})
    assert total(*metric, "SampleCount", hours=31) == 360.0


def test_a_topic(cloud: Any, name: Any, total: Any, mailbox: Any) -> None:
    topic, client = name("measured"), boto3.client("sns")
    arn = client.create_topic(Name=topic)["TopicArn"]
    policy = json.dumps({"kind": ["wanted"]})
    client.subscribe(
        TopicArn=arn, Protocol="sqs", Endpoint=mailbox.arn, Attributes={"FilterPolicy": policy}
    )
    for kind in ("wanted", "unwanted"):
        attributes = {"kind": {"DataType": "String", "StringValue": kind}}
        client.publish(TopicArn=arn, Message="1234", MessageAttributes=attributes)
    by_name = {"TopicName": topic}
    for metric, expected in {
        "NumberOfMessagesPublished": 2.0,
        "PublishSize": 8.0,
        "NumberOfNotificationsDelivered": 1.0,
        "NumberOfNotificationsFilteredOut": 1.0,
    }.items():
        assert total("AWS/SNS", metric, by_name) == expected, metric


def test_a_rule(cloud: Any, name: Any, total: Any, mailbox: Any) -> None:
    rule, client = name("measured"), boto3.client("events")
    client.put_rule(Name=rule, EventPattern=json.dumps({"source": [rule]}))
    client.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": mailbox.arn}])
    client.put_events(Entries=[{"Source": rule, "DetailType": "a", "Detail": "{}"}])
    cloud.clock.advance(seconds=5)
    by_name = {"RuleName": rule}
    assert total("AWS/Events", "TriggeredRules", by_name) == 1.0
    assert total("AWS/Events", "Invocations", by_name) == 1.0


def test_an_api(shop: Any, total: Any) -> None:
    address = shop.output("OrdersApiUrl")
    stage = {"ApiName": "dev-OrdersApi", "Stage": "dev"}
    before = _of_api(total, "Count", stage), _of_api(total, "4XXError", stage)
    assert requests.post(address, json={}, timeout=60).status_code == 400
    assert requests.get(address, timeout=60).status_code == 403
    assert total("AWS/ApiGateway", "Count", stage) == before[0] + 2
    assert total("AWS/ApiGateway", "4XXError", stage) == before[1] + 2
    assert total("AWS/ApiGateway", "IntegrationLatency", stage, "Maximum") > 0


def _of_api(total: Any, metric: str, dimensions: dict[str, str]) -> float:
    try:
        return float(total("AWS/ApiGateway", metric, dimensions))
    except AssertionError:
        return 0.0
