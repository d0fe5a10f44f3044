"""A stack as Graphviz source, and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from orderlab.console.graphs.labels import HEAD, broken, pieces
from orderlab.console.stacks.counts import Count, Counts
from orderlab.console.stacks.kinds import ALARM
from orderlab.console.stacks.template import Arrow, Resource
from orderlab.console.style import CATCH, FAILURE, FAINT, INK, PLAIN, Look

_WIDTH = 18  # characters of a name in one line: four cards then fit a notebook
_SMALL = 23  # and of the smaller lines below it
_LABEL = 17  # characters of an arrow's label, in one line
_MOST_LABELS = 3
_FAN = 4  # cards side by side
_MANY = 10  # arrows from or to one card that no row can hold
_MOST_LINES = 6  # of a box; the others are counted


def source(
    resources: Mapping[str, Resource], arrows: Sequence[Arrow], counts: Counts | None = None
) -> str:
    """Graphviz source of the picture; equal for equal arguments, byte for byte."""
    return "\n".join(_lines(resources, arrows, counts or Counts()))


def describe(
    stack_name: str,
    resources: Mapping[str, Resource],
    arrows: Sequence[Arrow],
    counts: Counts | None = None,
) -> str:
    """The picture in words: each resource with what is in it and what it leads to."""
    counts = counts or Counts()
    lines = [f"Stack {stack_name}"]
    for key, resource in resources.items():
        leads = [f"{resources[a.target].name}{_on(a)}" for a in arrows if a.source == key]
        found = counts.found.get(key)
        inside = [text for text, _ in found.lines] if found else list(resource.parts)
        also = "; ".join([*resource.notes, ", ".join(inside)]).strip("; ")
        trouble = "! " if found and found.trouble else ""
        line = f"  {resource.name} ({resource.kind.word}){f': {trouble}{also}' if also else ''}"
        lines.append(f"{line} -> {', '.join(leads)}" if leads else line)
    if counts.missing:
        lines.append(f"  Not counted: {'; '.join(counts.missing)}")
    return "\n".join(lines)


def _on(arrow: Arrow) -> str:
    return f" ({', '.join(arrow.labels)})" if arrow.labels else ""


def _lines(
    resources: Mapping[str, Resource], arrows: Sequence[Arrow], counts: Counts
) -> Iterator[str]:
    ids = {key: f"r{number}" for number, key in enumerate(resources)}
    yield HEAD
    yield "graph [nodesep=0.1 ranksep=0.3] edge [penwidth=1.2 fontsize=9]"
    for key, resource in resources.items():
        yield f"{ids[key]} [{_card(resource, counts.found.get(key))}]"
    across = _most_at_one(arrows) > _MANY
    rows = {} if across else _rows(arrows)
    for arrow in arrows:
        line = f"{_line(arrow, arrows)} minlen={rows.get(arrow, 1)}"
        label = f" label=<{_label(arrow)}>" if arrow.labels else ""
        yield f"{ids[arrow.source]} -> {ids[arrow.target]} [{line}{label}]"
    joined = {key for arrow in arrows for key in (arrow.source, arrow.target)}
    alone = [ids[key] for key in resources if key not in joined]
    if across:  # what belongs to one card stands in a column
        yield "rankdir=LR"
    else:
        for upper, lower in zip(alone, alone[_FAN:], strict=False):
            yield f"{upper} -> {lower} [style=invis]"
    yield "}"


def _most_at_one(arrows: Sequence[Arrow]) -> int:
    out = Counter(arrow.source for arrow in arrows)
    into = Counter(arrow.target for arrow in arrows)
    return max([*out.values(), *into.values()], default=0)


def _rows(arrows: Sequence[Arrow]) -> dict[Arrow, int]:
    """How many rows down an arrow leads, where that is not for Graphviz to decide.

    Where many lead from one card, what leads nowhere from there is spread over several rows:
    side by side they would be wider than a notebook.
    """
    leading = {arrow.source for arrow in arrows}
    found: dict[Arrow, int] = {}
    for source in leading:
        fan = [arrow for arrow in arrows if arrow.source == source]
        rows = -(-len(fan) // _FAN)
        ends = [arrow for arrow in fan if arrow.target not in leading]
        found.update((arrow, rows - number % rows) for number, arrow in enumerate(ends))
    return found


def _line(arrow: Arrow, arrows: Sequence[Arrow]) -> str:
    if arrow.target == ALARM:
        # What leads elsewhere, too, keeps its place: alarms stand beside it, not below.
        beside = sum(other.source == arrow.source for other in arrows) > 1
        free = " constraint=false" if beside else ""
        return f'style=dotted color="{FAINT}" arrowhead=empty{free}'
    if arrow.dashed:
        return f'style=dashed color="{CATCH}" fontcolor="{CATCH}"'
    return f'color="{FAINT}"'


def _label(arrow: Arrow) -> str:
    lines = arrow.labels[:_MOST_LABELS]
    if len(arrow.labels) > len(lines):
        lines = (*lines[:-1], f"and {len(arrow.labels) - len(lines) + 1} more")
    join = "<BR/>&#160;&#160;"  # keeps the text off the arrow
    return "".join(f"&#160;&#160;{broken(line, _LABEL, join=join)}<BR/>" for line in lines)[:-5]


def _card(resource: Resource, found: Count | None) -> str:
    """A white card: at its left the service's sign on its hue; name, kind and what is in it."""
    hue = FAILURE if found and found.trouble else resource.kind.hue
    lines: list[tuple[str, Look | None]] = [(note, PLAIN) for note in resource.notes]
    lines += found.lines if found else [(part, PLAIN) for part in resource.parts]
    rows = [
        f'<FONT POINT-SIZE="11" COLOR="{INK}"><B>{broken(resource.name, _WIDTH)}</B></FONT>',
        f'<FONT POINT-SIZE="9" COLOR="{FAINT}">{broken(resource.kind.word, _SMALL)}</FONT>',
        *(_row(text, look) for text, look in lines[:_MOST_LINES]),
    ]
    if len(lines) > _MOST_LINES:
        rows.append(_row(f"and {len(lines) - _MOST_LINES} more", PLAIN))
    badge = (
        f'<TD ROWSPAN="{len(rows) + 1}" BGCOLOR="{hue}" STYLE="ROUNDED" WIDTH="27">'
        f'<FONT POINT-SIZE="{15 if len(resource.kind.badge) == 1 else 9}" COLOR="#ffffff">'
        f"<B>{resource.kind.badge}</B></FONT></TD>"
    )
    cells = [f'<TD ALIGN="LEFT" BALIGN="LEFT">{row}</TD>' for row in rows]
    # Lower than Graphviz would put it, where it touches the border; and room below the last row.
    height = max(22, 6 + 13 * len(pieces(resource.name, _WIDTH)))
    cells[0] = cells[0].replace("<TD ", f'<TD HEIGHT="{height}" VALIGN="BOTTOM" ', 1)
    cells[0] = f'{badge}{cells[0]}<TD ROWSPAN="{len(rows) + 1}" WIDTH="3"></TD>'
    cells.append('<TD HEIGHT="3"></TD>')
    table = "".join(f"<TR>{cell}</TR>" for cell in cells)
    heavy = resource.kind.word == "State machine" or bool(found and found.trouble)
    return (
        f'label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{table}'
        f'</TABLE>> fillcolor="#ffffff" color="{hue}" penwidth={3 if heavy else 1.5} margin="0,0"'
    )


def _row(text: str, look: Look | None) -> str:
    """A line of a card; without a look it says that there is nothing."""
    if look is None:
        return f'<FONT POINT-SIZE="9" COLOR="{FAINT}">{broken(text, _SMALL)}</FONT>'
    words = broken(f"{look.sign} {text}".strip(), _SMALL)
    return f'<FONT POINT-SIZE="9" COLOR="{look.border}"><B>{words}</B></FONT>'
