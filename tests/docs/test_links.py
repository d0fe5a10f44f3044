"""Links lead somewhere: to a file that exists, to a heading in it, or to a host that we know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from starter import workcopy
from tests.notebooks import lessons

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *lessons.PATHS]
HOSTS = {
    "docs.aws.amazon.com",
    "aws.amazon.com",
    "repost.aws",  # AWS's own questions and answers
    "boto3.amazonaws.com",
    "states-language.net",
    "docs.python.org",
    "docs.stripe.com",
    "developer.paypal.com",
    "docs.pytest.org",
    "hypothesis.readthedocs.io",
    "martinfowler.com",  # where the test pyramid is told
    "requests.readthedocs.io",
    "www.rfc-editor.org",  # where the internet's standards are published
    "keepachangelog.com",
    "github.com",
    "docs.github.com",
}
CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"\]\(\s*([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\s*\)")
DEFINED = re.compile(r"^\[[^\]]+\]: (\S+)$", re.MULTILINE)

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@cache
def text(page: Path) -> str:
    """What a page says, in Markdown."""
    if page.suffix == ".ipynb":
        return lessons.read(page).prose
    return page.read_text(encoding="utf-8")


def links(page: Path) -> Iterator[str]:
    prose = CODE.sub("", text(page))
    yield from INLINE.findall(prose)
    yield from DEFINED.findall(prose)


@cache
def anchors(page: Path) -> frozenset[str]:
    """What can stand after the "#" of a link to a page.

    JupyterLab names a notebook's headings after their words; GitHub a Markdown file's, in lower
    case and without signs.
    """
    without_fences = re.sub(r"^```.*?^```", "", text(page), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+?)\s*$", without_fences, re.MULTILINE)
    words = [re.sub(r"[*`]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    if page.suffix == ".ipynb":
        return frozenset(heading.replace(" ", "-") for heading in words)
    own = re.findall(r'<a id="([^"]+)"></a>', without_fences)
    slugs = [re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in words]
    return frozenset([*slugs, *own])


def leads(page: Path, link: str) -> bool:
    """Whether a link to a file finds it, and in it the heading."""
    path, _, anchor = unquote(link).partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


@each_page
def test_links_to_files_find_their_place(page: Path) -> None:
    here = [link for link in links(page) if not urlsplit(link).scheme]
    assert [link for link in here if not leads(page, link)] == []


@pytest.mark.parametrize("page", lessons.PATHS, ids=lambda page: page.name)
def test_a_lesson_leads_to_what_a_learners_copy_holds(page: Path) -> None:
    paths = [link.partition("#")[0] for link in links(page) if not urlsplit(link).scheme]
    places = [(page.parent / unquote(path)).resolve().relative_to(ROOT) for path in paths if path]
    assert [str(place) for place in places if place.parts[0] not in workcopy.COPIED] == []


@each_page
def test_links_away_are_to_hosts_that_we_know(page: Path) -> None:
    away = [urlsplit(link) for link in links(page) if urlsplit(link).scheme]
    assert [link for link in away if link.scheme != "https" or link.netloc not in HOSTS] == []


def test_no_host_is_known_in_vain() -> None:
    assert HOSTS - {urlsplit(link).netloc for page in PAGES for link in links(page)} == set()
