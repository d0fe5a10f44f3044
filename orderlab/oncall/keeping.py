"""Weeks that are kept in files, one for each player and seed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from orderlab.oncall.losses import Reference
from orderlab.oncall.played import Played, as_text, from_text

FOLDER = Path("oncall", "results")
_NAME = re.compile(r"[^\W_][\w .-]{0,39}")
_NOT_A_FILES = re.compile(r"[^\w-]+")


class Kept(NamedTuple):
    """A week of somebody's, with those that it is compared with."""

    played: Played
    reference: Reference


def check(player: str) -> None:
    """Refuse a name that could not be a file's.

    Raises:
        ValueError: it cannot.
    """
    if not isinstance(player, str) or not _NAME.fullmatch(player):
        raise ValueError(
            f"A player's name has letters, figures, spaces and the signs . - _, at most forty; "
            f"not {player!r}."
        )


def keep(application: Path, played: Played, reference: Reference) -> Path:
    """Write a week into its file, over an older one of this player and seed; returns its path."""
    name = _NOT_A_FILES.sub("-", played.player.lower()).strip("-")
    path = application / FOLDER / f"seed-{played.seed}-{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    weeks = {"played": played, **reference._asdict()}
    path.write_text(as_text(weeks), encoding="utf-8", newline="\n")
    return path


def read(path: Path) -> Kept:
    """Read a week.

    Raises:
        ValueError: the file holds none.
    """
    try:
        found = from_text(path.read_text(encoding="utf-8"))
        return Kept(found.pop("played"), Reference(**found))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is no week on call: {error}") from error
