"""Rows as a table: in text for a terminal, in HTML for a cell."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence


class Named(dict[str, str]):
    """Values by their names, shown as a table."""

    def __init__(self, what: str, values: Mapping[str, str]) -> None:
        """`what`: what the names are of, as "output"."""
        super().__init__(values)
        self._what = what

    def __repr__(self) -> str:
        if not self:
            return f"No {self._what}s."
        return as_text((self._what, "value"), self.items())

    def _repr_html_(self) -> str:
        if not self:
            return f"<p>No {self._what}s.</p>"
        return as_html((self._what, "value"), self.items())


def as_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A head and its rows, each column as wide as its widest cell."""
    lines = [columns, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def as_html(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The same as an HTML table."""
    head = "".join(f"<th>{column}</th>" for column in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
