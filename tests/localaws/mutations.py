"""Documents with random faults: what the tests of random templates and definitions share."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

BOUNDED = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
Place = tuple[Any, ...]  # the keys and indices that lead there

any_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    """Every place of a document."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*path, key))


@st.composite
def mutated(
    draw: Any,
    original: dict[str, Any],
    where: list[Place],
    values: st.SearchStrategy[Any],
    renames: st.SearchStrategy[str],
    additions: st.SearchStrategy[str],
) -> dict[str, Any]:
    """A document with one to three places dropped, replaced, renamed or added to."""
    found = copy.deepcopy(original)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(where))
        try:
            parent = found
            for key in path[:-1]:
                parent = parent[key]
            _change(draw, parent, path[-1], values, renames, additions)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken the place away
    return found


def _change(
    draw: Any,
    parent: Any,
    key: Any,
    values: st.SearchStrategy[Any],
    renames: st.SearchStrategy[str],
    additions: st.SearchStrategy[str],
) -> None:
    what = draw(st.sampled_from(["drop", "replace", "replace", "rename", "add"]))
    if what == "drop":
        del parent[key]
    elif what == "replace":
        parent[key] = draw(values)
    elif what == "rename" and isinstance(parent, dict):
        parent[draw(renames)] = parent.pop(key)
    elif isinstance(parent[key], dict):
        parent[key][draw(additions)] = draw(values)
