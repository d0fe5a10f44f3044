"""A week that has been played, as it is kept: what broke, what was seen, done and lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from orderlab.oncall.books import Outcome


@dataclass(frozen=True)
class Broken:
    """One incident as it went.

    Attributes:
        seen: when somebody first looked at a part that showed it; None: nobody did.
        mended: when it was over; None: it was not.
    """

    kind: str
    broke: str
    mend: str
    begins: datetime
    seen: datetime | None
    mended: datetime | None


@dataclass(frozen=True)
class Moment:
    """Something on the timeline: a page, a morning, or what a person did."""

    when: datetime
    what: str


@dataclass(frozen=True)
class Played:
    """A week.

    Attributes:
        player: who was on call.
        begun: its first moment; its first midnight is that day's.
        ended: its last.
    """

    seed: int
    player: str
    begun: datetime
    ended: datetime
    incidents: list[Broken] = field(default_factory=list)
    pages: list[Moment] = field(default_factory=list)
    deeds: list[Moment] = field(default_factory=list)
    orders: list[Outcome] = field(default_factory=list)


def as_text(weeks: Mapping[str, Played]) -> str:
    """Weeks by their names, as JSON."""
    found = {name: asdict(week) for name, week in weeks.items()}
    return json.dumps(found, default=datetime.isoformat)


def from_text(text: str) -> dict[str, Played]:
    """The weeks in a text that `as_text` has written.

    Raises:
        ValueError: it is none.
    """
    try:
        return {name: _played(week) for name, week in json.loads(text).items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"there are no weeks on call in it: {error}") from error


def _played(found: Mapping[str, Any]) -> Played:
    return Played(
        seed=found["seed"],
        player=found["player"],
        begun=datetime.fromisoformat(found["begun"]),
        ended=datetime.fromisoformat(found["ended"]),
        incidents=[Broken(**_times(one, "begins", "seen", "mended")) for one in found["incidents"]],
        pages=[Moment(**_times(one, "when")) for one in found["pages"]],
        deeds=[Moment(**_times(one, "when")) for one in found["deeds"]],
        orders=[Outcome(**_times(one, "at", "ended")) for one in found["orders"]],
    )


def _times(found: Mapping[str, Any], *names: str) -> dict[str, Any]:
    times = {name: found[name] and datetime.fromisoformat(found[name]) for name in names}
    return {**found, **times}
