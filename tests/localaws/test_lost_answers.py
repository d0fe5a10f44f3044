"""Faults after the work, faults of one state, and faults that pass after some strikes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest

from localaws import clock, faults
from tests.localaws.test_faults_of_services import TABLE_ITEM, items, put_item

WRITER = """
import boto3

def lambda_handler(event, context):
    print("at work")
    boto3.client("dynamodb").put_item(TableName=event["table"], Item={"id": {"S": "1"}})
    return "done"
"""


@pytest.fixture(autouse=True)
def no_faults_left(cloud: Any) -> Iterator[None]:
    yield
    faults.clear()


@pytest.fixture
def run_machine(make_machine: Any, shop: Any) -> Any:
    """Run a definition; returns the ended execution."""
    numbers = itertools.count()
    return lambda machine: shop.run({}, f"lost-{next(numbers)}", make_machine(machine))


def failed(run: Any) -> list[str]:
    return [failure["error"] for failure in run.failures()]


def test_a_request_is_carried_out_and_its_answer_lost(table: str, run_machine: Any) -> None:
    with faults.inject(table=table, error="InternalServerError", when="after"):
        ended = run_machine(put_item(table))
    assert failed(ended) == ["DynamoDB.InternalServerErrorException"]
    assert items(table) == [TABLE_ITEM]


def test_a_function_does_its_work_and_its_answer_is_lost(
    table: str, make_function: Any, invoke: Any
) -> None:
    function = make_function(WRITER)
    with faults.inject(function=function, error="ConnectionLost", when="after") as fault:
        answer = invoke(function, {"table": table})
    assert answer["payload"]["errorType"] == "ConnectionLost"
    assert items(table) == [TABLE_ITEM]
    assert fault.struck == 1
    lines = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")
    said = "".join(event["message"] for event in lines["events"])
    assert said.index("at work") < said.index("[ERROR] ConnectionLost")


def test_a_functions_own_request_is_carried_out(
    table: str, make_function: Any, invoke: Any
) -> None:
    """boto3 in the handler asks again, and finds its own work done."""
    function = make_function(WRITER)
    lost = {"error": "InternalServerError", "when": "after", "times": 1}
    with faults.inject(table=table, **lost) as fault:
        assert invoke(function, {"table": table})["payload"] == "done"
    assert fault.struck == 1
    assert items(table) == [TABLE_ITEM]


def test_it_passes_after_so_many_strikes(table: str, run_machine: Any) -> None:
    machine = put_item(table)
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}]
    machine["States"]["Call"]["Retry"] = retry
    with faults.inject(table=table, error="InternalServerError", times=2) as fault:
        ended = run_machine(machine)
    assert ended.status == "SUCCEEDED"
    assert (len(failed(ended)), fault.struck) == (2, 2)


def test_it_strikes_the_requests_of_one_state(table: str, run_machine: Any) -> None:
    machine = put_item(table)
    call = machine["States"]["Call"]
    machine["States"] |= {"First": {**call, "End": False, "Next": "Call"}}
    del machine["States"]["First"]["End"]
    machine["StartAt"] = "First"
    with faults.inject(table=table, state="Call", error="InternalServerError") as fault:
        ended = run_machine(machine)
    assert (ended.status, ended.states, fault.struck) == ("FAILED", ["First", "Call"], 1)
    assert items(table) == [TABLE_ITEM]
    with faults.inject(table=table, state="Elsewhere", error="InternalServerError") as fault:
        assert run_machine(machine).status == "SUCCEEDED"
    assert fault.struck == 0


@pytest.mark.simulated_clock
def test_what_is_on_its_way_arrives_although_its_state_has_given_up(
    table: str, run_machine: Any
) -> None:
    machine = put_item(table)
    machine["States"]["Call"]["TimeoutSeconds"] = 5
    with faults.inject(table=table, latency=10):
        ended = run_machine(machine)
        assert ended.status == "FAILED"
        assert ended.description["error"] == "States.Timeout"
        assert items(table) == []
        clock.advance(seconds=10)
    assert items(table) == [TABLE_ITEM]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"function": "dev-ProcessPaymentFunction", "state": "Call"}, "leave out state"),
        ({"service": "dynamodb", "latency": 1, "when": "after", "error": None}, "Only an error"),
        (
            {"function": "dev-ProcessPaymentFunction", "when": "after",
             "error": "Lambda.ServiceException"},
            "before the handler runs",
        ),
        ({"service": "dynamodb", "when": "during"}, '"before" or "after"'),
        ({"service": "dynamodb", "times": 0}, "1 or more"),
    ],
)  # fmt: skip
def test_nonsense_is_refused(shop: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        faults.inject(**{"error": "InternalServerError", **arguments})


def test_it_says_what_it_does(table: str) -> None:
    fault = faults.inject(
        table=table, operations=["PutItem"], state="Call", error="InternalServerError", when="after"
    )
    assert fault.effect == "answers InternalServerError after the work (PutItem in Call)"
    assert fault.until is None
    assert fault.from_ <= clock.now + timedelta(seconds=1)
