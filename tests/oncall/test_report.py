"""A week's report, the file that keeps it, and a class's results."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderlab import oncall
from orderlab.console.outputs.chart import Chart
from orderlab.oncall import keeping
from orderlab.oncall.losses import Reference
from orderlab.oncall.report import report

from .conftest import order, week


def test_the_report_tells_what_broke_what_was_done_and_what_was_saved(reference: Reference) -> None:
    played = week(order(1), order(2, "FAILED"), order(3), order(4))
    chart = report(played, reference)
    lines = chart.text.splitlines()
    assert lines[0] == "Week 7, Ada on call: score 67."
    assert "  Orders saved, beside nobody: 2 of 3." in lines
    assert "    Looked at after 5 min, over after 1 h 00 min. Give it memory." in lines
    assert list(chart.data["what"]) == ["broke", "page", "act", "mended"]
    assert "dev-OrderTrouble" in chart.svg or "<svg" in chart.svg
    assert report(played, reference).svg == chart.svg, "equal weeks are drawn with equal bytes"


def test_what_is_kept_is_read_again(reference: Reference, tmp_path: Path) -> None:
    played = week(order(1), order(2, "FAILED", is_charged=True), player="Ada L.")
    path = keeping.keep(tmp_path, played, reference)
    assert path.relative_to(tmp_path).as_posix() == "oncall/results/seed-7-ada-l.json"
    assert keeping.read(path) == (played, reference)


def test_a_class_stands_side_by_side_the_best_first(reference: Reference, tmp_path: Path) -> None:
    for player, orders in {
        "Ada": [order(1), order(2), order(3), order(4, "FAILED")],
        "Bob": [order(1), order(2, "FAILED"), order(3, "FAILED"), order(4, "FAILED")],
        "Cleo": [order(1), order(2), order(3), order(4)],
    }.items():
        keeping.keep(tmp_path, week(*orders, player=player), reference)
    chart = oncall.compare(tmp_path / keeping.FOLDER)
    assert isinstance(chart, Chart)
    assert list(chart.data["player"]) == ["Cleo", "Ada", "Bob"]
    assert list(chart.data["score"]) == [100, 67, 0]
    assert list(chart.data["minutes to mend"]) == [60, 60, 60]


def test_an_empty_folder_and_another_file_say_so(tmp_path: Path) -> None:
    assert "No week is kept here yet" in repr(oncall.compare(tmp_path))
    (tmp_path / "notes.json").write_text("{}", "utf-8")
    with pytest.raises(ValueError, match=r"notes\.json is no week on call"):
        oncall.compare(tmp_path)


@pytest.mark.parametrize("name", ["", "../Ada", "a/b", "x" * 41, None])
def test_a_name_that_could_be_no_files_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="A player's name has letters"):
        keeping.check(name)
