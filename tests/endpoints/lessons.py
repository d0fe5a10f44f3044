"""A lesson's cells against another endpoint, in their order: which of them raise an error.

By hand, `python -m tests.endpoints.lessons http://127.0.0.1:4566 04` tells of a lesson's, and with
`--slowly` in a learner's time.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
# A check is judged in a local AWS of its own, wherever the lesson's cells go, and takes nearly all
# the time; test_ministack_lessons.py asks for one of them.
CHECK = "lesson.check("
LIMIT = 300  # seconds for a cell: more than any takes on a busy machine
TIMED_OUT = "no end"
# Time flies in the kernel, or lessons 04 and 06 would take a quarter of an hour: `clock.advance`
# waits for a thirtieth. What waits at the endpoint keeps up: its Wait states and retries by a
# setting of its own, and the order queue lends a message for two seconds.
HASTE = """\
from types import SimpleNamespace
from time import sleep
from localaws import elsewhere
elsewhere.time = SimpleNamespace(sleep=lambda seconds: sleep(seconds / 30))
"""
LEND = """\
boto3.client("sqs").set_queue_attributes(
    QueueUrl=stack.outputs["OrderQueueUrl"], Attributes={"VisibilityTimeout": "2"}
)
"""
DEPLOYS = "localaws.deploy("
OURS = "ours"  # cells of those two


@dataclass(frozen=True)
class Cell:
    """A code cell, named as a person finds it, and how it ended.

    Attributes:
        section: the heading above it.
        line: its first line.
        error: the name of its error; empty where it has none.
        said: the first line of what the error says.
    """

    section: str
    line: str
    error: str
    said: str


def course(folder: Path) -> Path:
    """A copy of what a lesson needs: lessons write exercises and answers beside themselves."""
    copy = folder / "course"
    for name in ("notebooks", "lambdas", "state-machines", "data"):
        shutil.copytree(ROOT / name, copy / name)
    shutil.copy(ROOT / "template.yaml", copy)
    return copy


def run(
    notebook: Path,
    endpoint: str,
    is_expected: Callable[[str, str], bool] = lambda section, line: True,
    *,
    patience: int = 120,
    haste: bool = True,
) -> Iterator[Cell]:
    """Run a lesson's cells, but for its checks.

    Args:
        notebook: its file; the cells run in that folder.
        endpoint: the address of the other AWS.
        is_expected: whether the cell of a section and first line may fail. Where it may not, it is
            run again, a second later: what a queue or a rule brings there takes a moment.
        patience: how often that is done in all of the lesson.
        haste: whether time flies.
    """
    document = nbformat.read(notebook, 4)
    document.cells = list(_hurried(document.cells) if haste else document.cells)
    client = NotebookClient(
        document,
        timeout=LIMIT,
        interrupt_on_timeout=True,
        allow_errors=True,
        kernel_name="python3",
        resources={"metadata": {"path": str(notebook.parent)}},
    )
    section, again = "", 0
    with client.setup_kernel(env=environ(endpoint)):
        for number, cell in enumerate(document.cells):
            if cell.cell_type == "markdown":
                section = _heading(cell.source) or section
            elif not cell.source.startswith(CHECK):
                line = cell.source.splitlines()[0]
                error, said = _execute(client, number)
                while error and not is_expected(section, line) and again < patience:
                    again += 1
                    time.sleep(1)
                    error, said = _execute(client, number)
                if not cell.metadata.get(OURS):
                    yield Cell(section, line, error, said)
                elif error:
                    raise AssertionError(f"time does not fly: {error}: {said}")


def environ(endpoint: str) -> Mapping[str, str]:
    """The variables of a learner who has set two."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "LOCALAWS_"))}
    nobody = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    asked = {"LOCALAWS_TARGET": "endpoint", "AWS_ENDPOINT_URL": endpoint}
    return {**inherited, **nobody, **asked, "PYTHONPATH": str(ROOT)}


def _hurried(cells: Iterable[Any]) -> Iterator[Any]:
    """The cells, and between them what makes time fly."""
    yield _ours(HASTE)
    for cell in cells:
        yield cell
        if cell.cell_type == "code" and DEPLOYS in cell.source:
            yield _ours(LEND)


def _ours(source: str) -> Any:
    return nbformat.v4.new_code_cell(source, metadata={OURS: True})


def _execute(client: NotebookClient, number: int) -> tuple[str, str]:
    """The name of a cell's error and the first line of what it says; both empty without one."""
    for output in client.execute_cell(client.nb.cells[number], number).outputs:
        if output.output_type == "error":
            name = TIMED_OUT if output.ename == "KeyboardInterrupt" else output.ename
            return name, output.evalue.partition("\n")[0]
    return "", ""


def _heading(text: str) -> str:
    """The last heading in a cell of text."""
    headings = [line for line in text.splitlines() if line.startswith("#")]
    return headings[-1].lstrip("# ") if headings else ""


def main(endpoint: str, lesson: str, *options: str) -> None:
    """Print a lesson's cells, the seconds that each took, and its error."""
    with tempfile.TemporaryDirectory() as folder:
        [notebook] = (course(Path(folder)) / "notebooks").glob(f"{lesson}_*.ipynb")
        begun = time.monotonic()
        for cell in run(notebook, endpoint, haste="--slowly" not in options):
            took, begun = time.monotonic() - begun, time.monotonic()
            print(f"{took:5.1f} s | {cell.section} | `{cell.line}` | {cell.error} | {cell.said}")


if __name__ == "__main__":
    main(*sys.argv[1:])
