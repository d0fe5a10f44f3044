"""Slides in a browser that has no network: they show, and go on at a key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orderlab.pages import export

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = sorted(int(path.name[:2]) for path in (ROOT / "notebooks").glob("*.ipynb"))
MOST = 2  # screens that a slide may take, before nobody scrolls to its end
# How many screens each slide takes; a slide that is not before one has no size until it is shown.
SCREENS = """() => [...document.querySelectorAll(".slides > section")].flatMap(column => {
  column.style.display = "block";
  const found = [...column.querySelectorAll(":scope > section")].map(slide => {
    slide.style.display = "block";
    const took = [slide.innerText.slice(0, 40), slide.scrollHeight / slide.clientHeight];
    slide.style.display = "";
    return took;
  });
  column.style.display = "";
  return found;
})"""


@pytest.fixture
def tab(chromium: Any) -> Any:
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def test_slides(tab: Any, tmp_path: Path) -> None:
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    page = export.export(export.find(ROOT / "notebooks", 3), "slides", tmp_path)
    tab.goto(page.as_uri())
    title = tab.locator("section.present h1, section.present h2")
    assert title.inner_text() == "3. Data flow"
    tab.keyboard.press("Space")
    tab.locator("section.present h2", has_text="Three questions back").wait_for()
    answer = tab.locator("section.present details").first.locator("p")
    assert not answer.is_visible()
    tab.locator("section.present summary").first.click()
    answer.wait_for()
    assert errors == []


@pytest.mark.parametrize("number", NUMBERS)
def test_no_slide_is_much_longer_than_the_screen(number: int, tab: Any, tmp_path: Path) -> None:
    page = export.export(export.find(ROOT / "notebooks", number), "slides", tmp_path)
    tab.goto(page.as_uri())
    tab.locator("section.present h1").wait_for()
    slides = tab.evaluate(SCREENS)
    assert len(slides) > 20
    assert [slide for slide in slides if slide[1] > MOST] == []


def test_a_handout(tab: Any, tmp_path: Path) -> None:
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    page = export.export(export.find(ROOT / "notebooks", 3), "handout", tmp_path)
    tab.goto(page.as_uri())
    tab.get_by_role("heading", name="What you can do now").wait_for()
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert tab.evaluate(wide)
    assert errors == []


def test_answers_are_folded_on_the_screen_and_shown_on_paper(tab: Any, tmp_path: Path) -> None:
    page = export.export(export.find(ROOT / "notebooks", 3), "handout", tmp_path)
    tab.goto(page.as_uri())
    answers = tab.get_by_text("Answer", exact=True).locator("xpath=following-sibling::p[1]")
    assert answers.count() > 3
    assert not any(answer.is_visible() for answer in answers.all())
    tab.emulate_media(media="print")
    assert all(answer.is_visible() for answer in answers.all())
