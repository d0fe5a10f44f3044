"""Run the views in a kernel, as a lesson is run, and write down what they show."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbformat import v4

from orderlab.gallery.views import SETUP, VIEWS, View

ROOT = Path(__file__).resolve().parents[2]
PAGE = "gallery.md"
PICTURES = "gallery"  # the folder of the page's pictures
PATIENCE = 120  # seconds for one cell
SHORT = 30  # lines of text that need no fold
HEAD = """\
# Gallery

Each view of the console once, of executions of the course's own stack. Everything here is what a
cell returns; every picture says the same in words, for whoever cannot see it. `python3 lab.py
refresh` makes this page.
"""

Output = dict[str, Any]


def make(folder: Path) -> None:
    """Write the page and its pictures into a folder, in place of those that are there.

    Raises:
        nbclient.exceptions.CellExecutionError: a view failed.
    """
    pictures = folder / PICTURES
    shown = run()
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    parts = [HEAD, *_setup()]
    for view, outputs in zip(VIEWS, shown, strict=True):
        parts += [f"## {view.title}\n\n{view.why}\n", _code(view.code)]
        parts += _shown(view, outputs, pictures)
    (folder / PAGE).write_text("\n".join(parts), encoding="utf-8", newline="\n")


def run() -> list[list[Output]]:
    """The outputs of each view."""
    cells = [*SETUP, *(view.code for view in VIEWS)]
    notebook = v4.new_notebook(cells=[v4.new_code_cell(code.strip()) for code in cells])  # type: ignore[no-untyped-call]
    folder = {"metadata": {"path": str(ROOT)}}
    NotebookClient(notebook, timeout=PATIENCE, kernel_name="python3", resources=folder).execute()
    return [cell.outputs for cell in notebook.cells[len(SETUP) :]]


def _setup() -> Iterator[str]:
    yield "<details>\n<summary>The executions that are looked at</summary>\n"
    yield from map(_code, SETUP)
    yield "</details>\n"


def _code(code: str) -> str:
    return f"```python\n{code.strip()}\n```\n"


def _shown(view: View, outputs: Sequence[Output], folder: Path) -> Iterator[str]:
    number = 0
    for output in outputs:
        data = output.get("data", {"text/plain": output.get("text", "")})
        words = data["text/plain"].rstrip()
        if "image/svg+xml" not in data:
            yield _words(words, "As text")
            continue
        number += 1
        path = folder / (f"{view.name}-{number}.svg" if number > 1 else f"{view.name}.svg")
        path.write_text(data["image/svg+xml"].rstrip() + "\n", encoding="utf-8", newline="\n")
        said = escape(words.splitlines()[0])
        yield f'<img src="{PICTURES}/{path.name}" alt="{said}">\n'
        yield _words(words, "In words", folded=True)


def _words(words: str, title: str, *, folded: bool = False) -> str:
    block = f"```text\n{words}\n```\n"
    if not folded and len(words.splitlines()) <= SHORT:
        return block
    return f"<details>\n<summary>{title}</summary>\n\n{block}\n</details>\n"
