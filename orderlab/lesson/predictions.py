"""A question before the cell that answers it: what do you think will happen, and how sure are you?

The question and its folded answers are Markdown, saved with the notebook. Where a person sits
before the notebook, buttons stand beneath them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from orderlab.lesson import record
from orderlab.lesson.notes import Note

CONFIDENCES = (("guessing", 25), ("perhaps", 50), ("fairly sure", 75), ("certain", 95))


@dataclass(frozen=True)
class Choice:
    """One answer, and why it is right or wrong."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with its choices; `id` is the lesson's number and a name: "03.payload"."""

    id: str
    text: str
    choices: tuple[Choice, ...]


def find(question_id: str) -> Question:
    """The question of an id.

    Raises:
        ValueError: there is none; the message lists those of its lesson.
    """
    lesson = question_id.split(".", maxsplit=1)[0]
    questions = of_lesson(lesson)
    if question_id not in questions:
        there = ", ".join(questions) or "none"
        raise ValueError(f"There is no question {question_id!r}. Lesson {lesson} has: {there}.")
    return questions[question_id]


@cache
def of_lesson(lesson: str) -> dict[str, Question]:
    """The questions of a lesson by their ids, in their order."""
    file = resources.files("orderlab.lesson.questions") / f"{lesson}.yaml"
    if not file.is_file():
        return {}
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        f"{lesson}.{name}": Question(
            f"{lesson}.{name}",
            question["question"],
            tuple(Choice(**choice) for choice in question["choices"]),
        )
        for name, question in found.items()
    }


def static(question: Question) -> Note:
    """The question with its choices, and what there is to say of each, folded away."""
    choices = "\n".join(f"{number}. {one.text}" for number, one in _numbered(question))
    answers = "\n\n".join(
        f"{f'**{number}.**' if one.right else f'*{number}*:'} {one.why}"
        for number, one in sorted(_numbered(question), key=lambda pair: not pair[1].right)
    )
    return Note(
        f"**Predict.** {question.text}\n\n{choices}\n\n"
        f"<details>\n<summary>Answer</summary>\n\n{answers}\n\n</details>"
    )


def _numbered(question: Question) -> list[tuple[int, Choice]]:
    return list(enumerate(question.choices, start=1))


def answer(question: Question, choice: int, confidence: int, root: Path) -> Note:
    """Note a first answer; returns what to say of it."""
    known = record.read(root)
    chosen = question.choices[choice]
    before = known.predictions.get(question.id)
    if before is None or before.choice is None:
        known.predictions[question.id] = record.Prediction(choice, confidence, chosen.right)
        record.write(root, known)
    return Note(f"**{'Yes' if chosen.right else 'No'}.** {chosen.why}")


def skip(question: Question, root: Path) -> None:
    """Note that the question was shown; an answer takes its place."""
    known = record.read(root)
    if question.id not in known.predictions:
        known.predictions[question.id] = record.Prediction()
        record.write(root, known)


def buttons(question: Question, root: Path) -> Any:
    """What a person answers with: a choice, how sure, and a button, which explains the choice."""
    import ipywidgets as widgets

    choice = widgets.ToggleButtons(
        options=[(str(number), number - 1) for number, _ in _numbered(question)],
        value=None,
        description="My answer",
        style={"button_width": "3em"},
    )
    sure = widgets.ToggleButtons(
        options=CONFIDENCES, value=None, description="I am", style={"button_width": "8em"}
    )
    button = widgets.Button(description="Tell me", disabled=True)
    said = widgets.Output()

    def enable(_: object) -> None:
        button.disabled = choice.value is None or sure.value is None

    def tell(_: object) -> None:
        said.outputs = ()
        said.append_display_data(answer(question, choice.value, sure.value, root))

    choice.observe(enable, "value")
    sure.observe(enable, "value")
    button.on_click(tell)
    return widgets.VBox([choice, sure, button, said])
