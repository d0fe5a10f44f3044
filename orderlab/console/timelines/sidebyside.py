"""The visits of two executions as a table, and the first value that differs."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from orderlab.console.executions.execution import Visit
from orderlab.console.outputs.fold import Fold
from orderlab.console.style import LOOKS, WEB_SIGNS
from orderlab.console.text import shorten
from orderlab.console.timelines.comparison import Comparison, cell_of, is_same, lines_of
from orderlab.console.timelines.differences import place
from orderlab.console.timelines.values import changes

_SAME = "The data is the same in every state that both visited."
_MOST_ROWS = 200
_MOST_VALUES = 12
_LONGEST = 120  # characters of a value
_CELL = "text-align:left;vertical-align:top;padding:3px 14px 3px 6px"
_HERE = "border-left:3px solid #c2410c"
_ELSE = "border-left:3px solid transparent"


def side_by_side(comparison: Comparison) -> Fold:
    """Sentences, the table of visits with the first difference marked, and the first value."""
    sentences = [
        *comparison.words,
        *(f"The definitions differ, {one}." for one in comparison.changed),
    ]
    said = "".join(f"<div>{escape(one)}</div>" for one in sentences)
    head = "".join(
        f'<th style="{_CELL}">{escape(one)}</th>' for one in ("", "State", *comparison.titles)
    )
    body = "".join(_row(comparison, *pair) for pair in comparison.pairs[:_MOST_ROWS])
    left_out = len(comparison.pairs) - _MOST_ROWS
    note = f"<div>{left_out} later states are left out.</div>" if left_out > 0 else ""
    html = (
        f'<div class="mathjax_ignore"><div style="font-weight:bold">{said}</div>'
        f'<table style="border-collapse:collapse;table-layout:auto;margin:6px 0"><thead><tr>{head}'
        f"</tr></thead><tbody>{body}</tbody></table>{note}{_values_html(comparison)}</div>"
    )
    return Fold(html, "\n".join([*lines_of(comparison), *_values_text(comparison)]))


def _row(comparison: Comparison, mine: Visit | None, theirs: Visit | None) -> str:
    visit = mine or theirs
    assert visit is not None  # a pair has one
    same = is_same(mine, theirs)
    here = comparison.parting is not None and mine is comparison.parting[0]
    indent = f"padding-left:{6 + 16 * len(visit.ancestors)}px"
    name = escape(place(visit))
    name = name if same else f"<b>{name}</b>"
    cells = "".join(f'<td style="{_CELL}">{_outcome(one)}</td>' for one in (mine, theirs))
    mark = "=" if same else "≠"
    where = "<div><small>they part here</small></div>" if here else ""
    return (
        f'<tr style="{_HERE if here else _ELSE}"><td style="{_CELL}">{mark}</td>'
        f'<td style="{_CELL};{indent}">{name}{where}</td>{cells}</tr>'
    )


def _outcome(visit: Visit | None) -> str:
    if visit is None:
        return '<span style="opacity:0.6">not visited</span>'
    look = LOOKS[visit.status]
    sign = WEB_SIGNS.get(look.sign, look.sign)
    return (
        f'<span style="color:{look.border};font-weight:bold">{sign}</span> {escape(cell_of(visit))}'
    )


# ---- values that differ


def _differing(comparison: Comparison, at: int) -> list[tuple[str, str, str]]:
    """Path and both values of what differs, that first which did not differ before."""
    known = {
        (path, *values)
        for earlier in comparison.data[:at]
        for path, *values in changes(earlier.one, earlier.other)
    }
    data = comparison.data[at]
    found = sorted(changes(data.one, data.other), key=lambda change: change in known)
    return [
        (path, *(_said(path, value) for value in values))  # type: ignore[misc]
        for path, *values in found
    ]


def _said(path: str, value: str) -> str:
    return shorten(value, _LONGEST) if value and (path or value != "null") else "nothing"


def _values_html(comparison: Comparison) -> str:
    if not comparison.data:
        return f"<div>{_SAME}</div>"
    return "".join(_value_html(comparison, at) for at in range(len(comparison.data)))


def _value_html(comparison: Comparison, at: int) -> str:
    found = _differing(comparison, at)
    titles = (comparison.data[at].what, *comparison.names)
    head = "".join(f'<th style="{_CELL}">{escape(one)}</th>' for one in titles)
    rows = "".join(
        "<tr>"
        + "".join(f'<td style="{_CELL}"><code>{escape(one)}</code></td>' for one in cells)
        + "</tr>"
        for cells in found[:_MOST_VALUES]
    )
    more = f"<div>and {len(found) - _MOST_VALUES} more</div>" if len(found) > _MOST_VALUES else ""
    return (
        '<table style="border-collapse:collapse;table-layout:auto;margin:6px 0">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"
    )


def _values_text(comparison: Comparison) -> Iterator[str]:
    if not comparison.data:
        yield _SAME
    for at, data in enumerate(comparison.data):
        found = _differing(comparison, at)
        yield f"{data.what}:"
        for path, one, other in found[:_MOST_VALUES]:
            yield f"  {path}: {one} | {other}" if path else f"  {one} | {other}"
        if len(found) > _MOST_VALUES:
            yield f"  and {len(found) - _MOST_VALUES} more"
