"""A challenge: its file, and the exercise that whoever opens it has before them.

The file names a fault of the catalogue and holds nothing else: opening one applies the catalogue's
edits, and runs nothing of the file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from pathlib import Path

from orderlab.lesson.challenges.faults import FAULTS, Fault
from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise

PREFIX = "challenge-"
MOST_LINES = 10
_VERSION = 1
_LONGEST = 2000  # characters of a file
_ROOM = 160  # bytes, so that a name's length does not show


class NotAChallengeError(ValueError):
    """A file is not a challenge, or not one of this course; the message says what to do."""


def named(name: str) -> Fault:
    """The fault of a name.

    Raises:
        ValueError: there is none; the message lists them.
    """
    for fault in FAULTS:
        if fault.name == name:
            return fault
    known = ", ".join(fault.name for fault in FAULTS)
    raise ValueError(f"There is no fault {name!r}. There are: {known}.")


def id_of(fault: Fault) -> str:
    """A challenge's id, which does not tell the fault: `challenge-3f2a`."""
    return PREFIX + hashlib.sha256(f"challenge/{fault.name}".encode()).hexdigest()[:4]


def encode(fault: Fault) -> str:
    """The text of a challenge's file."""
    told = json.dumps({"challenge": _VERSION, "fault": fault.name}).encode().ljust(_ROOM)
    packed = base64.b64encode(zlib.compress(_mixed(told))).decode()
    lines = [packed[start : start + 64] for start in range(0, len(packed), 64)]
    return "\n".join(lines) + "\n"


def decode(text: str) -> Fault:
    """The fault that a challenge's file names.

    Raises:
        NotAChallengeError: it is damaged, no challenge, or from a newer course.
    """
    try:
        packed = base64.b64decode("".join(text.split())[:_LONGEST], validate=True)
        told = json.loads(_mixed(zlib.decompressobj().decompress(packed, _ROOM)))
        version, name = told["challenge"], str(told["fault"])
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise NotAChallengeError(
            "This file is no challenge, or it was damaged on its way: ask for it once more."
        ) from error
    if version != _VERSION or name not in {fault.name for fault in FAULTS}:
        raise NotAChallengeError(
            "This challenge was made by another version of the course: update yours (`git pull`)."
        )
    return named(name)


def _mixed(told: bytes) -> bytes:
    """The same bytes, unreadable; applied twice, they are back. It hides, and protects nothing."""
    key = hashlib.sha512(b"break my stack").digest()
    return bytes(byte ^ key[index % len(key)] for index, byte in enumerate(told))


def find(challenge_id: str) -> Exercise:
    """The exercise of a challenge.

    Raises:
        ValueError: there is no such challenge.
    """
    for fault in FAULTS:
        if id_of(fault) == challenge_id:
            return exercise_of(fault)
    raise ValueError(f"There is no challenge {challenge_id!r}: lesson.accept(path) opens one.")


def exercise_of(fault: Fault) -> Exercise:
    """A broken stack to mend; its scenarios ask what the shop's stack has always done."""
    from orderlab.lesson.challenges import scenarios  # it brings the local AWS with it

    made = id_of(fault)
    files = tuple(dict.fromkeys(edit.path for edit in fault.edits))
    task = (
        "A neighbour has broken the shop's stack with **one** fault: in the template, in the state "
        "machine or in a handler. Find it from what the stack does, and mend it. Afterwards all "
        f"works as it always has, with at most {MOST_LINES} edited lines and no wider permission.\n"
        "\n"
        f"The broken stack is in `exercises/{made}`. To begin anew, delete that folder, and open "
        "the file once more."
    )
    found = Exercise(made, "Break my stack", "extra", task, files, fault.hints, fault.edits)
    scenarios.add_to(found, MOST_LINES)
    return found


def mend(challenge_id: str) -> tuple[Edit, ...]:
    """The edits that undo a challenge's fault."""
    edits = find(challenge_id).given
    return tuple(Edit(edit.path, edit.after, edit.before) for edit in reversed(edits))


def write(fault: Fault, root: Path) -> Path:
    """Write a challenge's file into a learner's copy; returns its path."""
    path = root / "exercises" / f"{id_of(fault)}.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text(encode(fault), encoding="utf-8", newline="\n")
    return path


def read(path: Path) -> Fault:
    """The fault of a challenge's file.

    Raises:
        NotAChallengeError: it is none, or it cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as file:
            return decode(file.read(_LONGEST))
    except FileNotFoundError:
        raise NotAChallengeError(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise NotAChallengeError(f"{path.name} cannot be read: {error}.") from error
