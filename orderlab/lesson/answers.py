"""Answers that are no file of the application: a value or a function from the learner's cell.

They are kept as files in the copy, so that a grader finds them there: a value as JSON, a function
as its source.
"""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orderlab.lesson.exercises import module_of

FOLDER = "answers"


class NotAnAnswerError(Exception):
    """What was given cannot be judged; the message says why."""


def keep(root: Path, exercise_id: str, answer: Any) -> None:
    """Keep an answer in a copy.

    Args:
        answer: what JSON can hold, or a function of its own, without names from outside.

    Raises:
        NotAnAnswerError: it is neither.
    """
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    name = module_of(exercise_id)
    if callable(answer):
        (folder / f"{name}.py").write_text(_source(answer), encoding="utf-8")
        return
    try:
        text = json.dumps(answer, indent=1)
    except (TypeError, ValueError) as error:
        raise NotAnAnswerError(f"The answer must be what JSON can hold: {error}.") from error
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def read(root: Path, exercise_id: str) -> Any:
    """The value that was given in a copy.

    Raises:
        NotAnAnswerError: none was.
    """
    path = root / FOLDER / f"{module_of(exercise_id)}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotAnAnswerError(_missing(exercise_id)) from error
    except ValueError as error:
        raise NotAnAnswerError(f"{path.name} is not JSON: {error}.") from error


def _missing(exercise_id: str) -> str:
    return f'There is no answer yet: lesson.check("{exercise_id}", …) takes it.'


def _source(function: Callable[..., Any]) -> str:
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError) as error:
        raise NotAnAnswerError("The answer must be a function that a cell defines.") from error
