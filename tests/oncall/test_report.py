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
    chart, told = report(played, reference)
    assert chart.text == ("Week 7, Ada on call: score 67. Orders saved, beside nobody: 2 of 3.")
    lines = [" ".join(line.split()) for line in told.text.splitlines()]
    assert "Ada 1 100.00 0.00 0.00 100.00" in lines
    assert "nobody 3 300.00 0.00 0.00 300.00" in lines
    assert "slow function Mon 10:00 5 min 1 h 00 min It became slow. Give it memory." in lines
    assert lines[-4:] == [
        "Mon 10:00 broke slow function",
        "Mon 10:01 page dev-OrderTrouble",
        "Mon 10:06 act lambda UpdateFunctionConfiguration",
        "Mon 11:00 mended slow function",
    ]
    assert list(chart.data["what"]) == ["broke", "page", "act", "mended"]
    again = report(played, reference).chart
    assert again.svg == chart.svg, "equal weeks are drawn with equal bytes"


def test_a_players_name_is_no_html(reference: Reference) -> None:
    told = report(week(order(1), player="A <b> B"), reference).told
    assert "A &lt;b&gt; B" in told.html
    assert "<b> B" not in told.html


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
