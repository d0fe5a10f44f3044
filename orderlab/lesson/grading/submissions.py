"""What learners hand in: a folder each, with their copy of the application or a part of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from orderlab.lesson import answers, edits, places, record
from orderlab.lesson.exercises import Exercise
from orderlab.lesson.index import all_ids, find

EXERCISES = "exercises"
MOST = 50_000_000  # bytes of one submission; the course's application has less than one percent


@dataclass(frozen=True)
class Submission:
    """A learner's folder, laid over the course's application in a folder of the grader's.

    Attributes:
        learner: the name of their folder.
        root: where it lies now; nothing that is done there reaches what was handed in.
        notes: their own record of checks and hints.
    """

    learner: str
    root: Path
    notes: record.Record

    def tried(self, exercise: Exercise) -> bool:
        """Whether there is anything of theirs to judge."""
        if exercise.id in self.notes.exercises and self.notes.tries(exercise.id).checks:
            return True
        if exercise.given:
            return (self.root / places.folder_of(exercise)).exists()
        if not exercise.files:
            return bool(answers.text(self.root, exercise.id))
        return any(not _same(self.root / path, places.COURSE / path) for path in exercise.files)


def learners(folder: Path) -> list[Path]:
    """The folders of the learners in a folder, by name.

    Raises:
        FileNotFoundError: there is no such folder, or none in it.
    """
    found = sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    if not found:
        raise FileNotFoundError(f"{folder} holds no folders: one for each learner is needed.")
    return found


def take(handed_in: Path, root: Path) -> Submission:
    """Copy what a learner has handed in over the course's application.

    Links and devices are left out, so that nothing from elsewhere comes in.

    Args:
        handed_in: the learner's folder, or one with their folder `work` in it.
        root: a new folder.

    Raises:
        ValueError: it is too large.
    """
    work = handed_in / "work"
    source = work if work.is_dir() and not work.is_symlink() else handed_in
    parts = (*edits.APPLICATION, answers.FOLDER, EXERCISES)
    if edits.size_of(source, parts) > MOST:
        raise ValueError(f"The submission holds more than {MOST // 1_000_000} MB.")
    edits.copy_application(places.COURSE, root)
    for part in parts:
        edits.copy(source / part, root / part)
    return Submission(handed_in.name, root, record.look(source))


def together(exercises: Sequence[Exercise]) -> Iterator[list[Exercise]]:
    """Exercises in groups that can be judged on one stack: those of a lesson, in one folder."""
    for _, group in groupby(exercises, key=lambda one: one.id if one.given else one.id[:2]):
        yield list(group)


def exercises_of(lesson: int | None) -> list[Exercise]:
    """The exercises of a lesson, or of all; those that share a stack stand together.

    Raises:
        ValueError: the lesson has none.
    """
    wanted = "" if lesson is None else f"{lesson:02}."
    chosen = [find(name) for name in all_ids() if name.startswith(wanted)]
    if not chosen:
        raise ValueError(f"Lesson {wanted[:-1]} has no exercises.")
    return sorted(chosen, key=lambda one: (one.id[:2], bool(one.given), one.id))


def _same(theirs: Path, ours: Path) -> bool:
    """Whether a file is the course's; an editor on Windows may have saved it with its own ends."""
    if not theirs.is_file():
        return False
    return theirs.read_bytes().replace(b"\r\n", b"\n") == ours.read_bytes().replace(b"\r\n", b"\n")
