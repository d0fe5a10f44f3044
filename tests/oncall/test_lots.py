"""Which customers and incidents a week has."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from orderlab.lesson import edits
from orderlab.oncall import traffic
from orderlab.oncall.incidents import lots
from orderlab.oncall.incidents.deploys import Deployment, LostInput, StockRace, WrongWay
from orderlab.oncall.traffic import DAYS, midnight

from .conftest import BEGUN, ENDED, ROOT

MONDAY = midnight(BEGUN)


def told(seed: int) -> list[tuple[str, str]]:
    return [(one.kind, f"{one.begins}") for one in lots.incidents(ROOT, MONDAY, seed)]


def test_the_same_seed_is_the_same_week() -> None:
    assert traffic.arrivals(ROOT, MONDAY, 7) == traffic.arrivals(ROOT, MONDAY, 7)
    assert told(7) == told(7)
    assert traffic.arrivals(ROOT, MONDAY, 7) != traffic.arrivals(ROOT, MONDAY, 8)
    assert told(7) != told(8)


def test_a_week_has_two_to_five_incidents_of_different_kinds() -> None:
    weeks = [lots.incidents(ROOT, MONDAY, seed) for seed in range(200)]
    assert {len(week) for week in weeks} == {2, 3, 4, 5}
    for week in weeks:
        assert all(BEGUN < one.begins < ENDED for one in week)
        assert len({one.kind for one in week}) == len(week)
        deployments = [one for one in week if isinstance(one, Deployment)]
        assert len(deployments) <= 1, "a second one would mend the first"
    assert {type(one) for week in weeks for one in week} == set(lots.KINDS)


def test_incidents_begin_at_many_times() -> None:
    begins = {one.begins for seed in range(50) for one in lots.incidents(ROOT, MONDAY, seed)}
    assert len({when.date() for when in begins}) == 5
    assert len(begins) > 100


def test_customers_come_every_evening_and_two_want_a_chair() -> None:
    week = traffic.arrivals(ROOT, MONDAY, 7)
    web = [one for one in week if one.channel == "web"]
    assert len({one.at.date() for one in web}) == DAYS
    assert 0 < sum(not one.is_sound for one in web) < len(web) / 5
    chairs = Counter(one.at for one in week if one.channel == "sale")
    assert set(chairs.values()) == {2}
    assert len({one.order_id for one in week}) == len(week)
    assert week == sorted(week, key=lambda one: one.at)


@pytest.mark.parametrize("kind", [LostInput, WrongWay, StockRace])
def test_a_changed_application_has_no_incident_that_does_not_fit(
    kind: type[Deployment], tmp_path: Path
) -> None:
    edits.copy_application(ROOT, tmp_path)
    assert kind.fits(tmp_path)
    path = tmp_path / kind.file
    definition = json.loads(path.read_text("utf-8"))
    definition["States"] = {f"My{name}": state for name, state in definition["States"].items()}
    path.write_text(json.dumps(definition), "utf-8")
    assert not kind.fits(tmp_path)
    drawn = [type(one) for seed in range(50) for one in lots.incidents(tmp_path, MONDAY, seed)]
    assert drawn
    assert kind not in drawn
