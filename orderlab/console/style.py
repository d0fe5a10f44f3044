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
    """How a status looks. Its sign and the border's line tell it without colour.

    `line` and `weight` (points) are the border's; `ink` and `faint` are the colours of the name
    and of what stands below it, `note` that of what a status adds.
    """

    word: str
    sign: str
    border: str
    fill: str
    line: str = "solid"
    weight: float = 2
    ink: str = INK
    faint: str = FAINT

    @property
    def note(self) -> str:
        return self.border if self.ink in (INK, FAINT) else self.ink


# Only signs that graphviz-pure's own font has: a missing one is an empty square in the PNG.
LOOKS = {
    "succeeded": Look("succeeded", "√", PATH, "#e8f5e9"),
    "failed": Look("failed", "\N{MULTIPLICATION SIGN}", FAILURE, "#fdecea", weight=3),
    "caught": Look("caught", "!", CATCH, "#fff4e5", "dashed"),
    # The one box that is dark: where it is now must be seen first, in grey print as well.
    "running": Look("running", "►", "#0d47a1", "#1565c0", ink="#ffffff", faint="#dbe9f8"),
    "stopped": Look("stopped", "■", FAILURE, "#fdecea", "dotted"),
}
# A frame that holds where it is now.
RUNNING_AROUND = Look("running", "►", "#1565c0", "#e3f2fd")
# The same where a browser draws them: its fonts have better ones.
WEB_SIGNS = {"√": "✓", "\N{MULTIPLICATION SIGN}": "✗", "ʘ": "◷"}
NOT_VISITED = Look("not visited", "○", "#b0b8c1", "#f6f7f8", weight=1.2, ink=FAINT)
PLAIN = Look("", "", "#52606d", "#f3f6f9", weight=1.2)
FAULT = Look("fault", "\N{MULTIPLICATION SIGN}", FAILURE, "#fdecea", "dashed")
HINT = Look("hint", "?", CATCH, "#fffaf2", weight=1.2)
