"""Graphviz source to a picture that shows everywhere: SVG, PNG and a text that says the same.

Where which of the three shows: JupyterLab and nbconvert take the SVG, GitHub and a notebook
that is not trusted the PNG, a terminal and a screen reader the text.
"""

from __future__ import annotations

import re
import subprocess
import sysconfig
from html import escape
from pathlib import Path

from orderlab.console.style import WEB_SIGNS

_SCALE = 2  # pixels of the PNG for one of the screen's, so that text stays sharp
_POINT = 96 / 72  # CSS pixels in a point


class Picture:
    """A drawing with its text equivalent."""

    def __init__(self, source: str, text: str) -> None:
        """Draw Graphviz source.

        Raises:
            FileNotFoundError: the environment lacks graphviz-pure.
            ValueError: Graphviz refuses the source; the message is Graphviz's.
        """
        self.text = text
        self.svg = _for_the_page(_graphviz(source, "-Tsvg").decode("utf-8"), text)
        self.png = _graphviz(source, "-Tpng", f"-Gdpi={96 * _SCALE}")

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, object], dict[str, object]]:
        width, height = self.size
        bundle: dict[str, object] = {
            "image/svg+xml": self.svg,
            "image/png": self.png,
            "text/plain": self.text,
        }
        return bundle, {"image/png": {"width": width, "height": height}}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in CSS pixels."""
        found = re.search(r' width="([\d.]+)pt" height="([\d.]+)pt"', self.svg)
        assert found is not None  # what Graphviz writes first
        return round(float(found[1]) * _POINT), round(float(found[2]) * _POINT)


def _graphviz(source: str, *options: str) -> bytes:
    # An environment that is not activated is not on PATH.
    folder = Path(sysconfig.get_path("scripts"))
    names = ("graphviz-pure", "graphviz-pure.exe")
    command = next((folder / name for name in names if (folder / name).is_file()), None)
    if command is None:
        raise FileNotFoundError(f"graphviz-pure is not in {folder}: install the environment again")
    done = subprocess.run(
        [str(command), "-q", *options],
        input=source.encode("utf-8"),
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise ValueError(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout


def _for_the_page(svg: str, text: str) -> str:
    """The svg element alone, named for a screen reader."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(text)}" ', 1)
    for sign, better in WEB_SIGNS.items():
        svg = svg.replace(f">{sign}</text>", f">{better}</text>")
    return svg
