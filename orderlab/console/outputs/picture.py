"""Graphviz source to a picture that shows everywhere: SVG, PNG and a text that says the same.

Where which of the three shows: JupyterLab and nbconvert take the SVG, GitHub and a notebook
that is not trusted the PNG, a terminal and a screen reader the text.
"""

from __future__ import annotations

import re
import subprocess
import sysconfig
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from html import escape
from pathlib import Path

from orderlab.console.outputs.lettering import fitted
from orderlab.console.style import WEB_SIGNS

_FORBIDDEN = ("Cc", "Cn", "Cs")
_SCALE = 1.25  # pixels of the PNG for one of the screen's: most of the time goes into them
_POINT = 96 / 72  # CSS pixels in a point


class Picture:
    """A drawing with its text equivalent. It is drawn when it is first asked for.

    Raises, when it is drawn:
        FileNotFoundError: the environment lacks graphviz-pure.
        ValueError: Graphviz refuses the source; the message is Graphviz's.
    """

    def __init__(self, source: str, text: str) -> None:
        self.text = text
        self._source = source

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, object], dict[str, object]]:
        with ThreadPoolExecutor(1) as other:  # the PNG takes six times as long as the SVG
            other.submit(getattr, self, "png")
            width, height = self.size
        bundle: dict[str, object] = {
            "image/svg+xml": self.svg,
            "image/png": self.png,
            "text/plain": self.text,
        }
        return bundle, {"image/png": {"width": width, "height": height}}

    @cached_property
    def svg(self) -> str:
        """The svg element alone, named for a screen reader."""
        return _for_the_page(_graphviz(self._source, "-Tsvg").decode("utf-8"), self.text)

    @cached_property
    def png(self) -> bytes:
        return _graphviz(self._source, "-Tpng", f"-Gdpi={96 * _SCALE:g}")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in CSS pixels."""
        found = re.search(r' width="([\d.]+)pt" height="([\d.]+)pt"', self.svg)
        assert found is not None  # what Graphviz writes first
        return round(float(found[1]) * _POINT), round(float(found[2]) * _POINT)


def drawable(text: str) -> str:
    """Text without what XML cannot hold: control characters and halves of a surrogate pair."""
    return "".join("\ufffd" if unicodedata.category(c) in _FORBIDDEN else c for c in text)


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
    # A browser shows a title beside the pointer, and Graphviz's are names for its own use.
    svg = re.sub(r"<!--.*?-->\n?|<title>.*?</title>\n?", "", svg, flags=re.DOTALL)
    name = "\n".join(map(drawable, text.splitlines()))
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(name)}" ', 1)
    for sign, better in WEB_SIGNS.items():
        svg = re.sub(f">{sign}(?=[ <])", f">{better}", svg)
    return fitted(svg)
