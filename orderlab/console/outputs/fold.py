"""HTML that shows in a notebook, and the same in text.

Only `<details>` and inline styles: JupyterLab strips `<style>` and `<script>` from a notebook
that is not trusted. Everything that came from AWS is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Fold:
    """HTML for a notebook and the same in text."""

    html: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def said(text: str) -> Fold:
    """A sentence or a few, a line each, where there is nothing to draw."""
    lines = "<br>".join(map(escape, text.splitlines()))
    return Fold(f'<p class="mathjax_ignore" style="margin: 0.3em 0">{lines}</p>', text)
