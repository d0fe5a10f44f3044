"""What a Task is given: checked before it starts; and what a Task of any service returns.

docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html, supported-services-awssdk.html
and connect-api-gateway.html. The words are reported of real AWS: see localaws/stepfunctions/
parameters.py.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
import requests

OPTIMIZED = "arn:aws:states:::"
SDK = "arn:aws:states:::aws-sdk:"
KEY = {"id": {"S": "a"}}
PASS = {"Type": "Pass", "End": True}
AT_A = "An error occurred while executing the state 'A' (entered at the event id #2). "
NONE = "arn:aws:states:us-east-1:123456789012:activity:none"


def missing(field: str) -> str:
    return f"The field '{field}' is required but was missing"


def unknown(field: str) -> str:
    return f'The field "{field}" is not supported by Step Functions'


def no_text(field: str) -> str:
    return f"The value for the field '{field}' must be a STRING"


def malformed(field: str) -> str:
    return f"The value of the field '{field}' has an invalid format"


UNUSABLE: list[tuple[str, Any, list[str]]] = [
    ("lambda:invoke", {}, [missing("FunctionName")]),
    ("lambda:invoke", {"FunctionName": None}, [missing("FunctionName")]),
    ("lambda:invoke", {"FunctionName": "f", "TaskToken": "t"}, [unknown("TaskToken")]),
    ("lambda:invoke", {"FunctionName": "f", "Payload": 1}, [no_text("Payload")]),
    ("dynamodb:getItem", {"Key": KEY}, [missing("TableName")]),
    ("dynamodb:getItem", {"TableName": "T", "Key": "a"}, [malformed("Key")]),
    ("dynamodb:putItem", {"TableName": "T", "Item": {"id": {"N": 5}}}, [no_text("N")]),
    ("sqs:sendMessage", {"MessageBody": "a"}, [missing("QueueUrl")]),
    (
        "sqs:sendMessage",
        {"QueueUrl": "https://q", "MessageBody": "a", "DelaySeconds": "x"},
        [malformed("DelaySeconds")],
    ),
    ("events:putEvents", {}, [missing("Entries")]),
    ("events:putEvents", {"Entries": [{"detail": "a"}]}, [unknown("detail")]),
    ("states:startExecution", {"Input": {}}, [missing("StateMachineArn")]),
    ("aws-sdk:dynamodb:getItem", {"TableName": "T", "Key": KEY, "Foo": 1}, [unknown("Foo")]),
    (
        "aws-sdk:dynamodb:getItem",  # names are in PascalCase
        {"TableName": "T", "Key": KEY, "consistentRead": True},
        [unknown("consistentRead")],
    ),
    ("aws-sdk:s3:getObject", {}, [missing("Bucket"), missing("Key")]),
    ("aws-sdk:sfn:startExecution", {"Input": "{}"}, [missing("StateMachineArn")]),
    ("apigateway:invoke", {"Method": "GET"}, [missing("ApiEndpoint")]),
    (
        "apigateway:invoke",
        {"ApiEndpoint": "a", "Method": "GET", "QueryParameters": "?a=1"},
        [malformed("QueryParameters")],
    ),
]


@pytest.mark.parametrize(
    ("resource", "given", "problems"),
    UNUSABLE,
    ids=[f"{case[0]}-{index}" for index, case in enumerate(UNUSABLE)],
)
def test_a_task_that_cannot_start(run: Any, resource: str, given: Any, problems: list[str]) -> None:
    text = json.dumps(given, separators=(",", ":"))
    state = {"Type": "Task", "Resource": f"{OPTIMIZED}{resource}", "Parameters": given}
    outcome = run({**state, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}]}, PASS)
    used = f"{AT_A}The Parameters '{text}' could not be used to start the Task"
    assert outcome.failure == ("States.Runtime", f"{used}: [{', '.join(problems)}]")
    assert outcome.types == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]


@pytest.mark.parametrize(("body", "text"), [("a", '"a"'), ({"a": 1}, '{"a":1}'), (5, "5")])
def test_the_sdk_writes_any_json(run: Any, cloud: Any, body: Any, text: str) -> None:
    boto3.client("s3").create_bucket(Bucket="bodies")
    given = {"Bucket": "bodies", "Key": "k", "Body": body}
    run({"Type": "Task", "Resource": f"{SDK}s3:putObject", "Parameters": given})
    got = boto3.client("s3").get_object(Bucket="bodies", Key="k")["Body"].read()
    assert got.decode() == text


SERVICES: list[tuple[str, dict[str, Any], str]] = [
    ("kinesis:listStreams", {}, "StreamNames"),
    ("ec2:describeInstances", {}, "Reservations"),
    ("elasticloadbalancingv2:describeLoadBalancers", {}, "LoadBalancers"),
    ("cognitoidentityprovider:listUserPools", {"MaxResults": 1}, "UserPools"),
    ("batch:describeJobQueues", {}, "JobQueues"),
    ("apigateway:getRestApis", {}, "Items"),
]


@pytest.mark.parametrize(
    ("action", "given", "expected"), SERVICES, ids=[one[0] for one in SERVICES]
)
def test_any_service_that_moto_has(
    run: Any, action: str, given: dict[str, Any], expected: str
) -> None:
    outcome = run({"Type": "Task", "Resource": f"{SDK}{action}", "Parameters": given})
    assert expected in outcome.output
    service, operation = action.split(":")
    scheduled = outcome.details("TaskScheduled")
    assert (scheduled["resourceType"], scheduled["resource"]) == (f"aws-sdk:{service}", operation)


@pytest.fixture
def api(make_function: Any, let_api_invoke: Any) -> str:
    """An HTTP API whose route `ANY /x` tells what it was asked; returns its host."""
    function = make_function(
        """
        import json
        def lambda_handler(event, context):
            asked = event.get("queryStringParameters") or {}
            header = event["headers"].get("x-in")
            told = {"asked": asked, "body": event.get("body"), "header": header}
            return {"statusCode": int(asked.get("status", 200)), "body": json.dumps(told)}
        """
    )
    client = boto3.client("apigatewayv2")
    made = client.create_api(Name="api", ProtocolType="HTTP")["ApiId"]
    integration = client.create_integration(
        ApiId=made,
        IntegrationType="AWS_PROXY",
        IntegrationUri=f"arn:aws:lambda:us-east-1:123456789012:function:{function}",
        PayloadFormatVersion="2.0",
    )["IntegrationId"]
    client.create_route(ApiId=made, RouteKey="ANY /x", Target=f"integrations/{integration}")
    client.create_stage(ApiId=made, StageName="prod", AutoDeploy=True)
    let_api_invoke(function, made, "*/*")
    return f"{made}.execute-api.us-east-1.amazonaws.com"


class TestApis:
    def call(self, run: Any, api: str, **given: Any) -> Any:
        called = {"ApiEndpoint": api, "Method": "POST", "Stage": "prod", "Path": "/x", **given}
        resource = f"{OPTIMIZED}apigateway:invoke"
        return run({"Type": "Task", "Resource": resource, "Parameters": called})

    def test_what_it_returns(self, run: Any, api: str) -> None:
        given = {
            "QueryParameters": {"a": ["1"]},
            "Headers": {"x-in": ["v"]},
            "RequestBody": {"b": 2},
        }
        output = self.call(run, api, **given).output
        assert list(output) == ["Headers", "ResponseBody", "StatusCode", "StatusText"]
        assert (output["StatusCode"], output["StatusText"]) == (200, "OK")
        assert output["ResponseBody"] == {"asked": {"a": "1"}, "body": '{"b":2}', "header": "v"}

    def test_an_error_is_named_after_its_status(self, run: Any, api: str) -> None:
        outcome = self.call(run, api, QueryParameters={"status": ["409"]})
        assert outcome.failure[0] == "ApiGateway.409"
        assert outcome.details("TaskFailed")["resourceType"] == "apigateway"
        assert self.call(run, api, Path="nowhere").failure == (
            "ApiGateway.404",
            '{"message":"Not Found"}',
        )

    def test_no_other_address_is_called(self, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """It would leave this machine."""
        asked: list[str] = []
        monkeypatch.setattr(requests.Session, "send", lambda _, call, **__: asked.append(call.url))
        outcome = self.call(run, "example.com")
        assert outcome.failure[0] == "ApiGateway.SdkClientException"
        assert asked == []


@pytest.mark.parametrize("field", ["TimeoutSecondsPath", "HeartbeatSecondsPath"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a", "parameter cannot be parsed as a long value: $.n == a"),
        (1.5, "parameter cannot be parsed as a long value: $.n == 1.5"),
        (-1, "parameter references a negative value: $.n == -1"),
    ],
)
def test_seconds_that_are_none(run: Any, field: str, value: Any, words: str) -> None:
    outcome = run({"Type": "Task", "Resource": NONE, field: "$.n"}, given={"n": value})
    assert outcome.failure[0] == "States.Runtime"
    assert outcome.failure[1].endswith(f"The {field} {words}")


def test_an_activity_that_is_not_there(run: Any, cloud: Any) -> None:
    outcome = run({"Type": "Task", "Resource": NONE})
    assert outcome.failure == ("States.Runtime", f"{AT_A}The activity {NONE} does not exist.")


@pytest.mark.parametrize(("path", "given"), [(None, {"a": 1}), ("$.a", {"a": "x"})])
def test_items_that_are_no_array(run: Any, path: str | None, given: Any) -> None:
    processor = {"StartAt": "I", "States": {"I": PASS}}
    where = {"ItemsPath": path} if path else {}
    outcome = run({"Type": "Map", "ItemProcessor": processor, **where}, given=given)
    assert outcome.failure == (
        "States.Runtime",
        f'{AT_A}Reference path "{path or "$"}" must point to array.',
    )


def test_a_function_that_is_not_waited_for(run: Any, make_function: Any) -> None:
    """Nothing has been executed: the header that names the version is not there."""
    function = make_function("def lambda_handler(event, context): return event")
    given = {"FunctionName": function, "InvocationType": "Event"}
    state = {"Type": "Task", "Resource": f"{OPTIMIZED}lambda:invoke", "Parameters": given}
    output = run(state).output
    assert output["StatusCode"] == 202
    assert "X-Amz-Executed-Version" not in output["SdkHttpMetadata"]["AllHttpHeaders"]
