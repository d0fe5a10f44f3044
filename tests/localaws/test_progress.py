"""The progress bar: where it is shown, and that nothing of it is left."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from localaws import progress

ROOT = Path(__file__).resolve().parents[2]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_is_gone_from_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(progress, "DELAY", 0)
    with progress.progress_bar(2, "things") as show:
        show(1)
    *_, shown, line, after = terminal.getvalue().split("\r")
    assert "/2 [" in shown
    assert (line.strip(), after) == ("", "")


def test_no_bar_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr("sys.stderr", log)
    monkeypatch.setattr(progress, "DELAY", 0)
    with progress.progress_bar(2, "things") as show:
        show(1)
    assert log.getvalue() == ""


SET_UP = """
import io, json, zipfile
import boto3, localaws
from localaws import load, progress
from tests.localaws.anyrole import any_role
progress.DELAY = 0
localaws.start()
role = any_role()
package = io.BytesIO()
with zipfile.ZipFile(package, "w") as archive:
    archive.writestr("app.py", "def handler(event, context): return event")
boto3.client("lambda").create_function(
    FunctionName="f", Runtime="python3.13", Role=role, Handler="app.handler",
    Code={"ZipFile": package.getvalue()},
)
state = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
         "Parameters": {"FunctionName": "f", "Payload.$": "$"}}
machine = boto3.client("stepfunctions").create_state_machine(
    name="m", roleArn=role, definition=json.dumps({"StartAt": "Call", "States": {"Call": state}})
)["stateMachineArn"]
"""
RUN = 'result = load.run(machine, [{"n": n} for n in range(5)], per_second=2, seed=3)'
SHOW = """
print(result)
print(result.executions.to_csv())
print(result.attempts.to_csv())
print(result.cost().to_csv())
"""


class FrontEnd(NotebookClient):
    """Runs a notebook. `watched`: as JupyterLab, where a person may be asked for input."""

    def __init__(self, cells: list[str], watched: bool) -> None:
        notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
        super().__init__(notebook, timeout=300, resources={"metadata": {"path": str(ROOT)}})
        self.watched = watched
        self.seen: set[str] = set()  # kinds of messages

    async def async_start_new_kernel_client(self) -> Any:
        client = await super().async_start_new_kernel_client()
        client.allow_stdin = self.watched
        return client

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        self.seen.add(msg["msg_type"])
        return super().process_message(msg, cell, cell_index)

    def outputs(self) -> list[Any]:
        return [cell["outputs"] for cell in self.execute().cells]


def test_a_notebook_keeps_no_bar_and_every_run_of_it_is_equal() -> None:
    alone = FrontEnd([SET_UP, RUN, SHOW], watched=False)
    watched = FrontEnd([SET_UP, RUN, SHOW, f'print("before"); {RUN}'], watched=True)
    set_up, run, show = alone.outputs()
    *equal, beside = watched.outputs()
    assert (set_up, run) == ([], [])
    assert equal == [set_up, run, show]
    assert show[0]["text"].startswith("<5 executions of m in ")
    # There was a bar where somebody may have looked, and only there.
    assert "clear_output" in watched.seen
    assert alone.seen == {"status", "execute_input", "stream"}
    # Beside other output it leaves an output in which nothing is.
    kept, empty = beside
    assert kept["text"] == "before\n"
    assert (empty["output_type"], empty["data"]) == ("display_data", {})
