"""carrier_event_handler: who may tell, what is kept of it, and whom it wakes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

HANDLER = "carrier_event_handler"
ROOT = Path(__file__).parents[2]
SECRET = "shared with the carrier"
NOW = 1_795_532_400
AT = "2026-11-24T15:00:00Z"


class StepFunctions:
    """Stands in for the client: says what was sent to which token, and fails if it is told to."""

    def __init__(self) -> None:
        self.exceptions = boto3.client("stepfunctions", region_name="us-east-1").exceptions
        self.sent: list[tuple[str, str, Any]] = []
        self.error: str | None = None

    def _send(self, kind: str, token: str, output: Any = None) -> None:
        self.sent.append((kind, token, output))
        if self.error:
            raise getattr(self.exceptions, self.error)({"Error": {"Code": self.error}}, kind)

    def send_task_success(self, taskToken: str, output: str) -> None:  # noqa: N803  AWS's names
        self._send("success", taskToken, json.loads(output))

    def send_task_heartbeat(self, taskToken: str) -> None:  # noqa: N803
        self._send("heartbeat", taskToken)


@pytest.fixture(scope="module")
def app(load: Callable[[str], ModuleType]) -> ModuleType:
    return load(HANDLER)


@pytest.fixture(scope="module")
def secret(shop: Any) -> Iterator[str]:
    """One AWS for all tests, with the secret in it; each begins without a row."""
    with shop():
        secrets = boto3.client("secretsmanager")
        yield secrets.create_secret(Name="carrier", SecretString=SECRET)["ARN"]


@pytest.fixture
def sfn(app: ModuleType, secret: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[StepFunctions]:
    stand_in = StepFunctions()
    monkeypatch.setattr(app, "sfn", stand_in)
    monkeypatch.setattr(app.time, "time", lambda: float(NOW))
    monkeypatch.setattr(app, "CARRIER_SECRET_ARN", secret)
    key = {"orderId": {"S": "order-1"}}
    boto3.client("dynamodb").delete_item(TableName="dev-Tracking", Key=key)
    yield stand_in
    app.parameters.clear_caches()


@pytest.fixture
def post(app: ModuleType, sfn: StepFunctions, context: Any) -> Callable[..., tuple[int, Any]]:
    """Posts a body, signed unless a signature is given; returns the status and the answer."""

    def send(told: Any, signature: str | None = None, **changes: Any) -> tuple[int, Any]:
        body = told if isinstance(told, str) else json.dumps(told)
        header = f"t={NOW},v1={app.signature(SECRET, str(NOW), body)}"
        headers = {"X-Carrier-Signature": header if signature is None else signature}
        event = {"body": body, "headers": headers, "isBase64Encoded": False} | changes
        answer = app.lambda_handler(event, context)
        return answer["statusCode"], json.loads(answer["body"])

    return send


def track(waiting_for: str | None = "SHIPPED", **heard: str) -> None:
    """An order whose parcel is tracked."""
    item: dict[str, Any] = {"orderId": {"S": "order-1"}, "status": {"S": "PREPARING"}}
    told = {name: {"M": {"eventId": {"S": "e-0"}, "at": {"S": at}}} for name, at in heard.items()}
    item |= {"heard": {"M": told}}
    if waiting_for:
        item |= {"taskToken": {"S": "token-1"}, "waitingFor": {"S": waiting_for}}
    boto3.client("dynamodb").put_item(TableName="dev-Tracking", Item=item)


def heard() -> dict[str, str]:
    """What the row has kept: when each was told to have happened."""
    found = boto3.resource("dynamodb").Table("dev-Tracking").get_item(Key={"orderId": "order-1"})
    return {name: told["at"] for name, told in found["Item"]["heard"].items()}


def told(kind: str, at: str = AT, **changes: Any) -> dict[str, Any]:
    return {"eventId": "e-1", "orderId": "order-1", "type": kind, "at": at} | changes


def test_the_step_that_is_waited_for_wakes_the_machine(post: Any, sfn: StepFunctions) -> None:
    track()
    assert post(told("SHIPPED")) == (200, {"orderId": "order-1", "isNew": True})
    assert sfn.sent == [("success", "token-1", {"eventId": "e-1", "at": AT})]
    assert heard() == {"SHIPPED": AT}


def test_a_later_step_is_kept_and_wakes_nobody(post: Any, sfn: StepFunctions) -> None:
    track()
    assert post(told("DELIVERED"))[0] == 200
    assert (sfn.sent, heard()) == ([], {"DELIVERED": AT})


def test_a_step_told_again_keeps_the_first_and_wakes_again(post: Any, sfn: StepFunctions) -> None:
    """The function may have ended between the two the last time."""
    track(SHIPPED="2026-11-24T08:00:00Z")
    assert post(told("SHIPPED", eventId="e-2")) == (200, {"orderId": "order-1", "isNew": False})
    assert sfn.sent == [("success", "token-1", {"eventId": "e-0", "at": "2026-11-24T08:00:00Z"})]
    assert heard() == {"SHIPPED": "2026-11-24T08:00:00Z"}


@pytest.mark.parametrize("kind", ["SHIPPED", "IN_TRANSIT", "DELIVERED"])
def test_nobody_waits(post: Any, sfn: StepFunctions, kind: str) -> None:
    track(waiting_for=None)
    assert post(told(kind))[0] == 200
    assert (sfn.sent, heard()) == ([], {kind: AT})


def test_a_scan_is_a_heartbeat(post: Any, sfn: StepFunctions) -> None:
    track(waiting_for="DELIVERED", SHIPPED=AT, IN_TRANSIT="2026-11-24T08:00:00Z")
    post(told("IN_TRANSIT"))
    assert (sfn.sent, heard()["IN_TRANSIT"]) == ([("heartbeat", "token-1", None)], AT)


@pytest.mark.parametrize("at", [AT, "2026-11-24T14:59:59Z"])
def test_a_scan_that_is_no_news_is_no_sign_of_life(post: Any, sfn: StepFunctions, at: str) -> None:
    track(waiting_for="DELIVERED", SHIPPED=AT, IN_TRANSIT=AT)
    assert post(told("IN_TRANSIT", at)) == (200, {"orderId": "order-1", "isNew": False})
    assert (sfn.sent, heard()["IN_TRANSIT"]) == ([], AT)


def test_a_scan_wakes_a_machine_that_was_left_asleep(post: Any, sfn: StepFunctions) -> None:
    track(waiting_for="DELIVERED", SHIPPED=AT, DELIVERED=AT)
    post(told("IN_TRANSIT"))
    assert sfn.sent == [("success", "token-1", {"eventId": "e-0", "at": AT})]


@pytest.mark.parametrize("error", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
@pytest.mark.parametrize("kind", ["SHIPPED", "IN_TRANSIT"])
def test_a_token_that_nobody_waits_with(
    post: Any, sfn: StepFunctions, logs: Any, error: str, kind: str
) -> None:
    track()
    if kind == "IN_TRANSIT":
        track(waiting_for="DELIVERED")
    sfn.error = error
    assert post(told(kind))[0] == 200
    assert heard() == {kind: AT}
    warning, line = logs()
    assert (warning["level"], warning["error"]) == ("WARNING", error)
    assert (line["became"], line["orderId"], line["type"]) == ("nobody waits", "order-1", kind)


def test_other_trouble_is_the_carriers_to_try_again(
    app: ModuleType, post: Any, sfn: StepFunctions
) -> None:
    track()
    sfn.error = "InvalidOutput"
    with pytest.raises(sfn.exceptions.InvalidOutput):
        post(told("SHIPPED"))
    sfn.error = None
    assert post(told("SHIPPED")) == (200, {"orderId": "order-1", "isNew": False})
    assert [kind for kind, *_ in sfn.sent] == ["success", "success"]


def test_an_order_that_nobody_tracks(post: Any) -> None:
    assert post(told("SHIPPED"))[0] == 404
    rows = boto3.client("dynamodb").scan(TableName="dev-Tracking")
    assert rows["Count"] == 0


# ---- Is it the carrier? ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    ["", "v1=00", f"t={NOW}", f"t={NOW},v1=", f"t={NOW},v1={'0' * 64}", f"t=now,v1={'0' * 64}"],
)
def test_a_forged_signature(post: Any, logs: Any, header: str) -> None:
    track()
    assert post(told("SHIPPED"), header) == (401, {"message": "the signature is not good"})
    assert heard() == {}
    assert [line["level"] for line in logs()] == ["WARNING"]


def test_no_header_at_all(post: Any) -> None:
    track()
    assert post(told("SHIPPED"), headers=None)[0] == 401


@pytest.mark.parametrize(("age", "status"), [(300, 200), (301, 401), (-300, 200), (-301, 401)])
def test_a_signature_of_another_time(app: ModuleType, post: Any, age: int, status: int) -> None:
    track()
    body, at = json.dumps(told("SHIPPED")), str(NOW - age)
    header = f"t={at},v1={app.signature(SECRET, at, body)}"
    assert post(body, header)[0] == status


def test_a_changed_body_or_time(app: ModuleType, post: Any) -> None:
    track()
    digits = app.signature(SECRET, str(NOW), json.dumps(told("SHIPPED")))
    assert post(told("DELIVERED"), f"t={NOW},v1={digits}")[0] == 401
    assert post(told("SHIPPED"), f"t={NOW - 1},v1={digits}")[0] == 401


def test_the_secret_is_asked_for_once_in_five_minutes(
    app: ModuleType, post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    track()
    asked = []
    ask = app.parameters.get_secret

    def counted(name: str, max_age: int) -> Any:
        asked.append(max_age)
        return ask(name, max_age=max_age)

    monkeypatch.setattr(app.parameters, "get_secret", counted)
    post(told("SHIPPED"))
    assert asked == [300]


# ---- The event's shape -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        "{}",
        told("LOST"),
        told("SHIPPED", orderId="a b"),
        told("SHIPPED", at="yesterday"),
        told("SHIPPED", eventId=1),
        {name: text for name, text in told("SHIPPED").items() if name != "at"},
        "[" * 100_000,
    ],
)
def test_an_event_of_bad_shape(post: Any, body: Any) -> None:
    track()
    assert post(body)[0] == 400
    assert heard() == {}


def test_a_field_more_is_the_carriers_business(post: Any) -> None:
    track()
    assert post(told("SHIPPED", depot="Zürich"))[0] == 200


def test_the_schema_is_the_one_of_the_documentation() -> None:
    own = ROOT / "lambdas" / HANDLER / "event.schema.json"
    assert own.read_bytes() == (ROOT / "schemas" / "carrier-event.json").read_bytes()


# ---- Sample events ---------------------------------------------------------------------------

SAMPLES = {
    "shipped": 200,
    "delivered-first": 200,
    "scanned-base64": 200,
    "forged": 401,
    "recorded": 401,
    "not-json": 400,
    "unknown-order": 404,
}


def test_every_sample_event_is_used() -> None:
    events = ROOT / "lambdas" / HANDLER / "events"
    assert {path.stem for path in events.iterdir()} == set(SAMPLES)


@pytest.mark.parametrize(("name", "status"), SAMPLES.items())
def test_sample_events(
    app: ModuleType, sfn: StepFunctions, event: Any, context: Any, name: str, status: int
) -> None:
    track()
    answer = app.lambda_handler(event(HANDLER, name), context)
    assert answer["statusCode"] == status
