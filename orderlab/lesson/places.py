"""Where a learner's work is: the copy of the application that a notebook runs in."""

from __future__ import annotations

from pathlib import Path

from orderlab.lesson.edits import apply, copy_application
from orderlab.lesson.exercises import Exercise

COURSE = Path(__file__).resolve().parents[2]
SOLUTIONS = COURSE / "solutions"


def copy() -> Path:
    """The application's folder: the nearest one above this process's that holds a template.

    Raises:
        FileNotFoundError: there is none.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "template.yaml").is_file():
            return folder
    raise FileNotFoundError(f"No template.yaml in {here} or above it: open the notebook in work/.")


def workplace(exercise: Exercise, root: Path) -> Path:
    """The application that the learner edits for an exercise, made if it is not there yet.

    Args:
        root: the learner's copy of the application; itself the answer where nothing is given.
    """
    if not exercise.given:
        return root
    folder = root / folder_of(exercise)
    if not folder.exists():
        make_given(exercise, folder)
    return folder


def folder_of(exercise: Exercise) -> str:
    """The folder of a learner's copy that an exercise with a stack of its own is worked on in."""
    return f"exercises/{exercise.id.replace('.', '_')}"


def make_given(exercise: Exercise, folder: Path) -> None:
    """Make the application that an exercise begins with, from the course's."""
    copy_application(COURSE, folder)
    apply(exercise.given, folder)
