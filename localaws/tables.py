"""Rows as a table: in text for a terminal, in HTML for a cell."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence


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
