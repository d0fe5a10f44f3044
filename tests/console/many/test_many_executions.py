"""Many executions of the local AWS: what is read of them, and what is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderlab import console

UNKNOWN = [{"productId": "prod-999", "quantity": 2, "price": 29.99}]
WAIT = {"Type": "Wait", "Seconds": 3600}

simulated_clock = pytest.mark.simulated_clock


@pytest.fixture(scope="module")
def orders(shop: Any) -> Any:
    """Forty orders through the workflow, every tenth of them with an unknown product."""
    from localaws import load

    given = [
        shop.order(f"many-{number:02}", **({"items": UNKNOWN} if number % 10 == 3 else {}))
        for number in range(40)
    ]
    return load.run(shop.output("OrderWorkflowArn"), given, per_second=2, name="{orderId}")


@pytest.fixture(scope="module")
def outcomes(shop: Any, orders: Any) -> Any:
    """What the console says of the forty."""
    return console.outcomes(shop.output("OrderWorkflowArn"), orders)


def test_orders_end_where_the_oracle_says(orders: Any, outcomes: Any, payment: Any) -> None:
    names = list(outcomes.table["name"])
    assert names == [arn.split(":")[-1] for arn in orders.arns]
    invalid = {name for name in names if int(name[-2:]) % 10 == 3}
    retried = sum(
        payment.times_out(name, retry)
        for name in set(names) - invalid
        for retry in range(3)
        if all(payment.times_out(name, earlier) for earlier in range(retry))
    )
    declined = {name for name in set(names) - invalid if not payment.is_approved(name)}
    assert declined
    data = outcomes.outcomes.data.set_index("status")
    assert data.loc["SUCCEEDED", "count"] == 40 - len(invalid) - len(declined)
    assert data.loc["FAILED", "count"] == len(invalid) + len(declined)
    failed = outcomes.failures.data.set_index("error")
    assert failed.loc["PaymentDeclined", ["state", "count"]].tolist() == [
        "ProcessPayment",
        len(declined),
    ]
    assert failed.loc["OrderInvalid", ["state", "count"]].tolist() == ["OrderFailed", len(invalid)]
    flow = outcomes.flow.data.set_index(["source", "target", "kind"])["count"]
    assert flow["ProcessPayment", "RejectOrder", "catch"] == len(declined)
    assert flow["IsOrderValid", "RejectOrder", "next"] == len(invalid)
    assert outcomes.table["retries"].sum() == retried
    assert outcomes.over_time.data["executions"].sum() == 40
    assert len(outcomes.parts) == 5
    assert outcomes.notes == []


def test_the_table_is_that_of_the_run(orders: Any, outcomes: Any) -> None:
    ours = outcomes.table
    theirs = orders.executions
    for column in ("name", "status", "last_state"):
        assert list(ours[column]) == list(theirs[column])
    assert list(ours["seconds"]) == pytest.approx(list(theirs["seconds"]), abs=0.002)
    failed = ours["status"] == "FAILED"
    assert list(ours[failed]["error"]) == list(theirs[failed]["error"])
    assert ours[~failed]["error"].isna().all()


def test_the_words_say_what_the_pictures_say(shop: Any, orders: Any, outcomes: Any) -> None:
    words = repr(outcomes)
    for name in ("ValidateOrder", "RejectOrder", "SUCCEEDED", "PaymentDeclined", "p99"):
        assert name in words
    assert "Flow of 40 executions" in words
    assert "ProcessPayment to RejectOrder by a Catch" in words
    few = orders.arns[:10]
    once, again = (console.outcomes(shop.output("OrderWorkflowArn"), few) for _ in range(2))
    assert repr(once) == repr(again)
    assert once.flow.svg == again.flow.svg


def test_what_the_orders_cover(shop: Any, orders: Any) -> None:
    coverage = console.coverage(shop.output("OrderWorkflowArn"), orders)
    assert (coverage.states.reached, coverage.states.percent) == (8, 100)
    assert (coverage.transitions.reached, coverage.transitions.percent) == (7, 100)
    assert coverage.catches.reached == 1
    assert "ProcessPayment: Catch PaymentDeclined was never taken" not in coverage.missing
    assert "ProcessPayment: Catch States.ALL was never taken" in coverage.missing
    few = console.coverage(shop.output("OrderWorkflowArn"), [orders.arns[3]])
    assert "IsOrderValid: the transition to ProcessPayment" in "\n".join(few.missing)
    assert "IsOrderValid: the transition to RejectOrder" not in "\n".join(few.missing)


def test_a_parallel_that_is_tried_again(make_machine: Any, ended: Any) -> None:
    """No event names the error of its first attempt: the branch's does."""
    branch = {"StartAt": "Break", "States": {"Break": {"Type": "Fail", "Error": "Broken"}}}
    state = {
        "Type": "Parallel",
        "Branches": [branch],
        "Retry": [
            {"ErrorEquals": ["Other"]},
            {"ErrorEquals": ["Broken"], "MaxAttempts": 1, "IntervalSeconds": 1},
        ],
        "Catch": [
            {"ErrorEquals": ["Other"], "Next": "End"},
            {"ErrorEquals": ["Broken"], "Next": "End"},
        ],
    }
    machine = make_machine(
        {
            "StartAt": "Both",
            "States": {"Both": {**state, "Next": "End"}, "End": {"Type": "Succeed"}},
        }
    )
    coverage = console.coverage(machine, ended(machine, 1))
    used = coverage.table.query("kind in ('catch', 'retry') and reached > 0")
    assert list(used["label"]) == ["Broken", "Broken"]
    assert coverage.states.percent == 100


