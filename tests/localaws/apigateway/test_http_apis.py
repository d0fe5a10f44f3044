"""HTTP APIs: routes, both payload formats, CORS, and what becomes of a function's answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests

CODE = """
    import json
    import time
    def lambda_handler(event, context):
        asked = event.get("queryStringParameters") or {}
        if "sleep" in asked:
            time.sleep(float(asked["sleep"]))
        if "fail" in asked:
            raise ValueError("no")
        if "answer" in asked:
            return json.loads(asked["answer"])
        return event
"""


@pytest.fixture
def make_api(
    make_function: Callable[..., str], let_api_invoke: Callable[[str, str, str], None]
) -> Callable[..., str]:
    """Make an HTTP API with routes to one function; returns its URL."""

    def make(*routes: str, payload_format: str = "2.0", stage: str = "$default", **api: Any) -> str:
        function = make_function(CODE, Timeout=60)
        functions, client = boto3.client("lambda"), boto3.client("apigatewayv2")
        arn = functions.get_function(FunctionName=function)["Configuration"]["FunctionArn"]
        api_id = client.create_api(Name="api", ProtocolType="HTTP", **api)["ApiId"]
        integration = client.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=arn,
            PayloadFormatVersion=payload_format,
        )["IntegrationId"]
        for route in routes:
            client.create_route(ApiId=api_id, RouteKey=route, Target=f"integrations/{integration}")
        client.create_stage(ApiId=api_id, StageName=stage, AutoDeploy=True)
        let_api_invoke(function, api_id, "*/*")
        url = f"https://{api_id}.execute-api.us-east-1.amazonaws.com"
        return url if stage == "$default" else f"{url}/{stage}"

    return make


def answered(url: str, result: Any) -> requests.Response:
    return requests.get(f"{url}/any", params={"answer": json.dumps(result)}, timeout=10)


def test_the_event_of_format_2(make_api: Callable[..., str]) -> None:
    """docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"""
    url = make_api("POST /orders/{id}")
    event = requests.post(
        f"{url}/orders/7?x=1&x=2",
        data='{"a": 1}',
        headers={"X-Mine": "yes", "Content-Type": "application/json", "Cookie": "a=1; b=2"},
        timeout=10,
    ).json()
    assert (event["version"], event["routeKey"]) == ("2.0", "POST /orders/{id}")
    assert (event["rawPath"], event["rawQueryString"]) == ("/orders/7", "x=1&x=2")
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["headers"]["x-mine"] == "yes"
    assert "cookie" not in event["headers"]
    assert event["queryStringParameters"] == {"x": "1,2"}
    assert event["pathParameters"] == {"id": "7"}
    assert (event["body"], event["isBase64Encoded"]) == ('{"a": 1}', False)
    http = event["requestContext"]["http"]
    assert (http["method"], http["path"], http["protocol"]) == ("POST", "/orders/7", "HTTP/1.1")
    assert event["requestContext"]["stage"] == "$default"


def test_what_a_request_has_not_is_left_out(make_api: Callable[..., str]) -> None:
    event = requests.get(f"{make_api('$default')}/any", timeout=10).json()
    absent = {"cookies", "queryStringParameters", "pathParameters", "stageVariables", "body"}
    assert absent.isdisjoint(event)
    assert event["routeKey"] == "$default"


def test_the_event_of_format_1(make_api: Callable[..., str]) -> None:
    url = make_api("GET /orders/{id}", payload_format="1.0")
    result = {"statusCode": 200, "body": "ok"}
    response = requests.get(f"{url}/orders/7", params={"answer": json.dumps(result)}, timeout=10)
    assert response.text == "ok"
    # A result without a status is no answer in this format.
    assert requests.get(f"{url}/orders/7", timeout=10).status_code == 500


def test_a_body_that_is_no_text_is_base64(make_api: Callable[..., str]) -> None:
    event = requests.post(
        f"{make_api('$default')}/x",
        data=b"\xff\x00",
        headers={"Content-Type": "application/octet-stream"},
        timeout=10,
    ).json()
    assert (base64.b64decode(event["body"]), event["isBase64Encoded"]) == (b"\xff\x00", True)


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/orders", "GET /orders"),
        ("PUT", "/orders", "ANY /orders"),
        ("GET", "/orders/7", "GET /orders/{id}"),
        ("GET", "/orders/7/items", "ANY /{proxy+}"),
        ("GET", "/", "$default"),
    ],
)
def test_the_most_specific_route_is_met(
    make_api: Callable[..., str], method: str, path: str, route: str
) -> None:
    url = make_api("$default", "ANY /{proxy+}", "ANY /orders", "GET /orders/{id}", "GET /orders")
    assert requests.request(method, url + path, timeout=10).json()["routeKey"] == route


def test_a_named_stage_is_part_of_the_path(make_api: Callable[..., str]) -> None:
    url = make_api("GET /orders", stage="live")
    event = requests.get(f"{url}/orders", timeout=10).json()
    assert (event["rawPath"], event["requestContext"]["stage"]) == ("/live/orders", "live")


@pytest.mark.parametrize("result", ["text", 7, [1], {"message": "hello"}])
def test_a_result_without_a_status_is_the_body(make_api: Callable[..., str], result: Any) -> None:
    response = answered(make_api("$default"), result)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.text == (result if isinstance(result, str) else json.dumps(result))


def test_status_headers_and_cookies_are_those_of_the_result(make_api: Callable[..., str]) -> None:
    result = {
        "statusCode": 201,
        "headers": {"X-One": "1"},
        "cookies": ["a=1", "b=2"],
        "isBase64Encoded": True,
        "body": base64.b64encode(b"made").decode(),
    }
    response = answered(make_api("$default"), result)
    assert (response.status_code, response.text) == (201, "made")
    assert response.headers["x-one"] == "1"
    assert response.headers["set-cookie"] == "a=1, b=2"
    assert response.headers["apigw-requestid"]


@pytest.mark.parametrize("query", ["fail=1", "answer=%7B%22statusCode%22%3A%22many%22%7D"])
def test_what_is_no_answer_is_a_500(make_api: Callable[..., str], query: str) -> None:
    response = requests.get(f"{make_api('$default')}/any?{query}", timeout=10)
    assert (response.status_code, response.json()) == (500, {"message": "Internal Server Error"})


@pytest.mark.simulated_clock
def test_nobody_waits_longer_than_30_seconds(make_api: Callable[..., str]) -> None:
    response = requests.get(f"{make_api('$default')}/any?sleep=40", timeout=10)
    assert (response.status_code, response.json()) == (503, {"message": "Service Unavailable"})


def test_what_is_no_route_is_not_found(make_api: Callable[..., str]) -> None:
    response = requests.get(f"{make_api('GET /orders')}/nowhere", timeout=10)
    assert (response.status_code, response.json()) == (404, {"message": "Not Found"})


def test_cors(make_api: Callable[..., str]) -> None:
    """docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html"""
    cors = {"AllowOrigins": ["https://shop"], "AllowMethods": ["GET"], "AllowHeaders": ["x-a"]}
    url = make_api("GET /orders", CorsConfiguration=cors)
    headers = {"Origin": "https://shop"}
    preflight = requests.options(f"{url}/orders", headers=headers, timeout=10)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-methods"] == "GET"
    got = requests.get(f"{url}/orders", headers=headers, timeout=10)
    assert got.headers["access-control-allow-origin"] == "https://shop"
    other = requests.get(f"{url}/orders", headers={"Origin": "https://other"}, timeout=10)
    assert "access-control-allow-origin" not in other.headers
