"""Text of an SVG as wide as it was reckoned, in whatever font a browser has.

Graphviz reckons with Helvetica's metrics, which Arial and Liberation Sans share. A machine with
neither takes a font of its own, often one that is an eighth wider: without a length of its own,
text would run over the edge of its box.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape

# Helvetica's widths in thousandths of its size, from the space to the tilde.
_PLAIN = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 "
    "556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 "
    "1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 "
    "667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 "
    "333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 "
    "556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 "
    "556 556 556 556 556 556 556 556 556 556 333 333 584 584 584 611 "
    "975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 "
    "667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 "
    "333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 "
    "611 611 389 556 333 611 556 778 556 556 500 389 280 389 584"
)
_WIDTHS = {
    bold: {chr(32 + place): int(width) for place, width in enumerate(table.split())}
    for bold, table in ((False, _PLAIN), (True, _BOLD))
}
_SIGNS = dict.fromkeys("λ√✓✗\N{MULTIPLICATION SIGN}◊○ʘ◷≡‖≠·", 584) | dict.fromkeys("→►…", 1000)
_TEXT = re.compile(r'<text (?P<attributes>[^>]*font-size="(?P<size>[\d.]+)"[^>]*)>(?P<text>[^<]+)<')


def width(text: str, size: float, bold: bool = False) -> float | None:
    """Width of a text in the unit of its size; None where a letter's width is not known."""
    found = [_letter(letter, bold) for letter in text]
    return None if None in found else sum(filter(None, found)) * size / 1000


def fitted(svg: str) -> str:
    """An SVG of Graphviz's with the length of each text that has more than one letter."""
    return _TEXT.sub(_with_its_length, svg)


def _with_its_length(found: re.Match[str]) -> str:
    text, attributes = unescape(found["text"]), found["attributes"]
    reckoned = width(text, float(found["size"]), 'font-weight="bold"' in attributes)
    if len(text.strip()) < 2 or reckoned is None:
        return found[0]
    length = f'textLength="{reckoned:.1f}" lengthAdjust="spacingAndGlyphs"'
    return f"<text {attributes} {length}>{found['text']}<"


def _letter(letter: str, bold: bool) -> int | None:
    base = unicodedata.normalize("NFKD", letter)[:1]
    return _WIDTHS[bold].get(base) or _SIGNS.get(letter)
