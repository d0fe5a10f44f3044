"""A state machine or an execution, on the page."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

from orderlab.console import text
from orderlab.console.definition.parsing import parse
from orderlab.console.executions.events import rows
from orderlab.console.executions.express import machine_of
from orderlab.console.executions.folds import events_fold, states_fold
from orderlab.console.executions.reading import client, read
from orderlab.console.graphs import graph
from orderlab.console.graphs.executed import picture_of_execution
from orderlab.console.graphs.written import Written, is_text, picture_of
from orderlab.console.outputs.fold import Fold
from orderlab.console.outputs.page import present
from orderlab.console.outputs.picture import Picture


def show(what: Written) -> None:
    """Display a state machine, or an execution with its events and the data of each state.

    A definition need not be deployed: its file (a path), its text or a dict is drawn as it is
    written, with what is wrong with it.

    Of an Express execution, AWS tells only what its state machine logs; without that, its state
    machine is shown, and how to have it logged.

    Args:
        what: ARN of an execution or of a state machine (its version or alias included), or a
            definition.

    Raises:
        ValueError: the ARN is of neither, or the definition is not JSON.
        FileNotFoundError: no such file.
        botocore.exceptions.ClientError: AWS knows no such thing.
    """
    if isinstance(what, Mapping | Path) or is_text(what):
        present(picture_of(what))
        return
    kind = what.split(":")[5] if what.count(":") >= 6 else ""
    if kind == "stateMachine":
        _show_machine(what)
    elif kind in ("execution", "express"):
        _show_execution(what)
    else:
        raise ValueError(f"neither an execution nor a state machine: {what}")


def _show_machine(arn: str) -> None:
    machine = client(arn).describe_state_machine(stateMachineArn=arn)
    definition = parse(machine["definition"])
    words = text.describe_machine(machine["name"], definition)
    present(Picture(graph.source(definition), words))


def _show_execution(arn: str) -> None:
    try:
        recording = read(arn)
    except LookupError as error:  # an Express execution that left no history
        _show_machine(machine_of(arn).partition("/")[0])  # of a Map Run, the Map's
        present(Fold(f"<div>{escape(str(error))}.</div>", f"{error}."))
        return
    definition, execution = recording.definition, recording.execution
    present(picture_of_execution(definition, execution))
    present(events_fold(rows(recording.events), recording.events))
    present(states_fold(definition, execution))
