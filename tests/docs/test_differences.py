"""docs/differences.md: each row has an id, a page of AWS, and a test that shows it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "differences.md").read_text(encoding="utf-8")
LINKS = dict(re.findall(r"^\[([^]]+)\]: (\S+)$", DOCUMENT, re.MULTILINE))
AWS = ("https://docs.aws.amazon.com/", "https://repost.aws/knowledge-center/")
# Rows about time itself, of which no page of AWS has to say anything.
WITHOUT_A_PAGE = {"time-reads", "time-cells", "time-notebook", "time-threads"}


class Difference(NamedTuple):
    """A row of the tables."""

    id: str
    aws: str
    here: str
    matters: str
    test: str


def rows() -> list[Difference]:
    found = re.findall(r"^\| `(.+)` \|$", DOCUMENT, re.MULTILINE)
    return [Difference(*re.split(r"`? \| `?", row)) for row in found]


def named_tests(path: Path) -> Iterator[str]:
    """The tests of a file, as pytest names them."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, ast.FunctionDef) and inner.name.startswith("test_"):
                parts = [node.name, inner.name] if inner is not node else [inner.name]
                yield "::".join([path.relative_to(ROOT).as_posix(), *parts])


each_row = pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)


def test_each_line_of_a_table_is_a_row() -> None:
    lines = re.findall(r"^\|.*\|$", DOCUMENT, re.MULTILINE)
    heads = [line for line in lines if line.startswith(("| Difference |", "|---"))]
    ids = [row.id for row in rows()]
    assert ids
    assert len(lines) == len(heads) + len(ids)
    assert len(set(ids)) == len(ids)


@each_row
def test_the_test_of_a_row_exists(row: Difference) -> None:
    path = ROOT / row.test.partition("::")[0]
    assert row.test in named_tests(path)


@each_row
def test_a_row_names_a_page_of_aws(row: Difference) -> None:
    pages = re.findall(r"\[([^]]+)\]\[\]", row.aws)
    assert bool(pages) == (row.id not in WITHOUT_A_PAGE)
    assert all(LINKS[page].startswith(AWS) for page in pages)


def test_each_page_is_named() -> None:
    assert set(LINKS) == set(re.findall(r"\[([^]]+)\]\[\]", DOCUMENT))


def test_each_test_of_a_difference_has_a_row() -> None:
    paths = sorted((ROOT / "tests" / "localaws" / "differences").glob("test_*.py"))
    shown = {name for path in paths for name in named_tests(path)}
    assert shown - {row.test for row in rows()} == set()
