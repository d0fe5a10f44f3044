"""Faults of a definition that are told before it runs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localaws.definitions import first_problem

PASS = {"Type": "Pass", "End": True}


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        ([], "INVALID_JSON_DESCRIPTION: a definition is a JSON object"),
        (
            {"StartAt": "A"},
            "SCHEMA_VALIDATION_FAILED: 'States' must hold at least one state at /",
        ),
        (
            {"StartAt": "B", "States": {"A": PASS}},
            "MISSING_TRANSITION_TARGET: Missing 'StartAt' target: B at /StartAt",
        ),
        (
            {"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [], "Default": "B"}}},
            "MISSING_TRANSITION_TARGET: Missing 'Default' target: B at /States/A/Default",
        ),
        (
            {
                "StartAt": "A",
                "States": {"A": {**PASS, "Catch": [{"ErrorEquals": ["X"], "Next": "B"}]}},
            },
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Catch[0]/Next",
        ),
        (
            {
                "StartAt": "A",
                "States": {
                    "A": {
                        "Type": "Map",
                        "End": True,
                        "ItemProcessor": {"StartAt": "C", "States": {"B": PASS}},
                    }
                },
            },
            "MISSING_TRANSITION_TARGET: Missing 'StartAt' target: C "
            "at /States/A/ItemProcessor/StartAt",
        ),
        (
            {
                "StartAt": "A",
                "States": {
                    "A": {
                        "Type": "Parallel",
                        "End": True,
                        "Branches": [
                            {"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "A"}}}
                        ],
                    }
                },
            },
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: A "
            "at /States/A/Branches[0]/States/B/Next",
        ),
    ],
)
def test_the_first_fault_is_named(definition: Any, problem: str) -> None:
    assert first_problem(json.dumps(definition)) == problem


def test_what_is_no_json_is_told_with_its_place() -> None:
    problem = first_problem('{"StartAt": "A",\n  }')
    assert problem is not None
    assert problem.startswith("INVALID_JSON_DESCRIPTION: ")
    assert "line 2" in problem


def test_a_sound_definition_has_no_fault() -> None:
    assert first_problem(json.dumps({"StartAt": "A", "States": {"A": PASS}})) is None
