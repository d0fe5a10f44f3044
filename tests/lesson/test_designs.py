"""The designs of lesson 21: each passes the check, and docs/capstone.md says what they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import localaws
from orderlab.lesson import designs, edits, places
from orderlab.lesson.catalogue import e21_1
from orderlab.lesson.edits import Edit
from orderlab.lesson.judging import judge
from orderlab.lesson.judging.shop import Shop

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "capstone.md").read_text(encoding="utf-8")
TRANSITION = Decimal("0.000025")  # dollars
BOTH = ("waiting", "rows")


def side_by_side(row: str) -> list[str]:
    """The cells of a row of the page's table."""
    (found,) = re.findall(rf"^\| {row} \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
    return list(found)


def edges(states: dict[str, Any]) -> Iterator[str]:
    """A definition's arrows, as the page draws them."""
    for name, state in states.items():
        targets = [rule["Next"] for rule in state.get("Choices", ())]
        targets += [state[key] for key in ("Default", "Next") if key in state]
        yield from (f"{name} --> {target}" for target in targets)
        yield from (f"{name} -.-> {rule['Next']}" for rule in state.get("Catch", ()))
        if inner := state.get("ItemProcessor"):
            yield f"{name} --> {inner['StartAt']}"
            yield from edges(inner["States"])


@pytest.mark.parametrize("design", BOTH)
def test_both_designs_pass_the_check(design: str, tmp_path: Path) -> None:
    edits.copy_application(places.COURSE, tmp_path)
    edits.apply(designs.added(design), tmp_path)
    localaws.start()
    try:
        verdict = judge.play(e21_1.exercise, Shop(tmp_path, "21.1", "all"))
    finally:
        localaws.stop()
    assert verdict.solved, repr(verdict)
    (took,) = [row.got for row in verdict.rows if row.scenario == "What a plain return takes"]
    column = BOTH.index(design)
    said = side_by_side("Transitions of a plain return")[column]
    assert took == f"{said} transitions"
    assert Decimal(side_by_side("1,000 returns, in dollars")[column]) == 1000 * TRANSITION * int(
        said
    )


def test_the_page_draws_what_is_built() -> None:
    drawn = re.findall(r"^```mermaid\nflowchart TD\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    built = [
        list(edges(json.loads(text)["States"]))
        for design in BOTH
        for path, text in designs.files(design).items()
        if path.endswith(".asl.json")
    ]
    assert sorted([line.strip() for line in block.splitlines()] for block in drawn) == sorted(built)


def test_one_design_becomes_another(tmp_path: Path) -> None:
    edits.copy_application(places.COURSE, tmp_path)
    edits.apply((*designs.added("begin"), *designs.replaced("begin", "rows")), tmp_path)
    for path, text in designs.files("rows").items():
        where = designs.TEMPLATE if path == designs.PART else path
        assert text in (tmp_path / where).read_text(encoding="utf-8")


def test_a_new_file_is_an_edit_without_a_before(tmp_path: Path) -> None:
    edits.apply([Edit("new/file.txt", "", "here\n")], tmp_path)
    assert (tmp_path / "new" / "file.txt").read_text(encoding="utf-8") == "here\n"
    with pytest.raises(ValueError, match="not once"):
        edits.apply([Edit("new/file.txt", "", "again\n")], tmp_path)
    with pytest.raises(ValueError, match="not once"):
        edits.apply([Edit("new/other.txt", "there", "")], tmp_path)
