"""What a run would have cost on AWS, by the list prices in prices.json.

Counted: what Step Functions bills, every invocation of a function, and the requests that state
machines themselves make to DynamoDB, SNS and SQS. Left out: what functions ask of other services,
deliveries, logs, storage, data transfer; and the allowances that AWS gives each account for free.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from localaws.histories import Attempt

if TYPE_CHECKING:
    import pandas as pd

Usage = Mapping[str, Decimal]  # how much of each item, by its key in prices.json

COLUMNS = ("item", "quantity", "unit", "price", "dollars")
REPORT = re.compile(r"REPORT .*\tBilled Duration: (\d+) ms\tMemory Size: (\d+) MB\t")
# A request of SNS or SQS is one for each 64 KB of payload: their pricing pages.
CHUNK = 64 * 1024
# docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
EXPRESS_LIMIT = timedelta(minutes=5)


class Plain(Decimal):
    """A decimal that is written out: 0.0000002, not 2E-7."""

    def __str__(self) -> str:
        return format(self.normalize(), "f")


class Price(NamedTuple):
    """One line of prices.json. Dollars for each unit."""

    item: str
    unit: str
    price: Decimal
    source: str
    seen: str


@cache
def prices() -> dict[str, Price]:
    """The prices that bills are made with, of the region us-east-1."""
    text = resources.files("localaws").joinpath("prices.json").read_text(encoding="utf-8")
    return {
        key: Price(**{**line, "price": Decimal(line["price"])})
        for key, line in json.loads(text)["prices"].items()
    }


def bill(usage: Usage) -> pd.DataFrame:
    """A bill: item, quantity, unit, price of a unit and dollars, all numbers exact decimals.

    Args:
        usage: how much of each item, by its key in prices.json.
    """
    import pandas as pd

    rows = [
        (
            line.item,
            Plain(usage[key]),
            line.unit,
            Plain(line.price),
            Plain(usage[key] * line.price),
        )
        for key, line in prices().items()
        if usage.get(key)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def standard(transitions: int) -> Usage:
    """What Step Functions bills of a Standard workflow.

    Args:
        transitions: as `histories.Trace` counts them, from what the pricing page says today. An
            older edition of it counted the way from the last state to the end as one more.
    """
    return {"transitions": Decimal(transitions)}


def express(executions: Iterable[tuple[timedelta, int]]) -> Usage:
    """What Step Functions bills of an Express workflow: requests, and memory by time.

    Duration is rounded up to 100 milliseconds: aws.amazon.com/step-functions/pricing

    Args:
        executions: for each, how long it took and the MB billed, as of `express_memory`.

    Raises:
        ValueError: an execution took longer than Express allows, which is five minutes.
    """
    requests, gb_seconds = 0, Decimal(0)
    for duration, memory in executions:
        if duration > EXPRESS_LIMIT:
            raise ValueError(f"An Express workflow ends after five minutes; one took {duration}.")
        requests += 1
        tenths = -(-duration // timedelta(milliseconds=100))
        gb_seconds += Decimal(tenths) / 10 * Decimal(memory) / 1024
    return {"express_requests": Decimal(requests), "express_gb_seconds": gb_seconds}


def express_memory(definition: int, payload: int, nested: int) -> int:
    """AWS's estimate of an Express execution's memory: MB, in billed chunks of 64.

    50 MB, the definition, and the payload for each step inside a Parallel or Map state:
    aws.amazon.com/step-functions/pricing, "Pricing examples".

    Args:
        definition: bytes of the state machine's definition.
        payload: bytes of the execution's data.
        nested: states run inside Parallel and Map states.
    """
    used = 50_000_000 + definition + payload * nested
    return 64 * -(-used // 64_000_000)


def requests(attempts: Iterable[Attempt]) -> Usage:
    """What the Task states of executions ask of DynamoDB, SNS and SQS. Failed attempts count.

    A write of DynamoDB is one unit for an item of up to 1 KB, a read half a unit for up to 4 KB,
    one if strongly consistent: aws.amazon.com/dynamodb/pricing/on-demand. Larger items are not
    told apart, for a history does not show them; Query, Scan and batches are not counted.
    """
    usage: Counter[str] = Counter()
    for attempt in attempts:
        service, _, call = attempt.resource.removeprefix("aws-sdk:").partition(":")
        match service, call.partition(".")[0]:
            case "dynamodb", "putItem" | "updateItem" | "deleteItem":
                usage["dynamodb_writes"] += 2
            case "dynamodb", "getItem":
                consistent = json.loads(attempt.parameters).get("ConsistentRead")
                usage["dynamodb_reads"] += 2 if consistent else 1
            case "sns", "publish":
                usage["sns_requests"] += 2 * _chunks(attempt.parameters)
            case "sqs", "sendMessage":
                usage["sqs_requests"] += 2 * _chunks(attempt.parameters)
    return {key: Decimal(halves) / 2 for key, halves in usage.items()}


def invocations(machine_arn: str, after: datetime, until: datetime) -> Usage:
    """What Lambda bills of every function of an account and region, by its REPORT lines.

    Args:
        machine_arn: an ARN of the account and region.
        after: lines written later than this count; to the millisecond, as logs keep time.
        until: and no later than this.
    """
    from moto.logs.models import logs_backends

    _, _, _, region, account, *_ = machine_arn.split(":")
    count, gb_seconds = 0, Decimal(0)
    for group in logs_backends[account][region].groups.values():
        if group.name.startswith("/aws/lambda/"):
            for milliseconds, megabytes in _reports(group, _logged(after), _logged(until)):
                count += 1
                gb_seconds += Decimal(milliseconds) / 1000 * Decimal(megabytes) / 1024
    return {"lambda_requests": Decimal(count), "lambda_gb_seconds": gb_seconds}


def _reports(group: Any, after: int, until: int) -> Iterable[tuple[str, str]]:
    for stream in group.streams.values():
        for event in stream.events:
            if after < event.timestamp <= until and (found := REPORT.match(event.message)):
                yield found[1], found[2]


def _logged(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _chunks(payload: str) -> int:
    return max(1, -(-len(payload.encode()) // CHUNK))
