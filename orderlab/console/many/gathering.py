"""Many executions, read from AWS: the list of all, and the histories of as many as is sensible.

A history costs a call each. So those of at most HISTORIES executions are read, spread evenly over
all that have ended, and beside them those of at most as many that did not succeed: what went wrong
is rare, and should not be missed. What still runs is counted and not read: under a simulated
clock, to read it would let time move on.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

from botocore.exceptions import ClientError

from orderlab.console.definition.parsing import Definition, parse
from orderlab.console.executions.reading import client
from orderlab.console.many.listing import Executions, Listed, listed
from orderlab.console.many.runs import Run, run_of
from orderlab.console.outputs.progress import followed

HISTORIES = 1000
NO_DEFINITION = Definition({}, (), {})

T = TypeVar("T")


@dataclass(frozen=True)
class Gathered:
    """What was read of many executions.

    Attributes:
        machine: the state machine's name.
        definition: as it is now; None where it may not be read.
        listed: the executions.
        sample: ARNs of the executions that stand for all: those whose histories were read, without
            the failed ones that were read beside them.
        runs: what was read, by ARN.
        notes: what is missing and why, each in a line.
    """

    machine: str
    definition: Definition | None
    listed: Sequence[Listed]
    sample: frozenset[str]
    runs: dict[str, Run]
    notes: Sequence[str]


def gather(machine_arn: str, executions: Executions = None) -> Gathered:
    """Read executions of a state machine. Ctrl-C ends it, and what has been read is returned.

    Raises:
        ValueError, botocore.exceptions.ClientError: as `listing.listed`.
    """
    notes: list[str] = []
    definition = _definition(machine_arn, notes)
    found = listed(machine_arn, executions)
    ended = [one for one in found if one.ended]
    sample = spread(ended, HISTORIES)
    chosen = {one.arn for one in sample}
    failed = [one for one in ended if one.status != "SUCCEEDED" and one.arn not in chosen]
    runs = _read(machine_arn, definition or NO_DEFINITION, sample, spread(failed, HISTORIES), notes)
    running = len(found) - len(ended)
    if running:
        still = "1 still runs" if running == 1 else f"{running:,} still run"
        notes.append(f"{still}: counted, their histories not read.")
    return Gathered(
        machine=machine_arn.split(":")[6],
        definition=definition,
        listed=found,
        sample=frozenset(chosen & runs.keys()),
        runs=runs,
        notes=notes,
    )


def spread(items: Sequence[T], most: int) -> list[T]:
    """At most so many of the items, at even distances."""
    if len(items) <= most:
        return list(items)
    return [items[number * len(items) // most] for number in range(most)]


def _definition(machine_arn: str, notes: list[str]) -> Definition | None:
    try:
        machine = client(machine_arn).describe_state_machine(stateMachineArn=machine_arn)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        notes.append(f"The definition may not be read. {error}")
        return None
    return parse(machine["definition"])


def _read(
    machine_arn: str,
    definition: Definition,
    sample: list[Listed],
    failed: list[Listed],
    notes: list[str],
) -> dict[str, Run]:
    """The histories, by ARN; a note is left where not all could be read."""
    # In no order, so that what is read until Ctrl-C still stands for all.
    random.Random(0).shuffle(sample)
    wanted = sample + failed
    pages = client(machine_arn).get_paginator("get_execution_history")
    runs: dict[str, Run] = {}
    with closing(followed(wanted, len(wanted), "histories")) as reading:
        try:
            for one in reading:
                asked = pages.paginate(
                    executionArn=one.arn,
                    includeExecutionData=False,  # inputs and outputs
                    PaginationConfig={"PageSize": 1000},
                )
                events = [event for page in asked for event in page["events"]]
                runs[one.arn] = run_of(definition, one, events)
        except KeyboardInterrupt:
            read = f"{len(runs):,} of {len(wanted):,} histories"
            notes.append(f"Stopped by Ctrl-C: {read} read, and what follows is of those.")
        except ClientError as error:
            notes.append(f"{len(runs):,} of {len(wanted):,} histories read. {error}")
    return runs
