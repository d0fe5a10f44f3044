"""Which Retry and Catch take an error: the rules of AWS's page on errors, one by one."""

from __future__ import annotations

import pytest

from orderlab.console.definition.errors import first_match, matches


@pytest.mark.parametrize(
    ("names", "error", "expected"),
    [
        (["Declined"], "Declined", True),
        (["Declined"], "declined", False),
        (["Declined", "Stolen"], "Stolen", True),
        (["States.ALL"], "Declined", True),
        (["States.ALL"], "States.Timeout", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.Runtime"], "States.Runtime", False),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.TaskFailed"], "States.DataLimitExceeded", False),
        (["States.DataLimitExceeded"], "States.DataLimitExceeded", True),
        (["States.TaskFailed"], "Declined", True),
        (["States.TaskFailed"], "States.Permissions", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.TaskFailed"], "States.HeartbeatTimeout", False),
        (["States.Timeout"], "States.HeartbeatTimeout", True),
        (["States.HeartbeatTimeout"], "States.Timeout", False),
        ([], "Declined", False),
    ],
)
def test_a_name_is_taken(names: list[str], error: str, expected: bool) -> None:
    assert matches(names, error) is expected


def test_the_first_that_fits_takes_it() -> None:
    handlers = [
        {"ErrorEquals": ["Stolen"]},
        {"ErrorEquals": ["States.TaskFailed"]},
        {"ErrorEquals": ["States.ALL"]},
        {"Next": "Broken"},
    ]
    assert first_match(handlers, "Stolen") == 0
    assert first_match(handlers, "Declined") == 1
    assert first_match(handlers, "States.Timeout") == 2
    assert first_match(handlers, "States.Runtime") is None
