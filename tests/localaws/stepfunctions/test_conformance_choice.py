"""The operators of a Choice in JSONPath.

states-language.net/spec.html, "Choice State", and
docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

from typing import Any

T1, T2 = "2016-03-14T01:59:00Z", "2016-03-14T02:59:00+01:00"  # one moment, spelled twice
LATER = "2016-03-14T01:59:00.5Z"
GIVEN = {
    "s": "b", "n": 2, "f": 2.0, "t": T1, "yes": True, "nothing": None, "text": "zebra-7.log",
    "star": "a*b", "a": "a", "c": "c", "one": 1, "three": 3, "same": T2, "later": LATER,
    "list": [1], "object": {},
}  # fmt: skip
HOLDS: list[tuple[str, str, Any]] = [
    ("s", "StringEquals", "b"),
    ("s", "StringEqualsPath", "$.s"),
    ("s", "StringLessThan", "c"),
    ("s", "StringLessThanPath", "$.c"),
    ("s", "StringGreaterThan", "a"),
    ("s", "StringGreaterThanPath", "$.a"),
    ("s", "StringLessThanEquals", "b"),
    ("s", "StringLessThanEqualsPath", "$.s"),
    ("s", "StringGreaterThanEquals", "b"),
    ("s", "StringGreaterThanEqualsPath", "$.s"),
    ("text", "StringMatches", "*.log"),
    ("text", "StringMatches", "zebra-*.*"),
    ("text", "StringMatches", "zebra-7.log"),
    ("star", "StringMatches", "a\\*b"),
    ("n", "NumericEquals", 2),
    ("f", "NumericEquals", 2),
    ("n", "NumericEqualsPath", "$.f"),
    ("n", "NumericLessThan", 2.5),
    ("n", "NumericLessThanPath", "$.three"),
    ("n", "NumericGreaterThan", 1),
    ("n", "NumericGreaterThanPath", "$.one"),
    ("n", "NumericLessThanEquals", 2),
    ("n", "NumericLessThanEqualsPath", "$.n"),
    ("n", "NumericGreaterThanEquals", 2),
    ("n", "NumericGreaterThanEqualsPath", "$.n"),
    ("yes", "BooleanEquals", True),
    ("yes", "BooleanEqualsPath", "$.yes"),
    ("t", "TimestampEquals", T2),
    ("t", "TimestampEqualsPath", "$.same"),
    ("t", "TimestampLessThan", LATER),
    ("t", "TimestampLessThanPath", "$.later"),
    ("later", "TimestampGreaterThan", T1),
    ("later", "TimestampGreaterThanPath", "$.t"),
    ("t", "TimestampLessThanEquals", T1),
    ("t", "TimestampLessThanEqualsPath", "$.same"),
    ("t", "TimestampGreaterThanEquals", T1),
    ("t", "TimestampGreaterThanEqualsPath", "$.t"),
    ("nothing", "IsNull", True),
    ("s", "IsNull", False),
    ("nothing", "IsPresent", True),
    ("missing", "IsPresent", False),
    ("n", "IsNumeric", True),
    ("yes", "IsNumeric", False),
    ("s", "IsString", True),
    ("n", "IsString", False),
    ("yes", "IsBoolean", True),
    ("t", "IsTimestamp", True),
    ("later", "IsTimestamp", True),
    ("s", "IsTimestamp", False),
]
DOES_NOT: list[tuple[str, str, Any]] = [
    ("s", "StringEquals", "B"),
    ("n", "StringEquals", "2"),  # of another type
    ("s", "NumericEquals", 2),
    ("yes", "NumericEquals", 1),
    ("one", "BooleanEquals", True),
    ("nothing", "StringEquals", ""),
    ("s", "TimestampEquals", T1),
    ("text", "StringMatches", "zebra"),
    ("text", "StringMatches", "zebra-?.log"),
    ("text", "StringMatches", "ZEBRA*"),
    ("text", "StringMatches", "[z]ebra*"),
    ("star", "StringMatches", "a\\*"),
    ("s", "StringLessThanPath", "$.n"),
]


def decide(run: Any, rule: dict[str, Any], given: Any = GIVEN, **fields: Any) -> Any:
    choice = {"Type": "Choice", "Choices": [{**rule, "Next": "B"}], "Default": "C", **fields}
    yes = {"Type": "Pass", "Result": "yes", "End": True}
    return run(choice, yes, {"Type": "Pass", "Result": "no"}, given=given)


def all_at_once(run: Any, cases: list[tuple[str, str, Any]]) -> list[str]:
    """Decide all rules in one execution, one after the other; returns what each came to."""
    branches = []
    for number, (name, operator, value) in enumerate(cases):
        rule = {"Variable": f"$.{name}", operator: value, "Next": f"Y{number}"}
        states = {
            f"C{number}": {"Type": "Choice", "Choices": [rule], "Default": f"N{number}"},
            f"Y{number}": {"Type": "Pass", "Result": "yes", "End": True},
            f"N{number}": {"Type": "Pass", "Result": "no", "End": True},
        }
        branches.append({"StartAt": f"C{number}", "States": states})
    return list(run({"Type": "Parallel", "Branches": branches}, given=GIVEN).output)


def test_rules_that_hold(run: Any) -> None:
    found = all_at_once(run, HOLDS)
    assert [case for case, one in zip(HOLDS, found, strict=True) if one != "yes"] == []


def test_rules_that_do_not(run: Any) -> None:
    found = all_at_once(run, DOES_NOT)
    assert [case for case, one in zip(DOES_NOT, found, strict=True) if one != "no"] == []


def test_rules_are_combined(run: Any) -> None:
    missing = {"Variable": "$.missing", "StringEquals": "x"}
    present = {"Variable": "$.missing", "IsPresent": True}
    assert decide(run, {"Not": {"And": [present, missing]}}).output == "yes"
    assert decide(run, {"Or": [{"Variable": "$.n", "NumericEquals": 2}, missing]}).output == "yes"


def test_the_context_object_is_compared(run: Any) -> None:
    rule = {"Variable": "$$.State.Name", "StringEqualsPath": "$$.Execution.Input.name"}
    assert decide(run, rule, given={"name": "A"}).output == "yes"


def test_a_variable_that_is_not_there(run: Any) -> None:
    outcome = decide(run, {"Variable": "$.missing", "StringEquals": "x"})
    assert outcome.failure == (
        "States.Runtime",
        (
            "An error occurred while executing the state 'A' (entered at the event id #2). Invalid "
            "path '$.missing': The choice state's condition path references an invalid value."
        ),
    )


def test_input_and_output_are_filtered(run: Any) -> None:
    rule = {"Variable": "$.route", "StringEquals": "yes"}
    choice: dict[str, Any] = {"Type": "Choice", "InputPath": "$.in", "OutputPath": "$.out"}
    choice |= {"Choices": [{**rule, "Next": "B"}]}
    given = {"in": {"route": "yes", "out": 1}, "route": "no"}
    assert run(choice, {"Type": "Succeed"}, given=given).output == 1


def test_a_rule_assigns(run: Any) -> None:
    """Only what applies assigns: the rule, or the state for its Default."""
    read = {"Type": "Pass", "Parameters": {"v.$": "$v"}, "End": True}
    simple: dict[str, Any] = {"Variable": "$.s", "StringEquals": "b"}
    rules: list[dict[str, Any]] = [
        simple,
        {"Not": {**simple, "StringEquals": "x"}},
        {"And": [simple, simple]},
    ]
    for rule in rules:
        choice: dict[str, Any] = {
            "Type": "Choice",
            "Choices": [{**rule, "Assign": {"v.$": "$.n"}, "Next": "B"}],
            "Default": "B",
            "Assign": {"v": "default"},
        }
        outcome = run(choice, read, given=GIVEN)
        assert outcome.output == {"v": 2}
        assert outcome.details("ChoiceStateExited")["assignedVariables"] == {"v": "2"}
        assert run(choice, read, given={"s": "x"}).output == {"v": "default"}


def test_a_rule_puts_out(run: Any) -> None:
    rules = [{"Condition": "{% $states.input.n = 1 %}", "Output": "rule", "Next": "B"}]
    choice = {"Type": "Choice", "Choices": rules, "Default": "B", "Output": "default"}
    for number, expected in ((1, "rule"), (2, "default")):
        outcome = run(choice, {"Type": "Succeed"}, given={"n": number}, QueryLanguage="JSONata")
        assert outcome.output == expected


def test_a_workflow_variable_that_is_not_there(run: Any) -> None:
    assert decide(run, {"Variable": "$v", "IsPresent": False}).output == "yes"
    cause = decide(run, {"Variable": "$v.x", "StringEquals": "x"}).failure[1]
    assert "Invalid path '$v.x'" in cause
