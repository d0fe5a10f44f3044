"""Two pictures as one: side by side where there is room, else one below the other."""

from __future__ import annotations

import io
import re
from functools import cached_property
from html import escape

from PIL import Image

from orderlab.console.outputs.picture import Picture

_WIDTH = 880  # CSS pixels: JupyterLab cuts off what is wider than a notebook's page
_SMALLEST = 0.62  # smaller than that nothing can be read: then they stand one below the other
_GAP = 24
_POINT = 96 / 72


class Pair(Picture):
    """Two drawings that belong together, in one bundle."""

    def __init__(self, one: Picture, other: Picture, text: str) -> None:
        self.text = text
        self.pictures = (one, other)

    @cached_property
    def _at(self) -> tuple[int, int]:
        """Where the other one begins."""
        one, other = (picture.size for picture in self.pictures)
        beside = (one[0] + other[0] + _GAP) * _SMALLEST <= _WIDTH
        return (one[0] + _GAP, 0) if beside else (0, one[1] + _GAP)

    @property
    def _whole(self) -> tuple[int, int]:
        """Width and height before it is fitted to the page."""
        one, other = (picture.size for picture in self.pictures)
        return max(one[0], self._at[0] + other[0]), max(one[1], self._at[1] + other[1])

    @property
    def size(self) -> tuple[int, int]:
        width, height = self._whole
        scale = min(1, _WIDTH / width) if self._at[0] else 1
        return round(width * scale), round(height * scale)

    @cached_property
    def svg(self) -> str:
        """One svg element that holds both; ids of the first begin with `a-`, of the other `b-`."""
        width, height = self.size
        box = "0 0 {} {}".format(*self._whole)
        places = ((0, 0), self._at)
        inner = "".join(
            _placed(picture.svg, place, prefix)
            for picture, place, prefix in zip(self.pictures, places, ("a-", "b-"), strict=True)
        )
        return (
            f'<svg role="img" aria-label="{escape(self.text)}" width="{width / _POINT:g}pt" '
            f'height="{height / _POINT:g}pt" viewBox="{box}" '
            'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
            f'<rect width="100%" height="100%" fill="white"/>{inner}</svg>'
        )

    @cached_property
    def png(self) -> bytes:
        one, other = (
            Image.open(io.BytesIO(picture.png)).convert("RGB") for picture in self.pictures
        )
        scale = one.width / self.pictures[0].size[0]
        size = tuple(round(length * scale) for length in self._whole)
        whole = Image.new("RGB", (size[0], size[1]), "white")
        whole.paste(one, (0, 0))
        whole.paste(other, (round(self._at[0] * scale), round(self._at[1] * scale)))
        page = io.BytesIO()
        whole.save(page, "PNG")
        return page.getvalue()


def _placed(svg: str, place: tuple[int, int], prefix: str) -> str:
    svg = re.sub(r' (id|aria-labelledby)="([^"]+)"', rf' \1="{prefix}\2"', svg)
    svg = re.sub(r'(url\(|xlink:href=")#', rf"\1#{prefix}", svg)
    svg = re.sub(r' role="img" aria-label="[^"]*"', "", svg, count=1)
    return svg.replace("<svg ", f'<svg x="{place[0]}" y="{place[1]}" ', 1)
