"""Which executions and which histories are read, and what is said of those that are not."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from orderlab import console
from orderlab.console.many import gathering, listing


def test_of_many_a_part_is_read_and_that_is_said(
    make_machine: Any, ended: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = [{"Variable": "$.fail", "IsPresent": True, "Next": "No"}]
    machine = make_machine(
        {
            "StartAt": "Which",
            "States": {
                "Which": {"Type": "Choice", "Choices": choices, "Default": "Yes"},
                "Yes": {"Type": "Succeed"},
                "No": {"Type": "Fail", "Error": "Asked"},
            },
        }
    )
    client = boto3.client("stepfunctions")
    arns = [
        client.start_execution(
            stateMachineArn=machine,
            name=f"part-{number}",
            input='{"fail": 1}' if number in (1, 13) else "{}",
        )["executionArn"]
        for number in range(20)
    ]
    from localaws import clock

    clock.run_until(*arns)
    monkeypatch.setattr(gathering, "HISTORIES", 5)
    outcomes = console.outcomes(machine)
    # The histories are those of every fourth, and beside them of all that failed.
    read = outcomes.table["retries"].notna()
    assert list(outcomes.table.index[read]) == [0, 1, 4, 8, 12, 13, 16]
    assert outcomes.flow.text.splitlines()[:2] == [
        "Flow of 5 of 20 executions",
        "  Start to Which: 5 (100 %)",
    ]
    assert "Flow of 5 of 20 executions" in outcomes.flow.svg
    assert outcomes.failures.text.startswith("Causes of 2 failures")
    assert "7 of 20 executions" in console.coverage(machine).chart.text


@pytest.mark.parametrize("interrupted", [0, 3])
def test_ctrl_c_keeps_what_was_read(
    make_machine: Any, one_state: Any, ended: Any, monkeypatch: pytest.MonkeyPatch, interrupted: int
) -> None:
    machine = make_machine(one_state({"Type": "Pass"}))
    arns = ended(machine, 5)
    calls = itertools.count()
    run_of = gathering.run_of

    def follow(*given: Any) -> Any:
        if next(calls) == interrupted:
            raise KeyboardInterrupt
        return run_of(*given)

    monkeypatch.setattr(gathering, "run_of", follow)
    outcomes = console.outcomes(machine, arns)
    note = f"Stopped by Ctrl-C: {interrupted} of 5 histories read, and what follows is of those."
    assert outcomes.notes == [note]
    assert repr(outcomes).startswith(note)
    assert len(outcomes.table) == 5
    if interrupted:
        assert outcomes.flow.text.startswith("Flow of 3 of 5 executions")
    else:
        assert "no history" in outcomes.flow.text


def test_an_express_workflow_has_no_list(make_machine: Any, one_state: Any) -> None:
    machine = make_machine(one_state({"Type": "Pass"}), type="EXPRESS")
    with pytest.raises(ValueError, match="is an Express workflow: AWS keeps neither"):
        console.outcomes(machine)


def test_what_is_not_there(make_machine: Any, one_state: Any) -> None:
    machine = make_machine(one_state({"Type": "Pass"}))
    with pytest.raises(ClientError, match="StateMachineDoesNotExist"):
        console.outcomes(f"{machine}-not")
    with pytest.raises(ClientError, match=r"Execution Does Not Exist.*:none"):
        console.coverage(machine, ["none"])


class Refusing:
    """A client that refuses some calls."""

    def __init__(self, client: Any, refused: set[str]) -> None:
        self._client = client
        self._refused = refused

    def __getattr__(self, name: str) -> Any:
        if name in self._refused:
            return self._refuse
        return getattr(self._client, name)

    def get_paginator(self, name: str) -> Any:
        if name in self._refused:
            return type("Pages", (), {"paginate": staticmethod(self._refuse)})
        return self._client.get_paginator(name)

    def _refuse(self, **_: Any) -> Any:
        error = {"Code": "AccessDeniedException", "Message": "is not authorized"}
        raise ClientError({"Error": error}, "Some")


def test_what_is_refused_is_said_and_the_rest_shown(
    make_machine: Any, one_state: Any, ended: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = make_machine(one_state({"Type": "Pass"}))
    arns = ended(machine, 2)
    client = gathering.client

    def refuse(*calls: str) -> None:
        for module in (gathering, listing):
            monkeypatch.setattr(module, "client", lambda arn: Refusing(client(arn), set(calls)))

    refuse("describe_state_machine", "list_executions")
    outcomes = console.outcomes(machine, arns)
    assert Counter(outcomes.table["status"]) == {"SUCCEEDED": 2}
    assert "The definition may not be read." in outcomes.notes[0]
    assert "is not authorized" in repr(outcomes)
    with pytest.raises(PermissionError, match="not authorized"):
        console.coverage(machine, arns)
    refuse("get_execution_history")
    outcomes = console.outcomes(machine)
    assert "0 of 2 histories read" in outcomes.notes[0]
    assert list(outcomes.outcomes.data["count"]) == [2]


def test_another_aws_than_ours(run: Any) -> None:
    """Plain moto: it neither pages nor orders histories, and knows no includeExecutionData."""
    states = {
        "First": {"Type": "Pass", "Next": "Last"},
        "Last": {"Type": "Fail", "Error": "No"},
    }
    arn = run({"StartAt": "First", "States": states}, {})
    machine = arn.replace(":execution:", ":stateMachine:").rpartition(":")[0]
    outcomes = console.outcomes(machine)
    assert outcomes.failures.data.loc[0, ["error", "state", "count"]].tolist() == ["No", "Last", 1]
    assert "First to Last: 1 (100 %)" in outcomes.flow.text
    assert console.coverage(machine, ["e1"]).percent == 100
