"""Which executions there are, and how each stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from botocore.exceptions import ClientError

from orderlab.console.executions.reading import client


class HasArns(Protocol):
    """What came of a run of many executions."""

    @property
    def arns(self) -> list[str]: ...


Executions = Iterable[str] | HasArns | None


@dataclass(frozen=True)
class Listed:
    """One execution as AWS lists it; the times are UTC, `stopped` is None while it runs."""

    arn: str
    name: str
    status: str
    started: datetime
    stopped: datetime | None

    @property
    def ended(self) -> bool:
        return self.status != "RUNNING"


def listed(machine_arn: str, executions: Executions = None) -> list[Listed]:
    """The executions of a state machine, or of its version or alias, in the order of their start.

    A list is read, and nothing that runs: under a simulated clock, time does not move.

    Args:
        machine_arn: the state machine, its version or its alias.
        executions: those that are meant: ARNs or names, or what has `arns`. They keep their order.
            Those that the machine's list does not have are described one by one.

    Raises:
        ValueError: the machine is an Express workflow, and AWS keeps no list of its executions.
        botocore.exceptions.ClientError: there is no such machine, or no such execution.
    """
    if executions is None:
        return [_from_list(one) for one in _pages(machine_arn)][::-1]
    wanted = dict.fromkeys(_arns(machine_arn, executions))
    found = _found(machine_arn, wanted) if wanted else {}
    return [found.get(arn) or _from_list(_described(arn)) for arn in wanted]


def _found(machine_arn: str, wanted: Collection[str]) -> dict[str, Listed]:
    """Those of the wanted ones that are in the machine's list, as far as it may be read."""
    found: dict[str, Listed] = {}
    try:
        for one in _pages(machine_arn):
            if one["executionArn"] in wanted:
                found[one["executionArn"]] = _from_list(one)
                if len(found) == len(wanted):
                    break
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
    return found


def _arns(machine_arn: str, executions: Iterable[str] | HasArns) -> Iterator[str]:
    if isinstance(executions, str):
        executions = [executions]
    # arn:aws:states:us-east-1:123456789012:stateMachine:NAME, and :ALIAS or :VERSION
    parts = machine_arn.split(":")
    start = ":".join([*parts[:5], "execution", parts[6]])
    for one in executions if isinstance(executions, Iterable) else executions.arns:
        yield one if one.startswith("arn:") else f"{start}:{one}"


def _pages(machine_arn: str) -> Iterator[Mapping[str, Any]]:
    """ListExecutions over all pages, the newest execution first."""
    paginator = client(machine_arn).get_paginator("list_executions")
    pages = paginator.paginate(stateMachineArn=machine_arn, PaginationConfig={"PageSize": 1000})
    try:
        for page in pages:
            yield from page["executions"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "StateMachineTypeNotSupported":
            name = machine_arn.split(":")[6]
            raise ValueError(
                f"{name} is an Express workflow: AWS keeps neither a list nor a history of its "
                "executions. What they did is in its log group, and their number in CloudWatch."
            ) from None
        raise


def _described(arn: str) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = client(arn).describe_execution(executionArn=arn)
    return answer


def _from_list(one: Mapping[str, Any]) -> Listed:
    stopped = one.get("stopDate")
    return Listed(
        arn=one["executionArn"],
        name=one["name"],
        status=one["status"],
        started=one["startDate"].astimezone(UTC),
        stopped=stopped.astimezone(UTC) if stopped else None,
    )
