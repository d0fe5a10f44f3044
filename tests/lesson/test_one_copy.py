"""Exercises of a lesson that edit the learner's own files are all solved in one copy."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from orderlab.lesson.index import all_ids, find
from orderlab.lesson.judging import running
from orderlab.lesson.solutions import of_exercise


def together() -> list[list[str]]:
    """The exercises that share a copy, lesson by lesson, where there are several."""
    found = defaultdict(list)
    for name in all_ids():
        if find(name).files and not find(name).given:
            found[name.split(".")[0]].append(name)
    return [names for names in found.values() if len(names) > 1]


@pytest.mark.parametrize("names", together(), ids=" and ".join)
def test_who_solves_all_in_one_copy_has_solved_each(names: list[str], copy: Path) -> None:
    for name in names:
        of_exercise(name).solution.make(copy, name)
    verdicts = [running.judge(find(name), copy) for name in names]
    assert [verdict.sentence for verdict in verdicts if not verdict.solved] == []
