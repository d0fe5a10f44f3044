"""A page of rows: what it says as HTML and as text."""

from __future__ import annotations

import pandas as pd
import pytest

from orderlab.console.stacks.listing import Listing

HOSTILE = "<img src=x onerror=alert(1)> & $x^2$ </details></td>\n\x1b[31m"


def _hostile() -> Listing:
    data = pd.DataFrame({HOSTILE: [HOSTILE], "number": [1]})
    return Listing(HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, data, [HOSTILE], folds=[HOSTILE])


def test_everything_is_escaped() -> None:
    html = _hostile()._repr_mimebundle_()["text/html"]
    assert "<img" not in html
    assert html.count("&lt;img") == 8  # name, kind, fact and its name, head, cell, fold, note
    assert html.count("<td") == html.count("</td>") == 2
    assert html.count("</details>") == 1
    assert 'class="mathjax_ignore"' in html  # a $ begins no formula
    for tag in ("<style", "<script", "<a "):
        assert tag not in html


def test_both_forms_say_the_same() -> None:
    data = pd.DataFrame({"id": ["a", "b"], "price": [1, None]}, dtype=object)
    page = Listing("T", "DynamoDB table", {"items": "! 2"}, data, ["Mind this."], follow=_hostile)
    assert repr(page).splitlines() == [
        "T (DynamoDB table)",
        "  items: ! 2",
        "  id  price",
        "  a   1",
        "  b",
        "  Mind this.",
        "  There is more: .next()",
    ]
    html = page._repr_mimebundle_()["text/html"]
    for word in ("DynamoDB table", "items", "! 2", "price", "Mind this.", "There is more: .next()"):
        assert word in html


def test_pages() -> None:
    last = Listing("last", "queue", {}, pd.DataFrame(), empty="nothing here")
    first = Listing("first", "queue", {}, pd.DataFrame(), follow=lambda: last)
    assert first.next() is last
    assert repr(last) == "last (queue)\n  nothing here"
    with pytest.raises(LookupError, match="last page of last"):
        last.next()


def test_long_values_are_cut_and_stay_whole_in_the_data() -> None:
    long = "x" * 30_000
    page = Listing("T", "table", {}, pd.DataFrame({"a": [long]}), folds=[long])
    html = page._repr_mimebundle_()["text/html"]
    assert "(10000 more characters)" in html
    assert len(html) < 22_000
    assert len(repr(page)) < 200
    assert page.data["a"][0] == long
