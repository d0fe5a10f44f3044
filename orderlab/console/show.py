"""A state machine or an execution, on the page."""

from __future__ import annotations

from orderlab.console import text
from orderlab.console.definition.parsing import parse
from orderlab.console.executions.events import rows
from orderlab.console.executions.folds import events_fold, states_fold
from orderlab.console.executions.reading import client, read
from orderlab.console.graphs import graph
from orderlab.console.outputs.page import present
from orderlab.console.outputs.picture import Picture


def show(arn: str) -> None:
    """Display a state machine, or an execution with its events and the data of each state.

    Args:
        arn: of an execution or of a state machine (its version or alias included).

    Raises:
        ValueError: the ARN is of neither.
        botocore.exceptions.ClientError: AWS knows no such thing, or has no history of it (an
            Express execution).
    """
    kind = arn.split(":")[5] if arn.count(":") >= 6 else ""
    if kind == "stateMachine":
        _show_machine(arn)
    elif kind in ("execution", "express"):
        _show_execution(arn)
    else:
        raise ValueError(f"neither an execution nor a state machine: {arn}")


def _show_machine(arn: str) -> None:
    machine = client(arn).describe_state_machine(stateMachineArn=arn)
    definition = parse(machine["definition"])
    words = text.describe_machine(machine["name"], definition)
    present(Picture(graph.source(definition), words))


def _show_execution(arn: str) -> None:
    recording = read(arn)
    definition, execution = recording.definition, recording.execution
    words = text.describe_execution(definition, execution)
    present(Picture(graph.source(definition, execution), words))
    present(events_fold(rows(recording.events)))
    present(states_fold(definition, execution))
