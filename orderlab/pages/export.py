"""Make a lesson's page from its notebook, with the outputs that are saved in it."""

from __future__ import annotations

import base64
import re
from html import escape
from importlib import resources
from pathlib import Path
from typing import Literal

import nbformat
from nbconvert.exporters import HTMLExporter, SlidesExporter

Kind = Literal["slides", "handout"]
_HERE = Path(str(resources.files("orderlab.pages")))
_EXPORTERS: dict[str, type[HTMLExporter]] = {"slides": SlidesExporter, "handout": HTMLExporter}
ASKING = ("lesson.predict(", "lesson.exercise(")
CHECKING = "lesson.check("
# A link to a file of the course, which whoever reads the page elsewhere does not have.
_LOCAL_LINK = re.compile(r'<a\b[^>]*href="(?!https?:|#|mailto:)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)


def find(notebooks: Path, number: int) -> Path:
    """The notebook of a lesson.

    Raises:
        FileNotFoundError: there is none of this number.
    """
    found = sorted(notebooks.glob(f"{number:02}_*.ipynb"))
    if not found:
        raise FileNotFoundError(f"There is no lesson {number:02} in {notebooks}.")
    return found[0]


def export(notebook: Path, kind: Kind, folder: Path) -> Path:
    """Write a lesson's page into a folder; returns its path. It needs no other file."""
    exporter = _EXPORTERS[kind](
        extra_template_basedirs=[str(_HERE / "templates")],
        template_name=kind,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    lesson = _ready(nbformat.read(notebook, as_version=4))  # type: ignore[no-untyped-call]
    body, _ = exporter.from_notebook_node(lesson, {"metadata": {"name": notebook.stem}})
    body = _LOCAL_LINK.sub(r"\1", body)
    if kind == "slides":  # last: reveal.js writes links, too
        for name, text in _reveal().items():
            body = body.replace(f"/* {name} */", text)
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{notebook.stem}.{kind}.html"
    page.write_text(body, encoding="utf-8")
    return page


def _ready(lesson: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The lesson as a reader sees it: questions without the calls that ask, pictures with words.

    What a check says of an exercise that nobody has touched is no news, so it is left out.
    """
    for cell in lesson.cells:
        if cell.cell_type == "code":
            cell.metadata["transient"] = {"remove_source": cell.source.startswith(ASKING)}
            if cell.source.startswith(CHECKING):
                cell.outputs = []
            for output in cell.outputs:
                _tell(output.get("data", {}))
    return lesson


def _tell(data: dict[str, str]) -> None:
    """Show a picture with its text equivalent, which nbconvert does not."""
    if "image/svg+xml" in data and "text/plain" in data:
        picture = base64.b64encode(data.pop("image/svg+xml").encode()).decode()
        alt = escape(data["text/plain"])
        data["text/html"] = f'<img alt="{alt}" src="data:image/svg+xml;base64,{picture}">'


def _reveal() -> dict[str, str]:
    """reveal.js' files, to stand within a page.

    There, `</script` ends a script, and `<!--` may keep it from ending:
    html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
    """
    names = ("reveal.js", "notes.js", "reveal.css")
    files = {name: (_HERE / "reveal" / name).read_text(encoding="utf-8") for name in names}
    return {
        name: text.replace("</script", r"<\/script").replace("<!--", r"<\!--")
        for name, text in files.items()
    }
