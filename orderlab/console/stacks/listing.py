"""One page of what is in a resource: a head, a table, and how to get the next page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from orderlab.console.text import shorten

LONGEST = 120  # characters of a cell
_LONGEST_TEXT = 60  # and in a terminal
_LONGEST_FOLD = 20_000  # of what opens on a click

# Grey by opacity, and a red of middle brightness: both can be read in a light and a dark theme.
_FAINT = "opacity:.7"
_WARN = "color:#d64545;font-weight:bold"
_CELL = "text-align:left;vertical-align:top;padding:2px 14px 2px 0;white-space:nowrap"
_LONG_CELL = f"{_CELL[:-6]}normal;min-width:22em;overflow-wrap:anywhere"
_NARROW = 45  # characters of a cell that stays on one line
_PRE = (
    "margin:2px 0 6px 0;padding:6px 8px;max-height:22em;overflow:auto;white-space:pre-wrap;"
    "overflow-wrap:anywhere;text-align:left;border:1px solid #8888;border-radius:4px"
)


@dataclass(frozen=True, repr=False)
class Listing:
    """One page of what is in a resource; it shows itself.

    Attributes:
        name: of the resource.
        kind: what it is.
        facts: what AWS says of it, by words for that; those with a `!` are to be looked at.
        data: the page's rows, with their values whole.
        notes: what a reader has to know, a line each.
    """

    name: str
    kind: str
    facts: Mapping[str, str]
    data: pd.DataFrame
    notes: Sequence[str] = ()
    # What the table shows where that is not `data`, and what opens below the last cell of a row.
    shown: pd.DataFrame | None = None
    folds: Sequence[str] = ()
    empty: str = ""
    follow: Callable[[], Listing] | None = field(default=None, compare=False)

    def next(self) -> Listing:
        """The next page.

        Raises:
            LookupError: this is the last one.
        """
        if self.follow is None:
            raise LookupError(f"this is the last page of {self.name}")
        return self.follow()

    def __repr__(self) -> str:
        facts = "; ".join(f"{name}: {value}" for name, value in self.facts.items())
        lines = [f"{self.name} ({self.kind})", *([f"  {facts}"] if facts else [])]
        if self.data.empty:
            lines += [f"  {self.empty}"] if self.empty else []
        else:
            cells = self._cells(_LONGEST_TEXT)
            lines += [f"  {line}" for line in _text_table(cells)]
        return "\n".join([*lines, *(f"  {note}" for note in self._notes())])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": repr(self)}

    def _notes(self) -> list[str]:
        return [*self.notes, *(["There is more: .next()"] if self.follow else [])]

    def _cells(self, longest: int) -> pd.DataFrame:
        """The table as it is shown: text, each cell in one line."""
        table = self.data if self.shown is None else self.shown
        cells = {
            name: [_cell(value, longest) for value in table[name].tolist()]
            for name in table.columns
        }
        return pd.DataFrame(cells, columns=table.columns)

    def _html(self) -> str:
        title = f'<b>{escape(self.name)}</b> <span style="{_FAINT}">{escape(self.kind)}</span>'
        parts = [f"<div>{title}</div>", f"<div>{self._facts()}</div>" if self.facts else ""]
        if self.data.empty:
            parts.append(f'<div style="{_FAINT}">{escape(self.empty)}</div>' if self.empty else "")
        else:
            parts.append(self._table())
        parts += [f'<div style="{_FAINT}">{escape(note)}</div>' for note in self._notes()]
        return f'<div class="mathjax_ignore">{"".join(parts)}</div>'

    def _facts(self) -> str:
        facts = (
            f'<span style="display:inline-block;margin-right:1.6em"><span style="{_FAINT}">'
            f"{escape(name)}</span> {_value(value)}</span>"
            for name, value in self.facts.items()
        )
        return "".join(facts)

    def _table(self) -> str:
        cells = self._cells(LONGEST)
        head = "".join(f'<th style="{_CELL}">{escape(str(name))}</th>' for name in cells.columns)
        rows = []
        for number, row in enumerate(cells.itertuples(index=False, name=None)):
            fold = self.folds[number] if number < len(self.folds) else ""
            last = len(row) - 1
            rows.append(
                "".join(
                    _html_cell(text, fold if place == last else "")
                    for place, text in enumerate(row)
                )
            )
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return (
            '<table style="border-collapse:collapse;margin:4px 0"><thead><tr>'
            f"{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def _text_table(cells: pd.DataFrame) -> list[str]:
    """Lines of the table, aligned at the left as people read words."""
    columns = [[str(name), *cells[name]] for name in cells.columns]
    widths = [max(map(len, column)) for column in columns]
    rows = zip(*columns, strict=True)
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _cell(value: Any, longest: int) -> str:
    return "" if value is None else shorten(str(value), longest)


def _value(value: str) -> str:
    style = f' style="{_WARN}"' if value.startswith("!") else ""
    return f"<b{style}>{escape(value)}</b>"


def _html_cell(text: str, fold: str) -> str:
    style = _LONG_CELL if fold or len(text) > _NARROW else _CELL
    words = escape(text)
    return f'<td style="{style}">{_fold(words, fold) if fold else words}</td>'


def _fold(summary: str, text: str) -> str:
    left_out = len(text) - _LONGEST_FOLD
    text = f"{text[:_LONGEST_FOLD]}\n... ({left_out} more characters)" if left_out > 0 else text
    return (
        f'<details><summary style="cursor:pointer">{summary}</summary>'
        f'<pre style="{_PRE}">{escape(text)}</pre></details>'
    )
