"""What a check says: one row a scenario, and the first that failed in a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from html import escape

from orderlab.lesson.exercises import Exercise

PASSED, FAILED = "passed", "failed"
_SIGNS = {PASSED: ("✓", "#2e7d32"), FAILED: ("✗", "#b3261e")}
_CELL = "text-align:left;vertical-align:top;padding:3px 12px 3px 0"


@dataclass(frozen=True)
class Row:
    """One scenario: what was expected, what happened, and "passed" or "failed"."""

    scenario: str
    expected: str
    got: str
    outcome: str


@dataclass(frozen=True)
class Verdict:
    """What came of a check.

    Attributes:
        rows: the scenarios that were played; after the first that fails, no more are.
        sentence: what the first failing one shows, or why nothing could be played; "" if solved.
        left: how many scenarios were not played.
    """

    exercise: str
    title: str
    rows: tuple[Row, ...]
    sentence: str = ""
    left: int = 0

    @property
    def solved(self) -> bool:
        return not self.sentence

    @property
    def headline(self) -> str:
        name = f"{self.exercise} {self.title}"
        if self.solved:
            return f"{name}: solved. All {len(self.rows)} scenarios hold."
        return f"{name}: not yet."

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Verdict:
        """Raises:
        ValueError, TypeError, KeyError: the text is not a verdict's.
        """
        found = json.loads(text)
        found["rows"] = tuple(Row(**row) for row in found["rows"])
        return Verdict(**found)

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield self.headline
        for row in self.rows:
            sign = _SIGNS[row.outcome][0]
            yield f"  {sign} {row.scenario}: expected {row.expected}, got {row.got}"
        if self.sentence:
            yield self.sentence
        if self.left:
            yield _not_played(self.left)
        if not self.solved:
            yield f'A hint: lesson.hint("{self.exercise}")'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": repr(self)}

    @property
    def html(self) -> str:
        """Inline styles alone: a notebook that is not trusted keeps no others."""
        head = f"<p><b>{escape(self.headline)}</b></p>"
        names = "".join(
            f'<th style="{_CELL}">{name}</th>' for name in ("", "Scenario", "Expected", "Got")
        )
        body = "".join(map(_html_row, self.rows))
        table = (
            f'<table style="border-collapse:collapse"><thead><tr>{names}</tr></thead>'
            f"<tbody>{body}</tbody></table>"
        )
        end = [self.sentence] if self.sentence else []
        end += [_not_played(self.left)] if self.left else []
        tail = "".join(f"<p>{_prose(line)}</p>" for line in end)
        if not self.solved:
            tail += f'<p>A hint: <code>lesson.hint("{self.exercise}")</code></p>'
        return f'<div class="mathjax_ignore">{head}{table if self.rows else ""}{tail}</div>'


def unplayed(exercise: Exercise, sentence: str) -> Verdict:
    """The verdict where no scenario could be played, and why."""
    return Verdict(exercise.id, exercise.title, (), sentence, len(exercise.scenarios))


def _not_played(left: int) -> str:
    more = "1 more scenario was" if left == 1 else f"{left} more scenarios were"
    return f"{more} not played."


def _prose(text: str) -> str:
    """A sentence as HTML, with what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _html_row(row: Row) -> str:
    sign, colour = _SIGNS[row.outcome]
    mark = f'<span style="color:{colour};font-weight:bold" title="{row.outcome}">{sign}</span>'
    cells = (mark, escape(row.scenario), escape(row.expected), escape(row.got))
    return "<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells) + "</tr>"
