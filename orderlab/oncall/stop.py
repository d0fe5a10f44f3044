"""Where time stopped, and why: the desk of whoever is on call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from orderlab.oncall.pager import Page

STYLE = "border-left: 4px solid {}; padding: 0.2em 0.8em; margin: 0.3em 0"
RED, GREEN = "#b3261e", "#2e7d32"


@dataclass(frozen=True)
class Stop:
    """A moment at which a person may act.

    Attributes:
        pages: alarms that have called.
        post: what people write, in the morning.
    """

    when: datetime
    pages: Sequence[Page]
    post: Sequence[str]
    is_morning: bool
    is_over: bool

    @property
    def lines(self) -> list[str]:
        """What there is to say, a line each."""
        found = [f"{page.alarm}: {page.description} {page.reason}" for page in self.pages]
        found += self.post
        if self.is_over:
            found.append("The week is over: week.report() tells how it went.")
        elif self.is_morning and not self.post:
            found.append("Nobody has written.")
        elif not found:
            found.append("Nothing has called.")
        return found

    @property
    def title(self) -> str:
        """When it is, and what it is."""
        what = "the pager rings" if self.pages else "morning" if self.is_morning else "quiet"
        return f"{self.when:%A %H:%M} UTC, {what}"

    def __repr__(self) -> str:
        return "\n".join([self.title, *(f"  {line}" for line in self.lines)])

    def _repr_html_(self) -> str:
        lines = "".join(f"<div>{escape(line)}</div>" for line in self.lines)
        colour = RED if self.pages else GREEN
        head = f"<b>{escape(self.title)}</b>"
        return f'<div class="mathjax_ignore" style="{STYLE.format(colour)}">{head}{lines}</div>'
