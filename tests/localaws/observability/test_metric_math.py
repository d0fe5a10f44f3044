"""Metric math: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html"""

from __future__ import annotations

import pytest
from moto.cloudwatch.exceptions import ValidationError

from localaws.observability.metricmath import Expression, Points

SLOTS = [0, 60, 120, 180]
SERIES: dict[str, Points] = {
    "errors": {0: 1.0, 120: 3.0},
    "calls": {0: 4.0, 60: 2.0, 120: 6.0, 180: 0.0},
}


def value(text: str) -> Points:
    return Expression(text, SERIES, SLOTS, 60).value()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("errors", {0: 1.0, 120: 3.0}),
        ("errors / calls * 100", {0: 25.0, 120: 50.0}),  # where either is missing, nothing
        ("calls / calls", {0: 1.0, 60: 1.0, 120: 1.0}),  # nor where one divides by zero
        ("2 + 3 * 4 ^ 2 - -1", dict.fromkeys(SLOTS, 51.0)),
        ("(1 + 2) * calls", {0: 12.0, 60: 6.0, 120: 18.0, 180: 0.0}),
        ("FILL(errors, 0)", {0: 1.0, 60: 0.0, 120: 3.0, 180: 0.0}),
        ("FILL(errors, REPEAT)", {0: 1.0, 60: 1.0, 120: 3.0, 180: 3.0}),
        ("FILL(errors, LINEAR)", {0: 1.0, 60: 2.0, 120: 3.0}),
        ("SUM([errors, calls])", {0: 5.0, 60: 2.0, 120: 9.0, 180: 0.0}),
        ("SUM(METRICS())", {0: 5.0, 60: 2.0, 120: 9.0, 180: 0.0}),
        ('MAX(METRICS("err"))', {0: 1.0, 120: 3.0}),
        ("SUM(calls)", dict.fromkeys(SLOTS, 12.0)),
        ("errors / SUM(errors)", {0: 0.25, 120: 0.75}),
        ("AVG(calls)", dict.fromkeys(SLOTS, 3.0)),
        ("IF(calls > 3, 1, 0)", {0: 1.0, 60: 0.0, 120: 1.0, 180: 0.0}),
        ("IF(calls > 3 AND errors, calls)", {0: 4.0, 120: 6.0}),
        ("RUNNING_SUM(calls)", {0: 4.0, 60: 6.0, 120: 12.0, 180: 12.0}),
        ("DIFF(calls)", {60: -2.0, 120: 4.0, 180: -6.0}),
        ("errors / PERIOD(errors)", {0: 1 / 60, 120: 0.05}),
        ("ABS(0 - errors)", {0: 1.0, 120: 3.0}),
        ("METRIC_COUNT(METRICS())", dict.fromkeys(SLOTS, 2.0)),
    ],
)
def test_expressions(expression: str, expected: Points) -> None:
    assert value(expression) == pytest.approx(expected)


@pytest.mark.parametrize(
    "expression",
    ["", "errors +", "unknown", "SEARCH('x', 'Sum', 60)", "METRICS()", "1 2", "SUM(", "errors $ 2"],
)
def test_what_is_no_expression(expression: str) -> None:
    with pytest.raises(ValidationError, match="Error in expression"):
        value(expression)
