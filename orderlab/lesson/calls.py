"""What a lesson calls. Each works on the learner's copy that the notebook is in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from IPython.display import display

from orderlab.console.outputs import kernel
from orderlab.console.outputs.page import View
from orderlab.console.outputs.progress import saying
from orderlab.lesson import answers, index, places, predictions, record, solutions
from orderlab.lesson.exercises import Exercise
from orderlab.lesson.judging import starting
from orderlab.lesson.judging.verdict import Verdict, unplayed
from orderlab.lesson.notes import Note


def exercise(exercise_id: str) -> Note:
    """The task of an exercise; where it has a stack of its own, that stack's files are made.

    Args:
        exercise_id: the lesson's number and its own, as "08.1"; so for the other calls.

    Raises:
        ValueError: there is no such exercise.
    """
    found = index.find(exercise_id)
    places.workplace(found, places.copy())
    starting.prepare()
    return Note(f"**Exercise {found.id}: {found.title}** ({found.level})\n\n{found.task}")


def check(exercise_id: str, answer: Any = None) -> Verdict:
    """Judge the learner's copy: it is deployed beside the original, and the scenarios are played.

    Nothing is deployed to, and nothing read from, the local AWS of the notebook.

    Args:
        answer: where the task asks for one: a value that JSON can hold, or a function.

    Raises:
        ValueError: there is no such exercise.
    """
    from orderlab.lesson.judging import running

    root = places.copy()
    asked = index.find(exercise_id)
    try:
        if answer is not None:
            answers.keep(root, exercise_id, answer)
    except answers.NotAnAnswerError as error:
        return unplayed(asked, str(error))
    with saying(
        "Your copy is deployed to a local AWS of its own, and the scenarios are played ..."
    ):
        verdict = running.judge(asked, root)
    known = record.read(root)
    known.note(verdict)
    record.write(root, known)
    return verdict


def hint(exercise_id: str) -> Note:
    """The next hint; after the last one, all of them.

    Raises:
        ValueError: there is no such exercise.
    """
    found = index.find(exercise_id)
    root = places.copy()
    known = record.read(root)
    tries = known.tries(exercise_id)
    step = tries.hints
    tries.hints = min(step + 1, len(found.hints))
    record.write(root, known)
    if step < len(found.hints):
        return Note(f"Hint {step + 1} of {len(found.hints)}: {found.hints[step]}")
    every = "\n".join(f"{number}. {text}" for number, text in enumerate(found.hints, start=1))
    return Note(f'{every}\n\nThere are no more: `lesson.solution("{exercise_id}")` shows ours.')


def solution(exercise_id: str) -> Note:
    """What to change in the learner's files to have the solution, as a diff.

    Raises:
        ValueError: there is no such exercise.
    """
    index.find(exercise_id)
    diff = solutions.difference(exercise_id, places.copy())
    return Note(f"```diff\n{diff}```" if diff else "Yours is the solution, letter by letter.")


def predict(question_id: str) -> None:
    """Display a question, to be answered before the cell that shows it.

    Raises:
        ValueError: there is no such question.
    """
    question = predictions.find(question_id)
    root = places.copy()
    predictions.skip(question, root)
    display(predictions.static(question))  # type: ignore[no-untyped-call]
    if kernel.somebody_looks():
        display(predictions.buttons(question, root))  # type: ignore[no-untyped-call]


def progress() -> View:
    """What is solved along the path, and how well confidence fitted."""
    from orderlab.lesson import path

    return path.draw(record.read(places.copy()))


def reset(lesson: int | str) -> Note:
    """Put the files that a lesson's exercises edit back; the learner's stand beside them.

    Raises:
        ValueError: there is no such lesson, or it has no exercises.
    """
    number = f"{int(lesson):02}"
    own = [index.find(name) for name in index.all_ids() if name.startswith(f"{number}.")]
    if not own:
        raise ValueError(f"Lesson {number} has no exercises.")
    root = places.copy()
    lines = [*_reset_files(own, root), *_reset_folders(own, root)]
    return Note("\n".join(lines) or f"Nothing was changed in the files of lesson {number}.")


def _reset_files(own: list[Exercise], root: Path) -> Iterator[str]:
    for path in sorted({path for one in own if not one.given for path in one.files}):
        ours, theirs = places.COURSE / path, root / path
        if theirs.exists() and theirs.read_bytes() != ours.read_bytes():
            aside = theirs.with_name(f"{theirs.name}.mine")
            theirs.replace(aside)
            yield f"- `{path}` is the course's again; yours is now `{aside.name}`"
        theirs.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ours, theirs)


def _reset_folders(own: list[Exercise], root: Path) -> Iterator[str]:
    for one in own:
        if one.given and (folder := places.workplace(one, root)).exists():
            aside = folder.with_name(f"{folder.name}.mine")
            shutil.rmtree(aside, ignore_errors=True)
            folder.replace(aside)
            places.make_given(one, folder)
            yield f"- `{places.folder_of(one)}` is as it was given; yours is now `{aside.name}`"
