"""A notebook without a browser: what a cell displays, and the messages of its widgets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import comm
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from orderlab.console.executions.reading import Recording

DATA = Path(__file__).parents[1] / "data"


@dataclass
class Cell:
    """What a cell displayed."""

    outputs: list[Any]

    @property
    def saved(self) -> list[dict[str, Any]]:
        """Its outputs as they stand in the file: an update takes the place of what it updates."""
        kept: dict[object, dict[str, Any]] = {}
        for number, output in enumerate(self.outputs):
            place = (output.transient or {}).get("display_id", number)
            assert output.update == (place in kept)
            kept[place] = dict(output.data)
        return list(kept.values())


class Notebook:
    """Runs cells. `somebody_looks` is whether the front end can ask a person."""

    def __init__(self, shell: Any, sent: list[dict[str, Any]]) -> None:
        self.somebody_looks = True
        self.sent = sent  # by the comms: type, comm and data of each message
        self._requests = 0
        self._parent: dict[str, Any] = {}
        shell.kernel = SimpleNamespace()
        shell.get_parent = lambda: self._parent

    def run(self, work: Callable[[], object], cell: str = "a") -> Cell:
        self._requests += 1
        self._parent = {
            "header": {"msg_id": f"request-{self._requests}"},
            "content": {"allow_stdin": self.somebody_looks},
            "metadata": {"cellId": cell},
        }
        with capture_output() as captured:
            work()
        assert (captured.stdout, captured.stderr) == ("", "")
        return Cell(captured.outputs)

    @property
    def open(self) -> int:
        """How many comms are open."""
        last = {message["comm"]: message["type"] for message in self.sent}
        return sum(kind != "comm_close" for kind in last.values())


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    sent: list[dict[str, Any]] = []

    class Comm(comm.base_comm.BaseComm):
        def publish_msg(self, msg_type: str, data: Any = None, *args: Any, **more: Any) -> None:
            sent.append({"type": msg_type, "comm": self.comm_id, "data": data})

    monkeypatch.setattr(comm, "create_comm", Comm)
    yield Notebook(InteractiveShell.instance(), sent)
    InteractiveShell.clear_instance()


@pytest.fixture
def recording() -> Callable[[str], Recording]:
    """A recorded execution of the order workflow, by its file's name."""

    def load(name: str) -> Recording:
        found = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
        for event in found["events"]:
            event["timestamp"] = datetime.fromisoformat(event["timestamp"])
        description = found["description"]
        arn = description["stateMachineArn"].replace(":stateMachine:", ":execution:")
        description |= {
            "executionArn": f"{arn}:{description['name']}",
            "startDate": found["events"][0]["timestamp"],
            "stopDate": found["events"][-1]["timestamp"],
        }
        machine = {"definition": json.dumps(found["definition"])}
        return Recording(description, machine, found["events"])

    return load
