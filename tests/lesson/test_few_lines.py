"""A ticket of lesson 12 may be mended by undoing what was done: its lines are few enough."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from orderlab.lesson import places
from orderlab.lesson.catalogue import e12_1, e12_2, e12_3, e12_4, e12_5
from orderlab.lesson.edits import changed_lines, copy_application


@pytest.mark.parametrize(
    "ticket", [e12_1, e12_2, e12_3, e12_4, e12_5], ids=lambda ticket: ticket.exercise.id
)
def test_undoing_it_is_few_lines(ticket: ModuleType, tmp_path: Path) -> None:
    places.make_given(ticket.exercise, tmp_path / "given")
    copy_application(places.COURSE, tmp_path / "mended")
    assert 0 < changed_lines(tmp_path / "given", tmp_path / "mended") <= ticket.MOST_LINES
