"""Durations in a few characters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.console.durations import short

UNITS = {"ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86_400}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.0002, "1 ms"),
        (0.0264, "26 ms"),
        (0.9996, "1 s"),
        (1.2345, "1.23 s"),
        (9.999, "10 s"),
        (45, "45 s"),
        (59.96, "1 min"),
        (90, "1 min 30 s"),
        (3599.9, "1 h"),
        (5400, "1 h 30 min"),
        (93_600.026, "26 h"),
        (170_000, "47 h 13 min"),
        (259_200, "3 d"),
        (352_800, "4 d 2 h"),
    ],
)
def test_as_a_person_says_it(seconds: float, said: str) -> None:
    assert short(seconds) == said


@given(st.floats(0.001, 4e7))
def test_nearly_as_long(seconds: float) -> None:
    parts = re.findall(r"([\d.]+) (ms|s|min|h|d)\b", short(seconds))
    assert 1 <= len(parts) <= 2
    told = sum(float(count) * UNITS[unit] for count, unit in parts)
    assert told == pytest.approx(seconds, rel=0.02, abs=0.0005)
