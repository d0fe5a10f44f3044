"""docs/gallery.md is what `python -m orderlab.gallery` makes, and it shows every view."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from orderlab import console
from orderlab.gallery.making import PAGE, PICTURES
from orderlab.gallery.views import VIEWS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery as it is made now."""
    folder = tmp_path_factory.mktemp("gallery")
    done = subprocess.run(
        [sys.executable, "-m", "orderlab.gallery", str(folder)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """The page and its pictures."""
    paths = [folder / PAGE, *(folder / PICTURES).iterdir()]
    return {path.name: path.read_bytes() for path in paths}


def test_it_is_as_the_console_draws_now(made: Path) -> None:
    now, kept = files(made), files(DOCS)
    assert now.keys() == kept.keys()
    # As with notebooks, what is committed is what Linux makes.
    if sys.platform == "linux":
        assert [name for name in now if now[name] != kept[name]] == [], "run lab.py refresh"


def test_it_shows_every_call_of_the_console() -> None:
    called = re.findall(r"\bconsole\.(\w+)\(", "\n".join(view.code for view in VIEWS))
    assert set(called) == set(console.__all__)


def test_each_picture_is_on_the_page_and_says_what_it_shows() -> None:
    page = (DOCS / PAGE).read_text("utf-8")
    shown = re.findall(rf'<img src="{PICTURES}/([\w-]+\.svg)" alt="[^"]{{5,}}">', page)
    assert sorted(shown) == sorted(path.name for path in (DOCS / PICTURES).iterdir())


def test_it_asks_no_host_and_holds_no_path_of_one_machine() -> None:
    for name, content in files(DOCS).items():
        text = content.decode("utf-8")
        assert not re.search(r"<script|@import|url\(\s*['\"]?http|(?:src|href)=\"http", text), name
        assert not re.search(r"/root/|/home/|/Users/|/tmp/|site-packages", text), name
