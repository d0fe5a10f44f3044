"""Exercise 05.3 compares a bill with that of the stack that it gives."""

from __future__ import annotations

from pathlib import Path

import pytest

import localaws
from localaws.functions import metering
from orderlab.lesson import places
from orderlab.lesson.catalogue import e05_3
from orderlab.lesson.judging.shop import Shop


def test_the_given_stack_is_billed_as_the_exercise_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the large orders is cut off, and no other, however slow this machine is."""
    monkeypatch.setattr(metering, "PATIENCE", 120.0)
    given = tmp_path / "given"
    places.make_given(e05_3.exercise, given)
    localaws.start()
    try:
        failed, slowest, billed = e05_3.measured(Shop(given, "05.3"))
    finally:
        localaws.stop()
    assert (failed, slowest) == (10, 3.0)
    assert billed == pytest.approx(e05_3.GIVEN, rel=0.01)
