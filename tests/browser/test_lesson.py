"""The first lesson, opened in JupyterLab by a person who runs it, looks, clicks, and saves it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from starter import jupyter

from .notebook import Cell, Notebook


@pytest.fixture(scope="module")
def lesson(page: Any, lab: str) -> Notebook:
    """The lesson, with all cells run."""
    notebook = Notebook(page)
    notebook.open(lab, jupyter.LESSON)
    notebook.run_all()
    return notebook


@pytest.fixture(scope="module")
def player(lesson: Notebook) -> Any:
    """What `console.watch` shows of the first order."""
    return lesson.page.locator(".console-player").first


def without_a_picture(cells: list[Cell]) -> list[str]:
    """The cells of which a picture does not show."""
    assert sum(cell.pictures for cell in cells) > 2
    return [cell.source for cell in cells if cell.shown != cell.pictures]


def test_every_cell_runs_and_every_picture_shows(lesson: Notebook) -> None:
    cells = lesson.cells()
    assert [error for cell in cells for error in cell.errors] == []
    assert without_a_picture(cells) == []


def test_a_click_on_a_state_shows_its_data(player: Any) -> None:
    from playwright.sync_api import expect

    detail = player.locator(".console-detail")
    player.locator('[data-state="ProcessPayment"]').first.click()
    expect(detail).to_contain_text("ProcessPayment")
    expect(detail).to_contain_text("transactionId")
    player.locator('[data-state="IsOrderValid"]').first.click()
    expect(detail).to_contain_text("IsOrderValid")


def test_the_slider_goes_through_the_events(player: Any) -> None:
    from playwright.sync_api import expect

    event = player.locator(".console-event")
    slider = player.locator("input[type=range]")
    slider.focus()
    for key, happened in (
        ("Home", "ExecutionStarted"),
        ("ArrowRight", "TaskStateEntered"),
        ("ArrowRight", "TaskScheduled"),
        ("End", "ExecutionSucceeded"),
        ("ArrowLeft", "TaskStateExited"),
    ):
        slider.press(key)
        expect(event).to_contain_text(happened)


def test_a_saved_notebook_from_elsewhere_shows_every_picture(
    lesson: Notebook, lab: str, course: Path
) -> None:
    """As it comes by mail: no signature of this machine on it, and no kernel of its kind here."""
    lesson.save()
    ran = lesson.cells()
    saved = json.loads((course / "work" / jupyter.LESSON).read_text("utf-8"))
    saved["metadata"] = {"kernelspec": {"name": "elsewhere", "display_name": "Elsewhere"}}
    (course / "work" / "notebooks" / "received.ipynb").write_text(json.dumps(saved), "utf-8")
    received = Notebook(lesson.page)
    received.open(lab, "notebooks/received.ipynb")
    received.decline_a_kernel()
    cells = received.cells()
    assert not any(cell.trusted for cell in cells)
    assert [cell.pictures for cell in cells] == [cell.pictures for cell in ran]
    assert without_a_picture(cells) == []
    assert received.page.get_by_text("Error displaying widget").count() == 0
