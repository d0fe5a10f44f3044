"""The progress bar: seen while somebody looks, and gone afterwards."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from orderlab.console.outputs import progress

ROOT = Path(__file__).resolve().parents[3]
COUNT = """
from orderlab.console.outputs import progress
progress.DELAY = 0
print(sum(progress.followed(range(5), 5, "things")))
"""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_is_gone_from_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(progress, "DELAY", 0)
    items = progress.followed("abc", 3, "things")
    assert next(items) == "a"
    assert "0/3 [" in terminal.getvalue()
    items.close()
    *_, line, after = terminal.getvalue().split("\r")
    assert (line.strip(), after) == ("", "")


def test_none_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr("sys.stderr", log)
    monkeypatch.setattr(progress, "DELAY", 0)
    assert list(progress.followed("abc", 3, "things")) == ["a", "b", "c"]
    assert log.getvalue() == ""


class FrontEnd(NotebookClient):
    """Runs a notebook. `watched`: as JupyterLab, where a person may be asked for input."""

    def __init__(self, watched: bool) -> None:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(COUNT)])
        super().__init__(notebook, timeout=60, resources={"metadata": {"path": str(ROOT)}})
        self.watched = watched
        self.bars: list[str] = []

    async def async_start_new_kernel_client(self) -> Any:
        client = await super().async_start_new_kernel_client()
        client.allow_stdin = self.watched
        return client

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        if msg["msg_type"] in ("display_data", "update_display_data"):
            self.bars.append(msg["content"]["data"].get("text/plain", ""))
        return super().process_message(msg, cell, cell_index)

    def outputs(self) -> list[Any]:
        return list(self.execute().cells[0]["outputs"])


def test_a_notebook_that_nobody_watches_keeps_no_bar() -> None:
    alone = FrontEnd(watched=False)
    (printed,) = alone.outputs()
    assert (printed["name"], printed["text"]) == ("stdout", "10\n")
    assert alone.bars == []


def test_in_a_watched_notebook_an_empty_output_is_left() -> None:
    watched = FrontEnd(watched=True)
    outputs = watched.outputs()
    assert "/5 [" in watched.bars[0]
    assert watched.bars[-1] == ""
    kinds = {(one["output_type"], str(one.get("data", one.get("text")))) for one in outputs}
    assert kinds == {("display_data", "{}"), ("stream", "10\n")}
