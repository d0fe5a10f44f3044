"""Faults of a definition that are told before it runs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localaws.stepfunctions.definitions import problems

PASS = {"Type": "Pass", "End": True}


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        ([], "INVALID_JSON_DESCRIPTION: a definition is a JSON object"),
        (
            {"StartAt": "A"},
            "SCHEMA_VALIDATION_FAILED: 'States' must hold at least one state at /States",
        ),
        (
            {"StartAt": "B", "States": {"A": PASS}},
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /StartAt",
        ),
        (
            {"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [], "Default": "B"}}},
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Default",
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
            (
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: C at "
                "/States/A/ItemProcessor/StartAt"
            ),
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
            (
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: A at "
                "/States/A/Branches[0]/States/B/Next"
            ),
        ),
    ],
)
def test_a_fault_is_named_with_its_place(definition: Any, problem: str) -> None:
    assert problems(json.dumps(definition)) == [problem]


def test_what_is_no_json_is_told_with_its_place() -> None:
    [problem] = problems('{"StartAt": "A"\n  7}')
    assert problem.startswith("INVALID_JSON_DESCRIPTION: ")
    assert "line 2" in problem


def test_a_sound_definition_has_no_fault() -> None:
    assert problems(json.dumps({"StartAt": "A", "States": {"A": PASS}})) == []


def test_all_faults_are_named() -> None:
    states = {
        "A": {"Type": "Pass", "Next": "Nowhere"},
        "B": {"Type": "Pass"},
        "C": {"Type": "Fail", "Next": "A"},
        "D": {"Type": "Guess"},
        "E": [],
    }
    assert sorted(problems(json.dumps({"StartAt": "A", "States": states}))) == [
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: Nowhere at /States/A/Next",
        "SCHEMA_VALIDATION_FAILED: A Fail state has no field 'Next' at /States/C",
        (
            "SCHEMA_VALIDATION_FAILED: A Pass state has either the field 'Next' "
            "or the field 'End' at /States/B"
        ),
        "SCHEMA_VALIDATION_FAILED: A state is a JSON object at /States/E",
        (
            "SCHEMA_VALIDATION_FAILED: The field 'Type' must be one of Task, Parallel, Map, Pass, "
            'Wait, Choice, Succeed, Fail, not "Guess", at /States/D'
        ),
    ]


def test_a_state_that_nothing_leads_to_is_named() -> None:
    assert problems(json.dumps({"StartAt": "A", "States": {"A": PASS, "B": PASS}})) == [
        'MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/B'
    ]
