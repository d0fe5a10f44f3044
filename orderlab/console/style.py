"""Colours, signs and lines of a state's status: the same in every picture and table."""

from __future__ import annotations

from dataclasses import dataclass

FONT = "Helvetica"  # drawn with metrics equal to Arial and Liberation Sans, so that text fits
INK = "#1f2933"
FAINT = "#5f6b7a"
PATH = "#2e7d32"
CATCH = "#b45309"
FAILURE = "#b3261e"


@dataclass(frozen=True)
class Look:
    """How a status looks. The sign and the border's line tell it without colour."""

    word: str
    sign: str
    border: str
    fill: str
    line: str = "solid"


# Only signs that graphviz-pure's own font has: a missing one is an empty square in the PNG.
LOOKS = {
    "succeeded": Look("succeeded", "√", PATH, "#e8f5e9"),
    "failed": Look("failed", "\N{MULTIPLICATION SIGN}", FAILURE, "#fdecea", "bold"),
    "caught": Look("caught", "!", CATCH, "#fff4e5", "dashed"),
    "running": Look("running", "►", "#1565c0", "#e3f2fd", "double"),
    "stopped": Look("stopped", "■", FAILURE, "#fdecea", "dashed"),
}
# The same where a browser draws them: its fonts have better ones.
WEB_SIGNS = {"√": "✓", "\N{MULTIPLICATION SIGN}": "✗"}
NOT_VISITED = Look("not visited", "○", "#b0b8c1", "#f6f7f8")
PLAIN = Look("", "", "#52606d", "#f3f6f9")