def test_without_executions_all_of_the_machine(
    make_machine: Any, one_state: Any, ended: Any
) -> None:
    machine = make_machine(one_state({"Type": "Pass"}))
    arns = ended(machine, 3)
    table = console.outcomes(machine).table
    assert list(table["arn"]) == arns  # the first one started is the first row
    assert list(console.outcomes(machine, table["name"][1:]).table["arn"]) == arns[1:]
    assert list(console.outcomes(machine, arns[2]).table["arn"]) == arns[2:]


def test_a_version_has_executions_of_its_own(
    shop: Any, make_machine: Any, one_state: Any, ended: Any
) -> None:
    machine = make_machine(one_state({"Type": "Pass"}))
    ended(machine, 1)
    version = shop.stepfunctions.publish_state_machine_version(stateMachineArn=machine)
    arns = ended(version["stateMachineVersionArn"], 2)
    outcomes = console.outcomes(version["stateMachineVersionArn"])
    assert sorted(outcomes.table["arn"]) == sorted(arns)
    assert outcomes.flow.text.startswith("Flow of 2 executions")
    assert len(console.outcomes(machine).table) == 3


def test_no_execution_at_all(make_machine: Any, one_state: Any) -> None:
    machine = make_machine(one_state({"Type": "Pass"}))
    outcomes = console.outcomes(machine)
    assert repr(outcomes) == f"{machine.split(':')[6]}: there is no execution."
    assert len(outcomes.parts) == 1
    assert len(outcomes.flow.data) == 0
    assert console.coverage(machine).percent == 0
    assert len(console.outcomes(machine, []).table) == 0


def test_one_execution(make_machine: Any, ended: Any) -> None:
    fail = {"Type": "Fail", "Error": "No"}
    machine = make_machine({"StartAt": "Only", "States": {"Only": fail}})
    outcomes = console.outcomes(machine, ended(machine, 1))
    assert outcomes.failures.text.splitlines()[1] == "  FAILED, No in Only: 1  (100 %)"
    assert "Only to End: 1 (100 %)" in outcomes.flow.text


@simulated_clock
def test_what_runs_is_counted_and_time_stands_still(
    shop: Any, make_machine: Any, one_state: Any, start: Any
) -> None:
    from localaws import clock

    machine = make_machine(one_state(WAIT))
    arns = start(machine, 5)
    before = clock.now
    outcomes = console.outcomes(machine)
    coverage = console.coverage(machine)
    assert clock.now - before < timedelta(seconds=1)
    assert set(outcomes.table["status"]) == {"RUNNING"}
    assert outcomes.table["seconds"].isna().all()
    assert outcomes.notes == ["5 still run: counted, their histories not read."]
    assert "reached by 0 of 5 executions" in repr(coverage)
    for arn in arns:
        shop.stepfunctions.stop_execution(executionArn=arn, error="Enough")
    outcomes = console.outcomes(machine)
    assert outcomes.failures.data.loc[0, ["error", "state", "count"]].tolist() == [
        "Enough",
        "Only",
        5,
    ]
    assert "ended in Only: 5 ABORTED" in outcomes.flow.text


def test_an_execution_that_times_out(make_machine: Any, one_state: Any, ended: Any) -> None:
    machine = make_machine({**one_state(WAIT), "TimeoutSeconds": 2})
    outcomes = console.outcomes(machine, ended(machine, 1))
    assert list(outcomes.table["status"]) == ["TIMED_OUT"]
    assert outcomes.failures.data.loc[0, "state"] == "Only"
    assert "1 TIMED_OUT here" in outcomes.flow.svg
