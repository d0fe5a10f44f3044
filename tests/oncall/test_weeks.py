"""Whole weeks, played from start to end by programs. Together they have each kind of incident."""

from __future__ import annotations

import pytest

from orderlab.oncall import playing
from orderlab.oncall.incidents import lots
from orderlab.oncall.losses import cost, losses, score
from orderlab.oncall.operators import Poor
from orderlab.oncall.reference import Playing
from orderlab.oncall.traffic import midnight

from .conftest import BEGUN, ROOT

SEEDS = (1, 8, 21)


@pytest.mark.parametrize("seed", SEEDS)
def test_scores_come_in_the_order_of_the_operators(seed: int) -> None:
    beside = Playing(ROOT, seed)  # as while a person plays
    try:
        poor = playing.play(ROOT, seed, Poor)
        reference = beside.result()
    finally:
        beside.stop()
    calm, asleep, good = reference

    assert not losses(calm, calm), "where nothing breaks, nothing is lost"
    assert not calm.pages, "and nobody is woken"
    scores = [score(one, reference) for one in (asleep, poor, good)]
    assert scores[0] == 0
    assert scores[2] == 100
    assert scores == sorted(set(scores)), f"{scores} of {asleep, poor, good}"

    assert all(one.mended for one in good.incidents), good.incidents
    assert all(one.seen for one in good.incidents), good.incidents
    assert not any(one.seen for one in asleep.incidents)
    assert cost(losses(good, calm), "lost") == 0, "a good operator leaves no order behind"
    assert [one.begins for one in good.incidents] == [one.begins for one in asleep.incidents]


def test_the_seeds_have_every_kind_of_incident() -> None:
    drawn = {type(one) for seed in SEEDS for one in lots.incidents(ROOT, midnight(BEGUN), seed)}
    assert drawn == set(lots.KINDS)
