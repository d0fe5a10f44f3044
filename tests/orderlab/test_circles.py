"""No module of ours needs one that needs it, over whatever way: not even inside of a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# `branching.state(…).apply(arn, at)` is how a lesson branches: what is described knows who does it.
# The engine is loaded only then, and with it moto; whoever describes a change needs neither.
EXCEPTION = ("localaws.branching.changes", "localaws.branching.engine")


def imported(source: str) -> Iterator[str]:
    """What is imported anywhere in a module; of a `from`, also each name, which may be a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, "ours are imported by their whole names"
            yield from (f"{node.module}.{one.name}" for one in node.names)


def ours() -> dict[str, set[str]]:
    """By each module's name those of ours that it imports."""
    sources = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for package in ("localaws", "orderlab", "starter")
        for path in (ROOT / package).rglob("*.py")
    }
    found = {}
    for name, path in sources.items():
        whole = set(imported(path.read_text(encoding="utf-8")))
        modules = {one if one in sources else one.rpartition(".")[0] for one in whole}
        found[name] = modules & (sources.keys() - {name})
    return found


def test_no_imports_go_round_in_a_circle() -> None:
    modules = ours()
    modules[EXCEPTION[0]].remove(EXCEPTION[1])
    try:
        TopologicalSorter(modules).prepare()
    except CycleError as error:
        pytest.fail(f"Imports in a circle: {' <- '.join(error.args[1])}")


def test_the_exception_still_is_one() -> None:
    with pytest.raises(CycleError) as found:
        TopologicalSorter(ours()).prepare()
    assert set(EXCEPTION) <= set(found.value.args[1])
