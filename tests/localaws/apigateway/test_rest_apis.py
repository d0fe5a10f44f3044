"""REST APIs: the event of a Lambda proxy integration, and what becomes of its answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests

# Answers with what the query's `answer` holds (JSON), or with the event it got.
CODE = """
    import json
    import time
    def lambda_handler(event, context):
        asked = event["queryStringParameters"] or {}
        if "sleep" in asked:
            time.sleep(float(asked["sleep"]))
        if "fail" in asked:
            raise ValueError("no")
        if "answer" in asked:
            return json.loads(asked["answer"])
        return {"statusCode": 200, "body": json.dumps(event)}
"""


@pytest.fixture
def make_api(
    make_function: Callable[..., str], let_api_invoke: Callable[[str, str, str], None]
) -> Callable[..., str]:
    """Deploy a REST API, all of whose paths a new function answers; returns its stage's URL."""

    def make(code: str = CODE, path: str = "{proxy+}", **options: Any) -> str:
        function = make_function(code, Timeout=options.pop("Timeout", 60))
        arn = boto3.client("lambda").get_function(FunctionName=function)["Configuration"][
            "FunctionArn"
        ]
        client = boto3.client("apigateway")
        api = client.create_rest_api(name="api", **options)["id"]
        root = client.get_resources(restApiId=api)["items"][0]["id"]
        resource = client.create_resource(restApiId=api, parentId=root, pathPart=path)["id"]
        method = {"restApiId": api, "resourceId": resource, "httpMethod": "ANY"}
        client.put_method(**method, authorizationType="NONE")
        uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
        client.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
        client.create_deployment(restApiId=api, stageName="live")
        let_api_invoke(function, api, "*/*/*")
        return f"https://{api}.execute-api.us-east-1.amazonaws.com/live"

    return make


def answered(url: str, result: Any, **given: Any) -> requests.Response:
    """Let the function return a result."""
    return requests.get(f"{url}/any", params={"answer": json.dumps(result)}, timeout=10, **given)


def event_of(response: requests.Response) -> dict[str, Any]:
    found: dict[str, Any] = response.json()
    return found


def test_the_event_is_that_of_a_proxy_integration(make_api: Callable[..., str]) -> None:
    """docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html"""
    url = make_api()
    event = event_of(
        requests.post(
            f"{url}/orders/a%20b?x=1&x=2&y=",
            data='{"a": 1}',
            headers={"X-Mine": "ö".encode().decode("latin-1"), "Content-Type": "application/json"},
            timeout=10,
        )
    )
    assert event["resource"] == "/{proxy+}"
    assert event["path"] == "/orders/a%20b"
    assert event["pathParameters"] == {"proxy": "orders/a b"}
    assert event["httpMethod"] == "POST"
    assert event["headers"]["Content-Type"] == "application/json"
    assert event["multiValueHeaders"]["Content-Type"] == ["application/json"]
    assert event["queryStringParameters"] == {"x": "2", "y": ""}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": [""]}
    assert event["stageVariables"] is None
    assert (event["body"], event["isBase64Encoded"]) == ('{"a": 1}', False)
    context = event["requestContext"]
    assert context["path"] == "/live/orders/a%20b"
    assert (context["stage"], context["resourcePath"]) == ("live", "/{proxy+}")
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["domainName"].startswith(context["apiId"])


def test_what_a_request_has_not_is_null(make_api: Callable[..., str]) -> None:
    event = event_of(requests.get(f"{make_api(path='orders')}/orders", timeout=10))
    names = ("body", "pathParameters", "queryStringParameters", "stageVariables")
    assert [event[name] for name in names] == [None] * 4


def test_headers_and_status_are_those_of_the_result(make_api: Callable[..., str]) -> None:
    result = {
        "statusCode": 418,
        "headers": {"X-One": "1", "X-Number": 7, "X-Both": "single"},
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"], "X-Both": ["several"]},
        "body": "short and stout",
    }
    response = answered(make_api(), result)
    assert (response.status_code, response.text) == (418, "short and stout")
    assert response.headers["X-Number"] == "7"
    assert response.headers["X-Both"] == "several"
    assert response.headers["Set-Cookie"] == "a=1, b=2"
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["x-amzn-RequestId"]


@pytest.mark.parametrize(
    "result",
    [
        "text",
        None,
        [],
        {},
        {"body": "no status"},
        {"statusCode": "many"},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "headers": ["no mapping"]},
        {"statusCode": 200, "headers": {"X-List": ["a"]}},
        {"statusCode": 200, "multiValueHeaders": {"X": "no list"}},
    ],
)
def test_a_malformed_result_is_a_502(make_api: Callable[..., str], result: Any) -> None:
    response = answered(make_api(), result)
    assert (response.status_code, response.text) == (502, '{"message": "Internal server error"}')
    assert response.headers["x-amzn-ErrorType"] == "InternalServerErrorException"


@pytest.mark.parametrize("status", [200, "201"])
def test_a_status_may_be_written_as_text(make_api: Callable[..., str], status: Any) -> None:
    assert answered(make_api(), {"statusCode": status}).status_code == int(status)


def test_a_function_that_fails_is_a_502(make_api: Callable[..., str]) -> None:
    assert requests.get(f"{make_api()}/any?fail=1", timeout=10).status_code == 502


@pytest.mark.simulated_clock
def test_nobody_waits_longer_than_29_seconds(make_api: Callable[..., str], cloud: Any) -> None:
    url = make_api()
    before = cloud.clock.now
    response = requests.get(f"{url}/any?sleep=40", timeout=10)
    assert (response.status_code, response.json()) == (
        504,
        {"message": "Endpoint request timed out"},
    )
    assert (cloud.clock.now - before).total_seconds() == 29
    assert requests.get(f"{url}/any?sleep=20", timeout=10).status_code == 200


def test_binary_bodies_where_the_api_takes_them(make_api: Callable[..., str]) -> None:
    """.../developerguide/api-gateway-payload-encodings.html"""
    content = bytes(range(256))
    url = make_api(binaryMediaTypes=["image/*"])
    event = event_of(
        requests.post(f"{url}/any", data=content, headers={"Content-Type": "image/png"}, timeout=10)
    )
    assert (base64.b64decode(event["body"]), event["isBase64Encoded"]) == (content, True)
    result = {
        "statusCode": 200,
        "isBase64Encoded": True,
        "body": base64.b64encode(content).decode(),
        "headers": {"Content-Type": "image/png"},
    }
    assert answered(url, result, headers={"Accept": "image/png"}).content == content
    # Who does not ask for it gets the text.
    assert answered(url, result).text == result["body"]


@pytest.mark.parametrize(
    ("path", "status", "message", "kind"),
    [
        (
            "live/nowhere",
            403,
            "Missing Authentication Token",
            "MissingAuthenticationTokenException",
        ),
        ("other/orders", 403, "Forbidden", "ForbiddenException"),
    ],
)
def test_what_is_not_there(
    make_api: Callable[..., str], path: str, status: int, message: str, kind: str
) -> None:
    base = make_api(path="orders").removesuffix("live")
    response = requests.get(base + path, timeout=10)
    assert (response.status_code, response.json()) == (status, {"message": message})
    assert response.headers["x-amzn-ErrorType"] == kind


def test_a_long_request_is_refused(make_api: Callable[..., str]) -> None:
    response = requests.post(f"{make_api()}/any", data=b"x" * (10 * 1024 * 1024 + 1), timeout=30)
    assert (response.status_code, response.json()) == (413, {"message": "Request Too Long"})
