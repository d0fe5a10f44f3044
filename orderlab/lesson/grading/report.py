"""Grades as a table for programs and as a page for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from importlib import resources
from pathlib import Path

import jinja2
import pandas as pd

from orderlab.lesson.grading.grades import NOT_TRIED, NOT_YET, SOLVED, Grade

SIGNS = {SOLVED: "✓", NOT_YET: "✗", NOT_TRIED: "·"}
# A spreadsheet would take a cell that begins so for a formula:
# owasp.org/www-community/attacks/CSV_Injection
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(grades: Sequence[Grade], folder: Path) -> tuple[Path, Path]:
    """Write `grades.csv` and `grades.html` into a folder; returns their paths."""
    table = pd.DataFrame(map(asdict, grades), columns=[field.name for field in fields(Grade)])
    csv, page = folder / "grades.csv", folder / "grades.html"
    table.map(_harmless).to_csv(csv, index=False)
    page.write_text(as_page(grades), encoding="utf-8")
    return csv, page


def as_page(grades: Sequence[Grade]) -> str:
    """One HTML page: a row a learner, a column an exercise, and what failed first."""
    template = resources.files("orderlab.lesson.grading") / "page.html.j2"
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    columns = {one.exercise: one for one in grades}
    rows: dict[str, dict[str, Grade]] = {}
    for one in grades:
        rows.setdefault(one.learner, {})[one.exercise] = one
    tried = {
        name: [one for one in grades if one.exercise == name and one.outcome != NOT_TRIED]
        for name in columns
    }
    counts = {
        name: (sum(one.outcome == SOLVED for one in some), len(some))
        for name, some in tried.items()
    }
    return environment.from_string(template.read_text(encoding="utf-8")).render(
        columns=columns,
        rows=rows,
        counts=counts,
        signs=SIGNS,
        failed=[one for one in grades if one.outcome == NOT_YET],
    )


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
