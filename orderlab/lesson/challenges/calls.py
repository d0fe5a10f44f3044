"""What a lesson calls: `challenge` breaks a stack for a neighbour, `accept` opens theirs."""

from __future__ import annotations

from pathlib import Path

from orderlab.lesson import places
from orderlab.lesson.challenges import challenge as challenges
from orderlab.lesson.challenges.faults import FAULTS
from orderlab.lesson.notes import Note


def challenge(fault: str | None = None) -> Note:
    """Write a file with one fault in it, for a neighbour; without a fault, list those there are.

    Args:
        fault: its name in the list.

    Raises:
        ValueError: there is no fault of this name.
    """
    if fault is None:
        rows = "\n".join(f"| `{one.name}` | {one.felt} |" for one in FAULTS)
        return Note(f"| fault | what is felt of it |\n|:--|:--|\n{rows}")
    path = challenges.write(challenges.named(fault), places.copy())
    return Note(
        f"`exercises/{path.name}` holds a broken stack. Send it to a neighbour, who puts it into "
        f'`exercises/` and opens it with `lesson.accept("{path.name}")`.'
    )


def accept(path: str | Path) -> Note:
    """Open a neighbour's challenge: the broken stack is made, in a folder of its own.

    A stack that was made before stays as it is, with what was edited in it.

    Args:
        path: the file's, relative to the notebook or to `exercises`.

    Raises:
        NotAChallengeError: the file is no challenge, or it was damaged.
    """
    root = places.copy()
    there = Path(path) if Path(path).is_file() else root / "exercises" / path
    accepted = challenges.exercise_of(challenges.read(there))
    places.workplace(accepted, root)
    return Note(
        f"**{accepted.title}** ({accepted.level})\n\n{accepted.task}\n\n"
        f'`lesson.check("{accepted.id}")` checks it, and `lesson.hint("{accepted.id}")` helps.'
    )
