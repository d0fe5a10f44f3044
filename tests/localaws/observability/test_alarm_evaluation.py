"""What an alarm makes of its datapoints, by AWS's tables and in AWS's words.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import pytest

from localaws.observability.evaluation import Point, Rule, evaluate, java

TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
VALUES = {"0": 0.0, "X": 5.0, "-": None}
NOON = 1767614400  # 5 January 2026, 12:00:00


def rule(needed: int | None, missing: str = "missing", periods: int = 3, **changes: object) -> Rule:
    fields = {
        "comparison": "GreaterThanThreshold",
        "threshold": 1.0,
        "periods": periods,
        "datapoints": needed,
        "missing": missing,
        "statistic": "Sum",
        "period": 60,
        "unit": None,
    }
    return Rule(**{**fields, **changes})  # type: ignore[arg-type]


def points(drawn: str) -> list[Point]:
    """Datapoints as AWS's tables draw them, the most recent on the right."""
    values = [VALUES[one] for one in drawn.split()]
    return [
        Point(NOON - 60 * age, value, 0.0 if value is None else 1.0)
        for age, value in enumerate(reversed(values), 1)
    ]


@pytest.mark.parametrize(
    ("needed", "drawn", "states"),
    [
        (3, "0 - X - X", "OK OK OK OK"),
        (3, "0 - - - -", "OK OK OK OK"),
        (3, "- - - - -", "INSUFFICIENT_DATA retained ALARM OK"),
        (3, "0 X X - X", "ALARM ALARM ALARM ALARM"),
        (3, "- - X - -", "ALARM retained ALARM OK"),
        (3, "- - - - X", "INSUFFICIENT_DATA retained ALARM OK"),
        (3, "- - - X -", "INSUFFICIENT_DATA retained ALARM OK"),
        (2, "0 - X - X", "ALARM ALARM ALARM ALARM"),
        (2, "0 0 X 0 X", "ALARM ALARM ALARM ALARM"),
        (2, "0 - X - -", "OK OK ALARM OK"),
        (2, "- - - - 0", "OK OK ALARM OK"),
        (2, "- - - X -", "ALARM retained ALARM OK"),
    ],
)
def test_missing_data(needed: int, drawn: str, states: str) -> None:
    found = []
    for treatment in TREATMENTS:
        verdict = evaluate(rule(needed, treatment), points(drawn), NOON)
        found.append("retained" if verdict is None else verdict.state)
    assert found == states.split()


@pytest.mark.parametrize(
    ("comparison", "breaking"),
    [
        ("GreaterThanThreshold", [2.0]),
        ("GreaterThanOrEqualToThreshold", [1.0, 2.0]),
        ("LessThanThreshold", [0.0]),
        ("LessThanOrEqualToThreshold", [0.0, 1.0]),
    ],
)
def test_comparisons(comparison: str, breaking: list[float]) -> None:
    compared = rule(1, comparison=comparison)
    assert [value for value in (0.0, 1.0, 2.0) if compared.breaks(value)] == breaking


@pytest.mark.parametrize(
    ("made", "drawn", "reason"),
    [
        (
            rule(None, "notBreaching", 1, comparison="GreaterThanOrEqualToThreshold"),
            "- - X",
            (
                "Threshold Crossed: 1 datapoint [5.0 (05/01/26 11:59:00)] was greater than or "
                "equal to the threshold (1.0)."
            ),
        ),
        (
            rule(None, "notBreaching", 1),
            "- - 0",
            (
                "Threshold Crossed: 1 datapoint [0.0 (05/01/26 11:59:00)] was not greater than the "
                "threshold (1.0)."
            ),
        ),
        (
            rule(None, "notBreaching", 1),
            "- - -",
            (
                "Threshold Crossed: no datapoints were received for 1 period and 1 missing "
                "datapoint was treated as [NonBreaching]."
            ),
        ),
        (
            rule(None, "breaching"),
            "- - - - 0",
            (
                "Threshold Crossed: 1 datapoint [0.0 (05/01/26 11:59:00)] was not greater than the "
                "threshold (1.0) and 2 missing datapoints were treated as [Breaching]."
            ),
        ),
        (
            rule(1, "missing", 1),
            "- - X",
            (
                "Threshold Crossed: 1 out of the last 1 datapoints [5.0 (05/01/26 11:59:00)] was "
                "greater than the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."
            ),
        ),
        (
            rule(2, "missing"),
            "0 0 0 0 0",
            (
                "Threshold Crossed: 3 out of the last 3 datapoints [0.0 (05/01/26 11:59:00), 0.0 "
                "(05/01/26 11:58:00), 0.0 (05/01/26 11:57:00)] were not greater than the threshold "
                "(1.0) (minimum 2 datapoints for ALARM -> OK transition)."
            ),
        ),
        (
            rule(None, "missing", 5),
            "X X X X X",
            (
                "Threshold Crossed: 5 datapoints were greater than the threshold (1.0). The most "
                "recent datapoints which crossed the threshold: [5.0 (05/01/26 11:59:00), 5.0 "
                "(05/01/26 11:58:00), 5.0 (05/01/26 11:57:00), 5.0 (05/01/26 11:56:00), 5.0 "
                "(05/01/26 11:55:00)]."
            ),
        ),
        (rule(None, "missing", 1), "- - -", "Insufficient Data: 1 datapoint was unknown."),
        (rule(None, "missing"), "- - - - -", "Insufficient Data: 3 datapoints were unknown."),
    ],
)
def test_reasons(made: Rule, drawn: str, reason: str) -> None:
    verdict = evaluate(made, points(drawn), NOON)
    assert verdict is not None
    assert verdict.reason == reason


def test_the_data_of_a_reason() -> None:
    verdict = evaluate(rule(3, unit="Count"), points("X - X"), NOON + 0.5)
    assert verdict is not None
    assert verdict.data == {
        "version": "1.0",
        "queryDate": "2026-01-05T12:00:00.500+0000",
        "startDate": "2026-01-05T11:57:00.000+0000",
        "unit": "Count",
        "statistic": "Sum",
        "period": 60,
        "recentDatapoints": [5.0, 5.0],
        "threshold": 1.0,
        "evaluatedDatapoints": [
            {"timestamp": "2026-01-05T11:59:00.000+0000", "sampleCount": 1.0, "value": 5.0},
            {"timestamp": "2026-01-05T11:58:00.000+0000"},
            {"timestamp": "2026-01-05T11:57:00.000+0000", "sampleCount": 1.0, "value": 5.0},
        ],
    }


@pytest.mark.parametrize(
    ("number", "written"),
    [(1.0, "1.0"), (0.0, "0.0"), (4800.0, "4800.0"), (1e7, "1.0E7"), (1.5e-4, "1.5E-4")],
)
def test_numbers_are_written_as_in_java(number: float, written: str) -> None:
    assert java(number) == written
