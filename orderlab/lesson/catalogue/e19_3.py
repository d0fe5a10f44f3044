"""19.3: tests that find the bugs, and pass on the stack that has none."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import planted, suites
from orderlab.lesson.judging.planted import Bug

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

TESTS = "state-machines/test_order_workflow.py"
VALIDATION = "lambdas/validate_order_handler/app.py"
MISSED = 2  # bugs may be

exercise = Exercise(
    id="19.3",
    title="Ten bugs",
    level="core",
    task=f"""\
Write the tests that this lesson has missed. The check runs them on the correct stack, where **all
must pass**, then on ten stacks with one bug each, of which **at least 8 must fail** a test, and at
last on the correct stack again. Bugs are in the workflow, in the validation, in a permission; what
is right stands in lesson 04, and in what the correct stack does.

Edit `{TESTS}` in `exercises/19_3`; `conftest.py` beside it says what `place` gives you.""",
    files=(TESTS,),
    given=(
        Edit(
            TESTS,
            '    assert placed.error == "PaymentDeclined"\n',
            '    assert placed.error == "..."  # to be completed\n\n\n# And what else?\n',
        ),
    ),
    hints=(
        (
            "A test sees what it looks at. Each way an order can end leaves four traces: the "
            "execution's error, the row, the notice, and how often somebody was asked. Three ways "
            "and four traces are twelve questions."
        ),
        (
            "Orders with a story in their ids: `order-declined`, `order-gateway-timeout` (answers "
            "at the second try). `placed.tries` counts. One cent too much in `totalAmount` is a "
            "wrong total. And place an order a second time, with other fields, after it was paid."
        ),
        (
            'Declined: `placed.tries["ProcessPayment"] == 1`, `placed.row["status"] == "FAILED"`, '
            'and `"declined" in placed.notice`. Good: `str(placed.row["totalAmount"]) == "59.98"`. '
            'Refused: `"29.99" in placed.row["failureCause"]`. Timeout: CONFIRMED after two tries.'
        ),
    ),
)


def _one_piece(states: dict[str, Any]) -> None:
    values = states["ConfirmOrder"]["Parameters"]["ExpressionAttributeValues"]
    values[":total"] = {"N.$": "States.Format('{}', $.items[0].price)"}


def _asks_again(states: dict[str, Any]) -> None:
    states["ProcessPayment"]["Retry"][0]["ErrorEquals"].append("PaymentDeclined")


def _gives_up(states: dict[str, Any]) -> None:
    states["ProcessPayment"]["Retry"][0]["ErrorEquals"].remove("PaymentGatewayTimeout")


def _no_reason(states: dict[str, Any]) -> None:
    values = states["RejectOrder"]["Parameters"]["ExpressionAttributeValues"]
    values[":cause"] = {"S.$": "$failure.Error"}


def _overwrites(states: dict[str, Any]) -> None:
    parameters = states["RejectOrder"]["Parameters"]
    del parameters["ConditionExpression"]
    for name in (":confirmed", ":paid"):  # DynamoDB refuses what no expression uses
        del parameters["ExpressionAttributeValues"][name]


BUGS = (
    Bug(
        "A bug in the data flow",
        "ConfirmOrder gets no payment any more, so that no order is ever confirmed: any test of "
        "a good order sees it.",
        planted.in_definition(lambda states: states["ProcessPayment"].update(ResultPath=None)),
    ),
    Bug(
        "A bug in a permission",
        "the workflow may not publish to the topic, so that a paid order's execution fails in "
        "the end: any test of a good order sees it.",
        planted.without_permission("sns:Publish"),
    ),
    Bug(
        "A bug in a confirmed order's row",
        "the row has the price of one piece for the whole order's total. Who asks for the "
        "status alone does not see it.",
        planted.in_definition(_one_piece),
    ),
    Bug(
        "A bug in the check of prices",
        "the validation lets an order pass that pays less than the catalogue says.",
        planted.in_handler(
            "ValidateOrderFunction",
            Edit(VALIDATION, "to_money(price) != expected:", "to_money(price) > expected:"),
        ),
    ),
    Bug(
        "A bug in the check of totals",
        "the validation rounds to whole amounts, and a total that is wrong by cents passes. A "
        "test with a total that is wrong by a hundred does not see it.",
        planted.in_handler(
            "ValidateOrderFunction",
            Edit(VALIDATION, "if total == expected:", "if round(total) == round(expected):"),
        ),
    ),
    Bug(
        "A bug in what happens after a no",
        "a declined payment is asked for again, four times in all. The order ends as it should; "
        "only the number of tries tells.",
        planted.in_definition(_asks_again),
    ),
    Bug(
        "A bug in what happens after silence",
        "a gateway that does not answer is not asked again. It takes an order whose first try "
        "gets no answer, as order-gateway-timeout.",
        planted.in_definition(_gives_up),
    ),
    Bug(
        "A bug in what a declined customer reads",
        "the Catch for PaymentDeclined is gone, and the general one takes it: the customer "
        "reads that something went wrong on our side. Error and row are as ever.",
        planted.in_definition(lambda states: states["ProcessPayment"]["Catch"].pop(0)),
    ),
    Bug(
        "A bug in a refused order's row",
        "its failureCause repeats the error's name, and does not say any more what is wrong with "
        "the order. Who looks at the row's status alone does not see it.",
        planted.in_definition(_no_reason),
    ),
    Bug(
        "A bug in what may be overwritten",
        "who places a paid order's id again with a wrong order turns its row to FAILED. It "
        "takes two orders of one id to see it.",
        planted.in_definition(_overwrites),
    ),
)


def _run(shop: Shop) -> suites.Result:
    return suites.run(shop.root / TESTS)


@cache
def _missed(shop: Shop) -> list[Bug]:
    """Which bugs were missed so far; the scenarios add to it as they are played."""
    return []


@exercise.scenario("The correct stack")
def _correct(shop: Shop) -> Finding:
    result = _run(shop)
    return Finding(
        "all tests pass",
        result.words,
        bool(result.passed) and not result.failed,
        f"{result.words}. There is no bug in this stack, so it is the test that is wrong."
        if result.failed
        else "There is no test to run: pytest looks for functions whose names begin with test_.",
    )


def _hunt(bug: Bug) -> None:
    @exercise.scenario(bug.title)
    def _found(shop: Shop) -> Finding:
        try:
            with planted.planted(shop, bug):
                found = bool(_run(shop).failed)
        except ClientError as error:
            return _taken_away(str(error))
        missed = _missed(shop)
        missed += [] if found else [bug]
        first = missed[0] if missed else bug
        return Finding(
            f"found, or one of {MISSED} that may be missed",
            "found" if found else f"not found, miss {len(missed)}",
            len(missed) <= MISSED,
            f"{len(missed)} bugs were missed, and {MISSED} may be. The first was "
            f"{first.title[0].lower()}{first.title[1:]}: {first.why}",
        )


def _taken_away(got: str) -> Finding:
    because = (
        "A test has taken away what the stack needs, so no bug can be planted in it. Tests leave a "
        "stack as they find it."
    )
    return Finding("a stack to plant a bug in", got, False, because)


for _bug in BUGS:
    _hunt(_bug)


@exercise.scenario("The correct stack, once more")
def _again(shop: Shop) -> Finding:
    planted.clean(shop)
    result = _run(shop)
    return Finding(
        "all tests pass",
        result.words,
        not result.failed,
        f"{result.words}. The same stack, without a bug, and the first time all passed: the test "
        "depends on what earlier runs have left, and so it has found bugs that are none.",
    )
