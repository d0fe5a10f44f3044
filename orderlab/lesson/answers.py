"""Answers that are no file of the application: a value, or a function, from the learner's cell.

They are kept in the copy, so that a grader finds them there: a value as JSON, a function as its
source.
"""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orderlab.lesson.ids import module_of

FOLDER = "answers"
SOURCE = "<your function>"  # where a traceback says that a line of it stands


class NotAnAnswerError(Exception):
    """What was given cannot be judged; the message says why."""


def keep(root: Path, exercise_id: str, answer: Any) -> None:
    """Keep an answer in a copy.

    Args:
        answer: what JSON can hold, or a function that was written in a cell.

    Raises:
        NotAnAnswerError: it is something else.
    """
    text = text_of(answer)
    path = _path(root, exercise_id)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def text_of(answer: Any) -> str:
    """An answer as it is kept.

    Raises:
        NotAnAnswerError: it is neither what JSON can hold nor a function that was written.
    """
    try:
        kept = {"function": _source(answer)} if callable(answer) else {"value": answer}
        return json.dumps(kept, indent=1) + "\n"
    except (TypeError, ValueError) as error:
        raise NotAnAnswerError(f"The answer must be what JSON can hold: {error}.") from error


def _source(function: Callable[..., Any]) -> str:
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (TypeError, OSError) as error:
        raise NotAnAnswerError("The function must be written with def, in a cell.") from error
    if not source.startswith("def "):
        raise NotAnAnswerError("The function must be written with def: its source is kept.")
    return source


def shown(kept: str) -> str:
    """What people read of a kept text: a function's source, or the value."""
    found = json.loads(kept)
    return str(found["function"]) if "function" in found else json.dumps(found["value"], indent=2)


def text(root: Path, exercise_id: str) -> str:
    """The text that a copy keeps of an answer; "" where there is none."""
    path = _path(root, exercise_id)
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def read(root: Path, exercise_id: str) -> Any:
    """The value that was given in a copy; a function comes back as one, from its source.

    Raises:
        NotAnAnswerError: none was, or it cannot be read.
    """
    kept = text(root, exercise_id)
    if not kept:
        missing = f'There is no answer yet: lesson.check("{exercise_id}", …) takes it.'
        raise NotAnAnswerError(missing)
    try:
        found = json.loads(kept)
        return _function(found["function"]) if "function" in found else found["value"]
    except (ValueError, TypeError, KeyError) as error:
        name = _path(root, exercise_id).name
        raise NotAnAnswerError(f"{name} is not an answer: {error}.") from error


def _function(source: str) -> Callable[..., Any]:
    """The function of a source, which knows nothing of the cells around it."""
    names: dict[str, Any] = {}
    try:
        exec(compile(source, SOURCE, "exec"), names)
    except Exception as error:
        raise NotAnAnswerError(f"The function cannot be read: {error}.") from error
    made: Callable[..., Any] = [value for value in names.values() if inspect.isfunction(value)][-1]
    return made


def _path(root: Path, exercise_id: str) -> Path:
    return root / FOLDER / f"{module_of(exercise_id)}.json"
