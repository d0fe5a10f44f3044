"""Boxes and labels in Graphviz's HTML-like language, with every text escaped and broken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import escape

from orderlab.console.definition.signs import GLYPHS
from orderlab.console.outputs.picture import drawable
from orderlab.console.style import CATCH, FAINT, FONT, INK, Look

SMALL = 38  # letters of a small line, as wide as 30 of a name
_PIECES = re.compile(r"[^\s./_\-:]*?(?:[a-z0-9](?=[A-Z])|[./_\-:]+|\s+|$)")
_KNOWN = {"λ", "…", *GLYPHS.values()}  # signs of ours, each no wider than Graphviz takes it for
_BREAK = '<BR ALIGN="LEFT"/>'
_GAP = "&#160;&#160;"  # keeps the text of an arrow off its line

HEAD = f"""digraph {{
graph [bgcolor="#ffffff" pad=0.2 nodesep=0.4 ranksep=0.3 fontname="{FONT}" fontsize=11]
node [shape=box style="rounded,filled" fontname="{FONT}" margin="0.07,0.04" height=0.4]
edge [fontname="{FONT}" fontsize=10 arrowsize=0.7 color="{FAINT}" fontcolor="{FAINT}"]"""


def box(
    name: str,
    lines: Sequence[tuple[str, str]],
    look: Look,
    room: Sequence[str] = (),
    rows: int = 0,
) -> str:
    """Attributes of a node: its name in bold, small lines below it, its sign at the left.

    Args:
        name: of the state.
        lines: text and colour of each.
        look: its sign, colours and border.
        room: text that the box must be wide enough for, though it is not shown.
        rows: the least number of lines that it must be high enough for.
    """
    shown = [f'<FONT POINT-SIZE="13" COLOR="{look.ink}"><B>{broken(name)}</B></FONT>']
    for text, colour in lines:
        shown.append(f'<FONT POINT-SIZE="10" COLOR="{colour}">{broken(text, SMALL)}</FONT>')
    shown += ['<FONT POINT-SIZE="10">&#160;</FONT>'] * (rows + 1 - len(shown))
    widest = max(_extra_width(text) for text in (name, *(text for text, _ in lines)))
    found = [row for text in room for row in pieces(text)]
    widest = max([widest, *(text_width(row, 10) for row in found)])
    place = f' WIDTH="{widest}"' if widest else ""
    joined = _BREAK.join(shown)
    cells = f'<TD ALIGN="LEFT" BALIGN="LEFT"{place}>{joined}</TD>'
    if look.sign:
        mark = f'<FONT POINT-SIZE="17" COLOR="{look.note}"><B>{look.sign}</B></FONT>'
        cells = f'<TD WIDTH="24">{mark}</TD>{cells}'
    table = f"<TR>{cells}</TR>"
    return (
        f'label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{table}'
        f'</TABLE>> style="filled,rounded,{look.line}" fillcolor="{look.fill}" '
        f'color="{look.border}" penwidth={look.weight:g}'
    )


def arrow_label(
    lines: Sequence[str], notes: Sequence[str] = (), room: Sequence[str] | None = None
) -> str:
    """The label of an edge, or an empty string; more than three lines are counted, not shown.

    `notes` stand in bold: one that is a line makes it bold, others follow. Those of `room` find
    place there.
    """
    if len(lines) > 3:
        lines = [*lines[:2], f"and {len(lines) - 2} more"]
    more = [note for note in notes if note not in lines]
    texts = [_row(line, 3, line in notes) for line in lines] + [
        _row(note, 1, True) for note in more
    ]
    if not room:
        return f" label=<{'<BR/>'.join(texts)}>" if texts else ""
    rows = len(lines) + len([note for note in room if note not in lines])
    texts += [_GAP] * (rows - len(texts))
    place = max(text_width(text, 10) for text in (*notes, *room)) + 6
    cells = [f'<TR><TD WIDTH="{place}">{text}</TD></TR>' for text in texts]
    table = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">'
    return f" label=<{table}{''.join(cells)}</TABLE>>"


def _row(text: str, most: int, bold: bool) -> str:
    row = f"{_GAP}{broken(text, most=most, join=f'<BR/>{_GAP}')}"
    return f"<B>{row}</B>" if bold else row


def legend(looks: Sequence[Look], catches: bool) -> str:
    """One small line below the picture: what its signs and lines say."""
    parts = [
        f'<FONT COLOR="{look.border}"><B>{look.sign}</B></FONT>{_room_for(look.sign)} {look.word}'
        for look in looks
    ]
    if catches:
        parts.append(f'<FONT COLOR="{CATCH}"><B>- -</B> Catch</FONT>')
    joined = "&#160;&#160;&#160;".join(parts)
    return f'<FONT POINT-SIZE="10" COLOR="{FAINT}">{joined}</FONT>' if parts else ""


def _room_for(sign: str) -> str:
    """Graphviz reckons a Latin sign narrow; in a browser a wider one may stand for it."""
    return "&#160;" if ord(sign) < 0x250 else ""


def headed(title: str, below: str) -> str:
    """The title above a picture, and a line below it."""
    head = f'<FONT POINT-SIZE="12" COLOR="{INK}"><B>{broken(title, 60)}</B></FONT>'
    gap = '<FONT POINT-SIZE="4">&#160;</FONT>'
    rows = (head, gap, below) if below else (head,)
    return "".join(f"{row}{_BREAK}" for row in rows)


def text_width(text: str, size: float) -> int:
    """Points that text takes at most, of a font's size in points."""
    return round(sum(map(_letter_width, text)) * size) + 1


def _letter_width(letter: str) -> float:
    if letter in "ijlftrI.,:;'!|()[]{}/\\-` ":
        return 0.4
    if letter in "mwMW@%" or ord(letter) > 0x250:
        return 1
    return 0.78 if letter.isupper() else 0.62


def broken(text: str, width: int = 30, most: int = 4, join: str = _BREAK) -> str:
    """Text in at most `most` lines of about `width` characters, escaped."""
    # Doubled, since Graphviz reads a single backslash and an N as the node's own name.
    rows = [escape(line).replace("\\", "\\\\") for line in pieces(text, width, most)]
    return join.join(rows) or " "


def pieces(text: str, width: int = SMALL, most: int = 4) -> list[str]:
    """The lines of a text.

    Breaks at spaces, after punctuation and where a CamelCase word begins: names of states and
    errors have no spaces to break at.
    """
    lines = [""]
    for piece in _PIECES.findall(drawable(" ".join(text.split()))):
        for start in range(0, len(piece), width):
            part = piece[start : start + width]
            if len(lines[-1]) + len(part.rstrip()) > width:
                lines.append("")
            lines[-1] += part
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1].rstrip()}..."]
    return [line.rstrip() for line in lines]


def _extra_width(text: str) -> int:
    """Points to reserve for text beyond Latin, whose width Graphviz does not know; else 0."""
    if all(ord(letter) < 0x250 or letter in _KNOWN for letter in text):
        return 0
    wide = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return min(wide, 60) * 7
