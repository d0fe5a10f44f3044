"""Machines on the local AWS, executions without AWS, and tables of executions."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from orderlab.console.definition.parsing import Definition
from orderlab.console.many.gathering import Gathered
from orderlab.console.many.listing import Listed
from orderlab.console.many.runs import run_of
from orderlab.console.many.table import COLUMNS

NUMBERS = itertools.count()
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def rows() -> Callable[..., pd.DataFrame]:
    """A table of executions: each a dict with what matters; started a second apart, if not said."""

    def table(*given: dict[str, Any]) -> pd.DataFrame:
        made = []
        for number, row in enumerate(given):
            seconds = None if row.get("status") == "RUNNING" else row.get("seconds", 1.0)
            started = row.get("started", START + timedelta(seconds=number))
            defaults = {
                "name": f"e{number}",
                "status": "SUCCEEDED",
                "started": started,
                "stopped": None if seconds is None else started + timedelta(seconds=seconds),
                "retries": 0,
                "arn": f"arn-{number}",
            }
            made.append({**defaults, **row, "seconds": seconds})
        return pd.DataFrame(made, columns=list(COLUMNS)).astype(COLUMNS)

    return table


@pytest.fixture
def gathered() -> Callable[..., Gathered]:
    """What is read of hand-written executions of one machine (`written` makes them)."""

    def make(*cases: Any, notes: tuple[str, ...] = ()) -> Gathered:
        listed = [_listed(number, case) for number, case in enumerate(cases)]
        definition: Definition = cases[0].definition
        runs = {
            one.arn: run_of(definition, one, case.events)
            for one, case in zip(listed, cases, strict=True)
        }
        return Gathered("Machine", definition, listed, frozenset(runs), runs, notes)

    return make


def _listed(number: int, case: Any) -> Listed:
    first, last = case.events[0]["timestamp"], case.events[-1]["timestamp"]
    arn = f"arn:aws:states:us-east-1:123456789012:execution:Machine:e{number}"
    return Listed(arn, f"e{number}", case.description["status"], first, last)


@pytest.fixture
def make_machine(shop: Any) -> Callable[[dict[str, Any]], str]:
    """Create a state machine with the order workflow's role; returns its ARN."""
    workflow = shop.output("OrderWorkflowArn")
    role = shop.stepfunctions.describe_state_machine(stateMachineArn=workflow)["roleArn"]

    def make(definition: dict[str, Any], **settings: Any) -> str:
        made = shop.stepfunctions.create_state_machine(
            name=f"many-{next(NUMBERS)}",
            definition=json.dumps(definition),
            roleArn=role,
            **settings,
        )
        return str(made["stateMachineArn"])

    return make


@pytest.fixture
def start(shop: Any) -> Callable[..., list[str]]:
    """Start so many executions of a machine; returns their ARNs."""

    def started(machine: str, count: int) -> list[str]:
        return [shop.start({}, f"e-{next(NUMBERS)}", machine) for _ in range(count)]

    return started


@pytest.fixture
def ended(shop: Any, start: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """The same, and wait for their ends."""

    def run(machine: str, count: int) -> list[str]:
        return [shop.ended(arn).arn for arn in start(machine, count)]

    return run


@pytest.fixture
def one_state() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A machine of one state, called Only."""
    return lambda state: {"StartAt": "Only", "States": {"Only": {**state, "End": True}}}
