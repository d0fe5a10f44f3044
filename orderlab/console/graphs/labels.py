"""Boxes and labels in Graphviz's HTML-like language, with every text escaped and broken."""

from __future__ import annotations

import re
import unicodedata
from html import escape

from orderlab.console.style import FAINT, FONT, INK, NOT_VISITED, Look

_PIECES = re.compile(r"[^\s./_\-:]*?(?:[a-z0-9](?=[A-Z])|[./_\-:]+|\s+|$)")
_GAP = "&#160;&#160;"  # keeps the text of an arrow off its line

HEAD = f"""digraph {{
graph [bgcolor="#ffffff" pad=0.2 nodesep=0.4 ranksep=0.3 fontname="{FONT}" fontsize=11]
node [shape=box style="rounded,filled" fontname="{FONT}" margin="0.07,0.04" height=0.4]
edge [fontname="{FONT}" fontsize=10 arrowsize=0.7 color="{FAINT}" fontcolor="{FAINT}"]"""


def box(
    name: str, lines: list[str], look: Look, line: float, sign: bool = True, width: int = 30
) -> str:
    """Attributes of a node: its name in bold, small lines below it, its sign at the left.

    The first small line says what the thing is, the others are in the colour of its status.
    `line` is the border's width in points, `width` that of the box in characters.
    """
    ink = FAINT if look is NOT_VISITED else INK
    rows = [f'<FONT POINT-SIZE="13" COLOR="{ink}"><B>{broken(name, width)}</B></FONT>']
    for number, text in enumerate(lines):
        colour = FAINT if number == 0 else look.border
        rows.append(f'<FONT POINT-SIZE="10" COLOR="{colour}">{broken(text, width)}</FONT>')
    widest = max(_extra_width(text) for text in (name, *lines))
    room = f' WIDTH="{widest}"' if widest else ""
    cells = [f'<TD ALIGN="LEFT" BALIGN="LEFT"{room}>{row}</TD>' for row in rows]
    if sign:
        mark = f'<FONT POINT-SIZE="17" COLOR="{look.border}"><B>{look.sign}</B></FONT>'
        cells[0] = f'<TD ROWSPAN="{len(rows)}" WIDTH="24">{mark}</TD>{cells[0]}'
    table = "".join(f"<TR>{cell}</TR>" for cell in cells)
    style = "filled,rounded" + (f",{look.line}" if look.line in ("bold", "dashed") else "")
    return (
        f'label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{table}'
        f'</TABLE>> style="{style}" fillcolor="{look.fill}" color="{look.border}" '
        f"penwidth={line} peripheries={2 if look.line == 'double' else 1}"
    )


def arrow_label(lines: list[str]) -> str:
    """The label of an edge, or an empty string; more than three lines are counted, not shown."""
    if len(lines) > 3:
        lines = [*lines[:2], f"and {len(lines) - 2} more"]
    text = "<BR/>".join(f"{_GAP}{broken(line, most=3, join=f'<BR/>{_GAP}')}" for line in lines)
    return f" label=<{text}>" if text else ""


def broken(text: str, width: int = 30, most: int = 4, join: str = '<BR ALIGN="LEFT"/>') -> str:
    """Text in at most `most` lines of about `width` characters, escaped.

    Breaks at spaces, after punctuation and where a CamelCase word begins: names of states and
    errors have no spaces to break at.
    """
    lines = [""]
    for piece in _PIECES.findall(" ".join(text.split())):
        for start in range(0, len(piece), width):
            part = piece[start : start + width]
            if len(lines[-1]) + len(part.rstrip()) > width:
                lines.append("")
            lines[-1] += part
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1].rstrip()}..."]
    # Doubled, since Graphviz reads a single backslash and an N as the node's own name.
    return join.join(escape(line.rstrip()).replace("\\", "\\\\") for line in lines) or " "


def _extra_width(text: str) -> int:
    """Points to reserve for text beyond Latin, whose width Graphviz does not know; else 0."""
    if all(ord(letter) < 0x250 or letter in "λ…" for letter in text):
        return 0
    wide = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return min(wide, 60) * 7
