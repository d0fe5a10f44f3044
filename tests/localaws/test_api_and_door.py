"""The API in the kernel and through the door on 127.0.0.1, and the door for other programs."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config

from localaws.terminal import api_url

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {{Api: {{OpenApiVersion: 3.0.1}}}}
Resources:
  Api: {{Type: AWS::Serverless::Api, Properties: {{StageName: live}}}}
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.lambda_handler
      InlineCode: |
        {code}
      Events:
        Item: {{Type: Api, Properties: {{RestApiId: !Ref Api, Path: "/items/{{id}}", Method: ANY}}}}
        Odd: {{Type: Api, Properties: {{RestApiId: !Ref Api, Path: /odd, Method: GET}}}}
Outputs:
  Url: {{Value: !Sub "https://${{Api}}.execute-api.${{AWS::Region}}.amazonaws.com/live"}}
"""
CODE = """
import json
def lambda_handler(event, context):
    if event["resource"] == "/odd":
        if event["queryStringParameters"]:
            raise ValueError("odd")
        return "no proxy answer"
    keys = ("path", "httpMethod", "pathParameters", "queryStringParameters", "body")
    body = json.dumps([event[k] for k in keys])
    return {"statusCode": 201, "headers": {"X-Seen": "yes"}, "body": body}
"""


@pytest.fixture(scope="module")
def url(cloud: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("api") / "template.yaml"
    code = CODE.strip().replace("\n", "\n        ")
    path.write_text(TEMPLATE.format(code=code), encoding="utf-8")
    return str(cloud.deploy(path, stack_name="echo").outputs["Url"])


def in_kernel(method: str, url: str, body: str | None = None) -> tuple[int, dict[str, str], str]:
    answer = requests.request(method, url, data=body, timeout=10)
    return answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.text


def through_the_door(
    method: str, url: str, body: str | None = None
) -> tuple[int, dict[str, str], str]:
    import localaws

    data = body.encode() if body is not None else None
    address = api_url(localaws.endpoint_url, url)
    request = urllib.request.Request(address, data=data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            headers = {k.lower(): v for k, v in answer.headers.items()}
            return answer.status, headers, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, dict(refused.headers.items()), refused.read().decode()


@pytest.fixture(params=[in_kernel, through_the_door])
def ask(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_the_function_gets_the_request_and_shapes_the_answer(ask: Any, url: str) -> None:
    status, headers, body = ask("PUT", f"{url}/items/7?a=1&a=2&b=", "text ö")
    assert status == 201
    assert headers["x-seen"] == "yes"
    assert json.loads(body) == [
        "/items/7",
        "PUT",
        {"id": "7"},
        {"a": "2", "b": ""},
        "text ö",
    ]


def test_what_is_no_route_is_forbidden(ask: Any, url: str) -> None:
    status, _, body = ask("GET", f"{url}/nowhere")
    assert (status, json.loads(body)) == (403, {"message": "Missing Authentication Token"})


@pytest.mark.parametrize("query", ["", "?fail=1"])
def test_what_is_no_answer_is_a_bad_gateway(ask: Any, url: str, query: str) -> None:
    status, _, body = ask("GET", f"{url}/odd{query}")
    assert (status, json.loads(body)) == (502, {"message": "Internal server error"})


def test_the_door_is_open_to_this_machine_alone(cloud: Any) -> None:
    assert cloud.endpoint_url.startswith("http://127.0.0.1:")


def test_another_program_sees_the_same_resources(cloud: Any, shop: Any) -> None:
    """As `aws --endpoint-url` would: a client that goes over HTTP."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=cloud.endpoint_url,
        region_name="us-east-1",
        config=Config(retries={"max_attempts": 0}),
    )
    assert "dev-Orders" in client.list_tables()["TableNames"]


class TestTheOrdersApi:
    def test_an_order_becomes_an_execution(self, shop: Any, ask: Any, until: Any) -> None:
        order_id = f"posted-{ask.__name__.replace('_', '-')}"
        status, _, body = ask("POST", shop.output("OrdersApiUrl"), json.dumps(shop.order(order_id)))
        assert (status, json.loads(body)["status"]) == (202, "ACCEPTED")
        until(lambda: shop.row(order_id), "the order's row")

    def test_what_is_no_json_is_refused(self, shop: Any, ask: Any) -> None:
        status, _, body = ask("POST", shop.output("OrdersApiUrl"), "{nonsense")
        assert status == 400
        assert "JSON" in json.loads(body)["message"]

    def test_every_fault_is_named(self, shop: Any, ask: Any) -> None:
        order = shop.order("order/1", items=[{"productId": "prod-001", "quantity": 0, "price": 1}])
        del order["userId"]
        status, _, body = ask("POST", shop.output("OrdersApiUrl"), json.dumps(order))
        assert status == 400
        fields = {fault["field"] for fault in json.loads(body)["faults"]}
        assert fields == {"orderId", "userId", "items[0].quantity"}
