"""States of the order workflow, as they ran."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from orderlab import console
from orderlab.console.inspecting.state import StateView

ENVELOPE = {"ExecutedVersion", "Payload", "SdkHttpMetadata", "SdkResponseMetadata", "StatusCode"}


@pytest.fixture(scope="module")
def confirmed(shop: Any) -> Any:
    return shop.run(shop.order("inspected-1"), "inspected-1")


@pytest.fixture(scope="module")
def order_that(shop: Any, payment: Any) -> Callable[[Callable[[str], bool]], Any]:
    """Run the first order whose payment goes as asked."""

    def run(wanted: Callable[[str], bool]) -> Any:
        name = next(f"inspected-{n}" for n in range(1_000) if wanted(f"inspected-{n}"))
        return shop.run(shop.order(name), name)

    return run


@pytest.fixture(scope="module")
def retried(order_that: Any, payment: Any) -> Any:
    return order_that(
        lambda o: payment.times_out(o, 0) and not payment.times_out(o, 1) and payment.is_approved(o)
    )


@pytest.fixture(scope="module")
def declined(order_that: Any, payment: Any) -> Any:
    return order_that(lambda o: not payment.times_out(o, 0) and not payment.is_approved(o))


def named(view: StateView, name: str) -> Any:
    [step] = [step for step in view.steps if step.name == name]
    return step


def test_each_step_from_input_to_output(confirmed: Any) -> None:
    view = console.state(confirmed.arn, "ValidateOrder")
    assert [step.name for step in view.steps] == [
        "InputPath",
        "Parameters",
        "Task",
        "ResultSelector",
        "ResultPath",
        "OutputPath",
        "Assign",
    ]
    order = json.loads(confirmed.description["input"])
    assert view.input == order
    assert named(view, "Parameters").after["Payload"] == order
    assert named(view, "Task").after.keys() == ENVELOPE
    selected = named(view, "ResultSelector").after
    assert selected == {"isValid": True, "orderId": "inspected-1", "summary": "", "faults": []}
    assert (named(view, "ResultPath").before, named(view, "ResultPath").after) == (
        order,
        order | {"validation": selected},
    )
    assert view.output == order | {"validation": selected}
    assert [step.name for step in view.steps if not step.given] == [
        "InputPath",
        "OutputPath",
        "Assign",
    ]


def test_the_text_names_each_step_and_what_it_changed(confirmed: Any) -> None:
    view = console.state(confirmed.arn, "ValidateOrder")
    text = repr(view)
    assert text.startswith("ValidateOrder (λ dev-ValidateOrderFunction): succeeded\n")
    for number, step in enumerate(view.steps, 1):
        assert f"\n{number}. {step.name}: " in text
    assert "InputPath: not given, so the whole input [unchanged]" in text
    assert 'as written: "$.validation"' in text
    assert '+   "validation": {' in text
    assert '-   "ExecutedVersion": "$LATEST",' in text
    assert "then IsOrderValid" in text


def test_the_envelope_is_folded_and_not_dropped(confirmed: Any, read_page: Any) -> None:
    view = console.state(confirmed.arn, "ValidateOrder")
    assert named(view, "Task").after["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert '"HttpStatusCode"' not in repr(view)
    assert '"SdkHttpMetadata": {... 22 more lines' in repr(view)
    page = read_page(view.fold.html)
    assert '"HttpStatusCode": 200' in page.text
    assert any("SdkHttpMetadata" in title for title in page.summaries)
    assert "the function's own answer is its Payload" in page.text


def test_which_rule_of_a_choice_matched(confirmed: Any) -> None:
    view = console.state(confirmed.arn, "IsOrderValid")
    [rule] = named(view, "Choices").rules
    assert (rule.matched, rule.target) == (True, "ProcessPayment")
    assert rule.values == {"$.validation.isValid": "true"}
    assert "not given by this rule" in named(view, "Assign").words


def test_attempts_are_told_apart(retried: Any) -> None:
    first, second = (console.state(retried.arn, "ProcessPayment", number) for number in (1, 2))
    assert named(first, "Parameters").after["Payload"]["retryCount"] == 0
    assert named(second, "Parameters").after["Payload"]["retryCount"] == 1
    assert (first.error, first.output) == ("PaymentGatewayTimeout", None)
    assert second.error is None
    assert second.output["payment"]["status"] == "APPROVED"
    assert [step.name for step in first.steps][-2:] == ["Task", "Retry"]
    assert "retry 1 of at most 3, after " in named(first, "Retry").words
    assert "attempt 1 of 2" in repr(first)
    assert repr(console.state(retried.arn, "ProcessPayment")) == repr(second)


def test_the_log_is_of_that_very_attempt(retried: Any) -> None:
    requests = []
    for number, said in ((1, "Payment failed"), (2, "Payment approved")):
        view = console.state(retried.arn, "ProcessPayment", attempt=number)
        assert view.invocation is not None
        lines = list(view.log["message"])
        requests.append(view.invocation.request_id)
        assert lines[0].startswith(f"START RequestId: {requests[-1]}")
        assert lines[-1].startswith(f"REPORT RequestId: {requests[-1]}")
        assert sum(line.startswith("START") for line in lines) == 1
        assert any(json.loads(line)["message"] == said for line in lines if line[0] == "{")
        assert f" {said} orderId=" in repr(view)
        assert view.log["time"].is_monotonic_increasing
    assert len(set(requests)) == 2


def test_the_cause_is_read_as_a_person_would(retried: Any, read_page: Any) -> None:
    view = console.state(retried.arn, "ProcessPayment", 1)
    assert json.loads(str(view.cause))["errorType"] == "PaymentGatewayTimeout"
    lines = [line.strip() for line in repr(view).splitlines()]
    assert any(line.startswith("no answer from the gateway") for line in lines)
    assert any(line.startswith('File "/var/task/app.py", line ') for line in lines)
    assert "stackTrace" not in repr(view)
    assert "stackTrace" not in read_page(view.fold.html).text


def test_a_caught_error(declined: Any) -> None:
    view = console.state(declined.arn, "ProcessPayment")
    assert view.error == "PaymentDeclined"
    names = [step.name for step in view.steps]
    assert names[names.index("Task") :] == ["Task", "Retry", "Catch", "ResultPath", "Assign"]
    assert named(view, "Catch").field["ErrorEquals"] == ["PaymentDeclined"]
    assert (
        "number 1 of 2 fits PaymentDeclined, and leads to RejectOrder" in named(view, "Catch").words
    )
    assert "the error is dropped" in named(view, "ResultPath").words
    assign = named(view, "Assign")
    assert assign.before == {}
    assert assign.after["failure"]["Error"] == "PaymentDeclined"
    assert "for the states after this one" in assign.words
    assert view.output == view.input
    assert repr(view).startswith("ProcessPayment (λ dev-ProcessPaymentFunction): caught\n")


def test_a_state_after_it_sees_the_variables(declined: Any) -> None:
    view = console.state(declined.arn, "RejectOrder")
    assert view.variables["failure"]["Error"] == "PaymentDeclined"
    assert ":error" in named(view, "Parameters").after["ExpressionAttributeValues"]
    failed = console.state(declined.arn, "OrderFailed")
    assert named(failed, "Fail").after["Error"] == "PaymentDeclined"
    assert failed.error == "PaymentDeclined"


def test_a_state_that_was_not_visited(declined: Any) -> None:
    view = console.state(declined.arn, "ConfirmOrder")
    assert "ConfirmOrder (DynamoDB UpdateItem): not visited" in repr(view)
    assert "Visited: ValidateOrder, IsOrderValid, ProcessPayment, RejectOrder" in repr(view)
    assert (view.steps, view.input, view.output, len(view.log)) == ([], None, None, 0)


@pytest.mark.simulated_clock
def test_looking_changes_nothing(confirmed: Any, retried: Any, shop: Any) -> None:
    """No time passes, nothing is called, nothing is written."""
    import localaws

    logs = boto3.client("logs")

    def seen() -> Any:
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        machine = shop.output("OrderWorkflowArn")
        pages = shop.stepfunctions.get_paginator("list_executions")
        executions = [
            e for page in pages.paginate(stateMachineArn=machine) for e in page["executions"]
        ]
        lines = [len(logs.filter_log_events(logGroupName=one)["events"]) for one in groups]
        machines = shop.stepfunctions.list_state_machines()["stateMachines"]
        return localaws.clock.now, groups, lines, len(executions), len(machines)

    before = seen()
    for run in (confirmed, retried):
        for name in dict.fromkeys(run.states):
            repr(console.state(run.arn, name))
    assert seen() == before


def test_equal_views_are_equal_to_the_byte(retried: Any) -> None:
    one, other = (console.state(retried.arn, "ProcessPayment", 1).fold for _ in range(2))
    assert (one.html, one.text) == (other.html, other.text)
