"""Which incidents a week has, and when they begin."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

from orderlab.oncall.incidents.colleagues import MissingPermission, SlowFunction, ThrottledTable
from orderlab.oncall.incidents.deploys import Deployment, LostInput, StockRace, WrongWay
from orderlab.oncall.incidents.incident import Incident
from orderlab.oncall.incidents.outside import GatewayOutage, PoisonMessages
from orderlab.oncall.traffic import DAY, MINUTE, SALE_DAYS, rushes

FEWEST, MOST = 2, 5
QUIET_DAY = 5  # nothing breaks later: on Sunday nobody would feel it any more
KINDS: tuple[type[Incident], ...] = (
    *(GatewayOutage, ThrottledTable, PoisonMessages, LostInput, WrongWay),
    *(MissingPermission, SlowFunction, StockRace),
)


def incidents(application: Path, monday: datetime, seed: int) -> list[Incident]:
    """From two to five, each of another kind, by the time at which they begin."""
    source = random.Random(f"what breaks {seed}")
    kinds = [kind for kind in KINDS if kind.fits(application)]
    source.shuffle(kinds)
    drawn = _with_one_deployment(kinds)[: source.randint(FEWEST, MOST)]
    found = [kind(_begin(kind, monday, source)) for kind in drawn]
    return sorted(found, key=lambda one: (one.begins, one.kind))


def _with_one_deployment(kinds: list[type[Incident]]) -> list[type[Incident]]:
    """A second deployment would mend the first, since it deploys the rest as it should be."""
    deployments = [kind for kind in kinds if issubclass(kind, Deployment)]
    return [kind for kind in kinds if kind not in deployments[1:]]


def _begin(kind: type[Incident], monday: datetime, source: random.Random) -> datetime:
    """A moment at which it will be felt."""
    minutes = source.randrange(24 * 60)
    if kind is GatewayOutage:  # it is over by itself, so a rush must meet it
        rush = source.choice([one for one in rushes(monday) if one < monday + QUIET_DAY * DAY])
        return rush - timedelta(minutes=minutes % 90) + 10 * MINUTE
    if kind is StockRace:
        return monday + source.choice(SALE_DAYS[:-1]) * DAY + minutes * MINUTE / 2
    first = monday + timedelta(hours=10)
    return first + source.randrange(QUIET_DAY) * DAY + minutes * MINUTE / 2
