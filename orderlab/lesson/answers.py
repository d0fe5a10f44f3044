"""Answers that are no file of the application: a value from the learner's cell.

They are kept as JSON in the copy, so that a grader finds them there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from orderlab.lesson.exercises import module_of

FOLDER = "answers"


class NotAnAnswerError(Exception):
    """What was given cannot be judged; the message says why."""


def keep(root: Path, exercise_id: str, answer: Any) -> None:
    """Keep an answer in a copy.

    Args:
        answer: what JSON can hold.

    Raises:
        NotAnAnswerError: it is something else.
    """
    try:
        text = json.dumps(answer, indent=1)
    except (TypeError, ValueError) as error:
        raise NotAnAnswerError(f"The answer must be what JSON can hold: {error}.") from error
    path = _path(root, exercise_id)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def read(root: Path, exercise_id: str) -> Any:
    """The value that was given in a copy.

    Raises:
        NotAnAnswerError: none was.
    """
    path = _path(root, exercise_id)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        missing = f'There is no answer yet: lesson.check("{exercise_id}", …) takes it.'
        raise NotAnAnswerError(missing) from error
    except ValueError as error:
        raise NotAnAnswerError(f"{path.name} is not JSON: {error}.") from error


def _path(root: Path, exercise_id: str) -> Path:
    return root / FOLDER / f"{module_of(exercise_id)}.json"
