"""A time axis on which days and milliseconds can both be read."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.console.timelines.axis import CUT, axis_of

TIMES = st.lists(st.floats(0, 1e7).map(lambda seconds: round(seconds, 3)), min_size=1, max_size=30)


@given(TIMES, st.booleans())
def test_later_is_further_right(moments: list[float], is_open: bool) -> None:
    axis = axis_of(moments, is_open)
    places = [axis.place(moment) for moment in sorted(moments)]
    assert places == sorted(places)
    assert all(0 <= place <= axis.open for place in places)
    assert axis.place(None) == 1
    assert (axis.open < 1) == is_open


@given(TIMES)
def test_to_scale_but_where_it_is_cut(moments: list[float]) -> None:
    axis = axis_of(moments, False)
    scales = [
        (axis.place(end) - axis.place(start)) / (end - start)
        for start, end in pairwise(sorted({0.0, *moments}))
        if (start, end) not in axis.cuts and end - start > 0.01
    ]
    assert scales == pytest.approx([scales[0]] * len(scales), rel=1e-3) if scales else True
    whole = max(moments)
    cut = sum(end - start for start, end in axis.cuts)
    assert not axis.cuts or cut >= CUT * (whole - cut) * 0.99


@given(TIMES, st.floats(0.05, 0.3))
def test_ticks_have_room(moments: list[float], widest: float) -> None:
    places = [place for place, _ in axis_of(moments, False).ticks(widest)]
    assert places[0] == 0
    assert all(there - here >= widest * 0.99 for here, there in pairwise(places))
    assert places[-1] <= 1.0001


def test_a_wait_of_days_leaves_room_for_a_call() -> None:
    axis = axis_of([0.2, 0.2 + 3 * 86_400, 0.5 + 3 * 86_400], False)
    assert axis.cuts == ((0.2, 0.2 + 3 * 86_400),)
    assert axis.place(0.2) > 0.15
    labels = [label for _, label in axis.ticks(0.1)]
    assert (labels[0], labels[-1][0]) == ("0 s", "+")
    assert "3 d" in labels


@pytest.mark.parametrize("seconds", [0.5, 30, 600, 7200, 864_000])
def test_round_ticks(seconds: float) -> None:
    labels = [label for _, label in axis_of([seconds], False).ticks(0.1)]
    assert 3 <= len(labels) <= 11
    assert len(set(labels)) == len(labels)


def test_all_in_one_moment() -> None:
    axis = axis_of([0.0], False)
    assert axis.place(0.0) == 0
    assert axis.ticks(0.1)[0] == (0.0, "0 s")
