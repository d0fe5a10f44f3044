"""Every lesson has the parts of a lesson: CONTRIBUTING.md lists them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from orderlab.lesson import index
from tests.notebooks import lessons
from tests.notebooks.lessons import QUESTIONS_BACK, RECAP, Lesson

BACK = (1, 3, 7)  # how many lessons back the three questions go, as far as there are that many
EXERCISES = range(2, 6)
STEP = re.compile(r'lesson\.(exercise|check)\("(\d\d\.\d)"')
EXECUTION_GRAPH = re.compile(r"\S+, execution \S+: [A-Z_]+\n")
SHORTEST_TITLE = 20  # letters; what else stands in a chart is shorter, or not how its text begins


@pytest.fixture(params=lessons.PATHS, ids=lambda path: path.stem)
def lesson(request: pytest.FixtureRequest) -> Lesson:
    return lessons.read(request.param)


def pictures(lesson: Lesson) -> Iterator[tuple[str, str]]:
    """Each picture as SVG, and the same in words."""
    for cell in lesson.code:
        for output in cell.outputs:
            if "image/svg+xml" in (data := output.get("data", {})):
                yield "".join(data["image/svg+xml"]), "".join(data["text/plain"])


def is_titled_chart(svg: str, words: str) -> bool:
    """Whether matplotlib drew it, under what its words begin with; it notes what it writes."""
    drawn = re.findall(r"<!-- (.+?) -->", svg)
    return any(len(text) >= SHORTEST_TITLE and words.startswith(text) for text in drawn)


def test_it_asks_three_questions_back(lesson: Lesson) -> None:
    if lesson.number == "01":
        assert QUESTIONS_BACK not in lesson.prose
        return
    text = lesson.section(QUESTIONS_BACK).text
    found = re.findall(r"^\*\*From lesson (\d\d)\.\*\* ", text, re.MULTILINE)
    asked = [int(number) for number in found]
    expected = {back for steps in BACK if (back := int(lesson.number) - steps) > 0}
    assert len(asked) == text.count("<details>") == len(BACK)
    assert expected <= set(asked) <= set(range(1, int(lesson.number)))


def test_it_asks_before_it_shows(lesson: Lesson) -> None:
    assert "lesson.predict(" in lesson.program


def test_it_shows_an_execution_as_a_graph(lesson: Lesson) -> None:
    assert [w for svg, w in pictures(lesson) if "<!--" not in svg and EXECUTION_GRAPH.match(w)]


def test_it_shows_a_chart_with_a_title(lesson: Lesson) -> None:
    assert [words for svg, words in pictures(lesson) if is_titled_chart(svg, words)]


def test_it_has_its_sections_in_order(lesson: Lesson) -> None:
    titles = [section.title for section in lesson.sections]
    broken = [title for title in titles if title.startswith("Break it")]
    ends = ["Exercises", "On real AWS", RECAP, "What comes next"]
    assert len(broken) == 1
    order = [*([QUESTIONS_BACK] if lesson.number != "01" else []), *broken, *ends]
    assert [title for title in titles if title in order] == order


def test_it_has_two_to_five_exercises_and_the_first_is_core(lesson: Lesson) -> None:
    own = [name for name in index.all_ids() if name.startswith(lesson.number)]
    assert len(own) in EXERCISES
    assert own == [f"{lesson.number}.{number}" for number in range(1, len(own) + 1)]
    assert index.find(own[0]).level == "core"


def test_each_exercise_is_task_work_check(lesson: Lesson) -> None:
    """The cell between the two is for the learner: a name to work on, or the file to edit."""
    steps = [(cell, *found) for cell in lesson.code for found in STEP.findall(cell.source)]
    own = [name for name in index.all_ids() if name.startswith(lesson.number)]
    assert [step[1:] for step in steps] == [
        (call, name) for name in own for call in ("exercise", "check")
    ]
    places = {cell.id: place for place, cell in enumerate(lesson.cells)}
    tasks, checks = steps[::2], steps[1::2]
    apart = [places[c[0].id] - places[t[0].id] for t, c in zip(tasks, checks, strict=True)]
    assert [distance for distance in apart if distance < 2] == []


def test_its_sections_begin_slides(lesson: Lesson) -> None:
    opening = [c for c in lesson.markdown if re.search(r"^##? ", c.source, re.MULTILINE)]
    assert [cell.id for cell in opening if cell.slide != "slide"] == []


def test_the_instructor_finds_notes(lesson: Lesson) -> None:
    assert [cell for cell in lesson.markdown if cell.slide == "notes"]
