"""A timeline drawn with matplotlib."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from orderlab.console.outputs.plotting import DPI, FILLS, GRID, WIDTH, Drawing, Fill
from orderlab.console.style import CATCH, FAILURE, FAINT, INK
from orderlab.console.timelines.axis import Axis
from orderlab.console.timelines.bars import Bar
from orderlab.console.timelines.labels import (
    cut,
    fitting,
    labels_of,
    rank,
    sign_of,
    width_of,
    wrapped,
)
from orderlab.console.timelines.rows import Row

FRAMES = ("Parallel", "Map")
_FILLS = {
    "succeeded": FILLS["SUCCEEDED"],
    "failed": FILLS["FAILED"],
    "caught": Fill("#e8963c", "\\\\\\\\"),
    "stopped": FILLS["ABORTED"],
    "running": FILLS["RUNNING"],
    "": FILLS["SUCCEEDED"],
    "wait": Fill("#eef2f6", "////", "#8a97a5"),
    "backoff": Fill("#fff4e5", "||||", "#c98a4b"),
}
_INKS = {"failed": FAILURE, "caught": CATCH, "stopped": FAINT, "running": "#1565c0"}
_WORDS = {"wait": "waits", "backoff": "backoff before a retry"}

# In CSS pixels.
_TOP, _MARKS, _BOTTOM, _RIGHT = 42, 12, 62, 26
_TITLE, _TITLE_SIZE = 17, 10.5  # of a line of the title: its height; its font's size, in points
_ROW = 27
_LANE, _THIN_LANE = 11, 7  # of one item in a Map
_FEW = 12  # items that have room for a label each
_BAR, _FRAME = 13, 6
_LEAST = 4  # a bar that is narrower is drawn so wide
_INDENT = 14
_GAP = 4
_TICK_ROOM = 78


def draw(rows: Sequence[Row], axis: Axis, title: str, marks: Sequence[tuple[float, str]]) -> Figure:
    """The figure; `marks` are moments with a word, drawn across all rows. Call within `style()`."""
    return _Drawing(rows, axis).draw(title, marks)


class _Drawing:
    def __init__(self, rows: Sequence[Row], axis: Axis) -> None:
        self.rows = rows
        self.axis = axis
        names = [width_of(row.state, 9, _weight(row)) + _INDENT * row.depth for row in rows]
        self.left = min(round(max(names, default=60)) + 24, 300)
        self.heights = [max(_ROW, _lane(row) * len(row.lanes) + 12) for row in rows]
        self.right = max([_RIGHT, *(width_of(label, 8) + 12 for label in self._last_words())])
        self.inner = WIDTH - self.left - self.right

    def draw(self, title: str, marks: Sequence[tuple[float, str]]) -> Figure:
        rows = max(sum(self.heights), _ROW)
        lines = wrapped(title, WIDTH - 40, _TITLE_SIZE, "bold")
        top = _TOP + _TITLE * (len(lines) - 1)
        height = top + (_MARKS if marks else 0) + rows + _BOTTOM
        figure = Drawing(figsize=(WIDTH / DPI, height / DPI))
        box = (self.left / WIDTH, _BOTTOM / height, self.inner / WIDTH, rows / height)
        self.axes: Axes = figure.add_axes(box)
        self.axes.set_xlim(0, self.inner)
        self.axes.set_ylim(rows, 0)
        self._grid(rows)
        self._marks(marks, rows)
        self._rows()
        for number, line in enumerate(lines):
            y = 1 - (22 + _TITLE * number) / height
            figure.text(14 / WIDTH, y, line, size=_TITLE_SIZE, weight="bold", va="center")
        figure.legend(
            handles=list(self._legend()),
            loc="lower left",
            bbox_to_anchor=(6 / WIDTH, 2 / height),
            ncols=6,
        )
        return figure

    def _last_words(self) -> Iterator[str]:
        """Errors at the right end that have no room before their bar: one that follows another."""
        for row in self.rows:
            for before, bar in (lane[-2:] for lane in row.lanes if len(lane) > 1):
                follows = self.axis.place(before.end) >= self.axis.place(bar.start) - 0.02
                late = self.axis.place(bar.end) > 0.8 * self.axis.open
                if follows and late and bar.outcome in ("failed", "caught"):
                    yield f"{sign_of(bar.outcome)} {cut(bar.error or '')}"

    # ---- time

    def _grid(self, rows: float) -> None:
        axes = self.axes
        for start, end in self.axis.cuts:
            left, right = self._x(start), self._x(end)
            axes.axvspan(left, right, color="#f4f6f8", lw=0, zorder=0)
            self._cut(left, right, rows)
        ticks = self.axis.ticks(_TICK_ROOM / self.inner)
        places = [place * self.inner for place, _ in ticks]
        for label in axes.set_xticks(places, [label for _, label in ticks]):
            if label.label1.get_position()[0] > self.inner - 30:
                label.label1.set_horizontalalignment("right")
        axes.tick_params(axis="x", length=3)
        axes.spines["bottom"].set_visible(False)
        axes.spines["left"].set_visible(False)
        edges = [0.0, *(self._x(t) for cut in self.axis.cuts for t in cut), self.inner]
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            axes.plot([left, right], [rows, rows], color=FAINT, lw=0.8, clip_on=False)
        for place in places:
            axes.axvline(place, color=GRID, lw=0.8, zorder=0.5)

    def _cut(self, left: float, right: float, rows: float) -> None:
        """The axis is interrupted: two slanted strokes, and how long it is left out."""
        middle = (left + right) / 2
        self.axes.plot(
            [left, right], [rows, rows], color=FAINT, lw=0.8, ls=(0, (2, 3)), clip_on=False
        )
        for at in (middle - 3, middle + 3):
            self.axes.plot([at - 3, at + 3], [rows + 5, rows - 5], color=FAINT, clip_on=False, lw=1)

    def _marks(self, marks: Sequence[tuple[float, str]], rows: float) -> None:
        for moment, word in marks:
            at = self._x(moment)
            self.axes.plot([at, at], [-4, rows], color="#6b4a94", lw=1.2, ls="--", zorder=1)
            align = "right" if at > 0.8 * self.inner else "left"
            self.axes.text(
                at, -6, word, size=8, color="#6b4a94", va="bottom", ha=align, clip_on=False
            )

    def _x(self, seconds: float | None) -> float:
        return self.axis.place(seconds) * self.inner

    # ---- rows

    def _rows(self) -> None:
        top, names = 0.0, []
        for number, (row, height) in enumerate(zip(self.rows, self.heights, strict=True)):
            if number % 2:
                self.axes.axhspan(top, top + height, color="#000000", alpha=0.018, lw=0, zorder=0)
            lane = (height - 12) / len(row.lanes)
            said = top  # down to where there are labels already
            for at, bars in enumerate(row.lanes):
                middle = top + 6 + (at + 0.5) * lane
                if self._lane(row, bars, middle, middle - said > 9):
                    said = middle
            names.append((top + height / 2, row))
            top += height
        self.axes.set_yticks([])
        for middle, row in names:
            self._name(middle, row)

    def _name(self, middle: float, row: Row) -> None:
        left = 14 - self.left + _INDENT * row.depth
        weight = _weight(row)
        name = fitting(row.state, self.left - 20 - _INDENT * row.depth, 9, weight)
        self.axes.text(left, middle, name, va="center", size=9, weight=weight, clip_on=False)
        for depth in range(row.depth):
            at = 18 - self.left + _INDENT * depth
            self.axes.plot([at, at], [middle - 10, middle + 10], color=GRID, lw=1, clip_on=False)

    def _lane(self, row: Row, bars: Sequence[Bar], middle: float, speaks: bool) -> bool:
        """The bars of one item; `speaks`: there is room for labels. Returns whether there are."""
        narrow = len(row.lanes) > 1
        height = _FRAME if row.type in FRAMES else _lane(row) - 2 if narrow else _BAR
        taken = [self._bar(row, bar, middle, height) for bar in bars]
        if not speaks:
            return False
        # As room runs out, the worst is named first, and an error once: before its retry.
        order = sorted(range(len(bars)), key=lambda at: rank(bars[at]))
        said: list[str] = []
        for at in order:
            bar = bars[at]
            before_a_retry = bar.kind == "attempt" and bar.attempt < len(bar.visit.attempts)
            known = before_a_retry and any(bar.error and bar.error in one for one in said)
            labels = [sign_of(bar.outcome)] if known else list(labels_of(bar, narrow))
            said.append(self._label(bar, labels, *taken[at], middle, taken, narrow))
        return any(said)

    def _bar(self, row: Row, bar: Bar, middle: float, height: float) -> tuple[float, float]:
        left, right = self._x(bar.start), self._x(bar.end)
        if right - left < _LEAST:
            left, right = left - (_LEAST if left > self.inner - _LEAST else 0), left + _LEAST
        fill = _FILLS[bar.outcome if bar.kind == "attempt" else bar.kind]
        edge = _INKS.get(bar.outcome) or (fill.ink if bar.kind != "attempt" else fill.colour)
        frame = row.type in FRAMES and bar.kind == "attempt"
        patch = Rectangle(
            (left, middle - height / 2),
            right - left,
            height,
            facecolor="white" if frame else fill.colour,
            hatch="" if frame else fill.hatch,
            edgecolor=edge if frame or bar.kind != "attempt" else fill.ink,
            lw=1 if frame or bar.kind != "attempt" else 0,
            zorder=2 if bar.kind == "attempt" else 1.5,  # a short try is not to be covered
        )
        self.axes.add_patch(patch)
        if bar.end is None:
            self.axes.plot(
                [right], [middle], marker=">", color=edge, ms=height * 0.55, clip_on=False
            )
        return left, right

    def _label(
        self,
        bar: Bar,
        labels: Sequence[str],
        left: float,
        right: float,
        middle: float,
        taken: list[tuple[float, float]],
        narrow: bool,
    ) -> str:
        """The longest of its labels that has room: on a bar of a wait, behind it, or before it."""
        size = 7.0 if narrow else 8.0
        for label in labels:
            width = width_of(label, size) + 2 * _GAP
            inside = [(left + right - width) / 2] if right - left >= width else []
            places = [right, left - width]
            # A wait is pale enough to write on; an attempt, where there is no other room.
            for start in [*inside, *places] if bar.kind != "attempt" else [*places, *inside]:
                free = start in inside or all(
                    start + width <= a + 0.01 or start >= b - 0.01 for a, b in taken
                )
                if free and start >= -2 and start + width <= self.inner + self.right - 4:
                    back = {"fc": "white", "ec": "none", "pad": 1.2} if start in inside else None
                    colour = _INKS.get(bar.outcome, INK if start in inside else FAINT)
                    self.axes.text(
                        start + _GAP, middle, label, size=size, color=colour, va="center",
                        clip_on=False, zorder=4, bbox=back,
                    )  # fmt: skip
                    taken.append((start, start + width))
                    return label
        return ""

    def _legend(self) -> Iterator[Patch]:
        bars = [bar for row in self.rows for lane in row.lanes for bar in lane]
        outcomes = {bar.outcome for bar in bars if bar.kind == "attempt"}
        for outcome in ("succeeded", "failed", "caught", "stopped", "running"):
            if outcome in outcomes:
                label = f"{sign_of(outcome)} {outcome}"
                yield Patch(**_FILLS[outcome].bar, lw=0, label=label)
        if "" in outcomes and "succeeded" not in outcomes:
            yield Patch(**_FILLS[""].bar, lw=0, label=f"{sign_of('succeeded')} call made")
        for kind, word in _WORDS.items():
            if any(bar.kind == kind for bar in bars):
                yield Patch(**_FILLS[kind].bar, label=word)


def _weight(row: Row) -> str:
    return "bold" if row.type in FRAMES else "normal"


def _lane(row: Row) -> int:
    return _LANE if len(row.lanes) <= _FEW else _THIN_LANE
