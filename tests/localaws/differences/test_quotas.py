"""Quotas of AWS that are not kept here. docs/differences.md names them."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

SUCCEED: dict[str, Any] = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}


@pytest.fixture
def sfn(cloud: Any) -> Any:
    return boto3.client("stepfunctions")


def test_starts_are_never_throttled(sfn: Any, cloud: Any, make_machine: Any) -> None:
    arn = make_machine(SUCCEED)
    begun = cloud.clock.now
    started = [sfn.start_execution(stateMachineArn=arn) for _ in range(1400)]
    assert cloud.clock.now == begun
    cloud.clock.run_until(*(one["executionArn"] for one in started))
