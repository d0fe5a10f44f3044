"""17.3: a query that tells one order's story, from all logs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from localaws import clock
from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

WORKFLOW = "/aws/states/dev-OrderProcessingWorkflow"
FUNCTIONS = ("StartWorkflow", "ValidateOrder", "ProcessPayment")
GROUPS = (*(f"/aws/lambda/dev-{name}Function" for name in FUNCTIONS), WORKFLOW)

exercise = Exercise(
    id="17.3",
    title="What became of my order?",
    level="core",
    task="""\
Support asks this ten times a day, with an order's id. Write `story(order_id)`: it returns a query
of Logs Insights, which is run over the logs of the functions and of the workflow. Its rows are
**every line about this order, also the workflow's, and none about another**, the oldest first, with
the fields `@timestamp`, `@log` and `@message`. An id may be the beginning of another one.

Change `story` in the cell below; `lesson.check("17.3", story)` runs its queries.""",
    files=(),
    hints=(
        "Where does a function's line say which order it is about, and where one of the workflow?",
        (
            "The functions' lines have the field `orderId`. The workflow's have `execution_arn`, "
            "which ends with a colon and the execution's name. `filter` takes `or`, and `like` a "
            "regular expression between slashes, in which `$` is the end."
        ),
        (
            '`fields @timestamp, @log, @message | filter orderId = "…" or execution_arn like /:…$/ '
            "| sort @timestamp`, with the id at both places."
        ),
    ),
)


@dataclass(frozen=True)
class Ordered:
    """Two orders that came through the queue, of which one's id begins like the other's."""

    since: datetime
    order_id: str
    longer: str


@cache
def _ordered(shop: Shop) -> Ordered:
    """The orders, sent once, however many scenarios ask."""
    name = f"order-{clock.now:%H%M%S}"
    ordered = Ordered(clock.now, name, f"{name}-gift")
    sqs, queue = boto3.client("sqs"), shop.stack.outputs["OrderQueueUrl"]
    for order_id in (ordered.order_id, ordered.longer):
        order = shop.order(order_id, [("prod-001", 2)])
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(order))
        clock.advance(seconds=20)
    clock.advance(minutes=1)
    return ordered


def _rows(shop: Shop, query: Any) -> list[dict[str, str]]:
    """What a query of Logs Insights finds.

    Raises:
        NotAnAnswerError: it is no query, or CloudWatch refuses it.
    """
    since = _ordered(shop).since
    if not isinstance(query, str):
        raise NotAnAnswerError("story(order_id) must return a query: a text.")
    logs = boto3.client("logs")
    try:
        asked = logs.start_query(
            logGroupNames=list(GROUPS),
            startTime=int(since.timestamp()),
            endTime=int(clock.now.timestamp()) + 1,
            queryString=query,
        )
    except ClientError as error:
        why = error.response["Error"]["Message"]
        raise NotAnAnswerError(f"CloudWatch refuses the query: {why}") from error
    found = logs.get_query_results(queryId=asked["queryId"])["results"]
    return [{cell["field"]: cell["value"] for cell in row} for row in found]


def _story(shop: Shop, order_id: str) -> list[dict[str, str]]:
    if not callable(shop.answer):
        raise NotAnAnswerError("story is a function of an order's id.")
    return _rows(shop, shop.answer(order_id))


def _is_about(row: Mapping[str, str], order_id: str) -> bool:
    line = json.loads(row["@message"])
    arn = str(line.get("execution_arn", ""))
    return line.get("orderId") == order_id or arn.endswith(f":{order_id}")


def _written(shop: Shop) -> list[dict[str, str]]:
    """Every line of JSON in these logs, the oldest first."""
    every = _rows(shop, "fields @timestamp, @log, @message | sort @timestamp")
    return [row for row in every if row["@message"].startswith("{")]


@exercise.scenario("The functions' lines")
def _functions(shop: Shop) -> Finding:
    ordered = _ordered(shop)
    wanted = {row["@ptr"] for row in _written(shop) if _is_about(row, ordered.order_id)}
    wanted &= {row["@ptr"] for row in _written(shop) if "/aws/lambda/" in row["@log"]}
    found = wanted & {row["@ptr"] for row in _story(shop, ordered.order_id)}
    return Finding(
        f"{len(wanted)} lines",
        f"{len(found)} lines",
        found == wanted,
        f"The functions have written {len(wanted)} lines about {ordered.order_id}; the query finds "
        f"{len(found)} of them.",
    )


@exercise.scenario("The workflow's lines")
def _workflow(shop: Shop) -> Finding:
    ordered = _ordered(shop)
    about = [row for row in _written(shop) if _is_about(row, ordered.order_id)]
    wanted = {row["@ptr"] for row in about if row["@log"].endswith(WORKFLOW)}
    found = wanted & {row["@ptr"] for row in _story(shop, ordered.order_id)}
    return Finding(
        f"{len(wanted)} lines",
        f"{len(found)} lines",
        found == wanted,
        f"The execution {ordered.order_id} has {len(wanted)} events in the workflow's log; the "
        f"query finds {len(found)} of them. Those lines know no orderId.",
    )


@exercise.scenario("Nothing about another order")
def _other(shop: Shop) -> Finding:
    ordered = _ordered(shop)
    about = {row["@ptr"] for row in _written(shop) if _is_about(row, ordered.order_id)}
    others = [row for row in _story(shop, ordered.order_id) if row["@ptr"] not in about]
    first = f" One of them: {others[0].get('@message', '')[:120]}" if others else ""
    return Finding(
        "no other line",
        f"{len(others)} other lines" if others else "no other line",
        not others,
        f"The id {ordered.longer} begins with {ordered.order_id} and is another order; START and "
        f"REPORT lines name no order at all.{first}",
    )


@exercise.scenario("The oldest first, with its log")
def _sorted(shop: Shop) -> Finding:
    ordered = _ordered(shop)
    rows = _story(shop, ordered.longer)
    fields = sorted({name for row in rows for name in row} - {"@ptr"})
    moments = [row.get("@timestamp", "") for row in rows]
    in_order = moments == sorted(moments)
    got = f"{', '.join(fields)}; {'oldest first' if in_order else 'not in order'}"
    expected = "@log, @message, @timestamp; oldest first"
    return Finding(
        expected,
        got,
        got == expected,
        "A story is told from its beginning, and each line says where it was written "
        f"({ordered.longer}).",
    )
