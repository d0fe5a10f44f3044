"""No role may do more than it needs: every Action has a scenario that fails without it.

What a part must write for that stands in privileges.py.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Shop
from tests.workflow.grants import base
from tests.workflow.privileges import (
    Grant,
    Scenario,
    grants_of,
    role_of,
    roles_with_policies,
    without,
)

pytestmark = pytest.mark.simulated_clock

Tables = dict[str, dict[str, Scenario]]
FOLDER = Path(__file__).parent / "grants"
PARTS: dict[str, Tables] = {
    path.stem: importlib.import_module(f"tests.workflow.grants.{path.stem}").GRANTS
    for path in sorted(FOLDER.glob("*.py"))
}


each = pytest.mark.parametrize(
    ("part", "holder", "key", "scenario"),
    [
        pytest.param(part, holder, key, scenario, id=f"{holder}-{key}-{scenario.__name__}")
        for part, tables in PARTS.items()
        for holder, table in tables.items()
        for key, scenario in table.items()
    ],
)


@pytest.fixture(scope="module")
def grown_apart(cloud: Any) -> Shop:
    """Where a step may be denied, books are left that do not balance: others do not see them."""
    sender = "apart@example.com"  # an address is one stack's
    return Shop(cloud, "apart-backend", Environment="apart", Features="all", MailSender=sender)


@pytest.fixture
def backend(request: pytest.FixtureRequest, cloud: Any, part: str) -> Any:
    """The stack that a part stands in."""
    return request.getfixturevalue("shop" if part == "base" else "grown_apart")


@pytest.fixture(scope="module")
def order_id(payment: Any) -> Callable[[], str]:
    """Gives ids of orders that the mock gateway approves at its first answer, each once."""
    names = (f"privilege-{number}" for number in itertools.count())
    good = (n for n in names if payment.is_approved(n) and not payment.times_out(n, 0))
    return lambda: next(good)


@pytest.fixture(scope="module")
def goes_well(order_id: Callable[[], str]) -> Callable[[Any, Scenario], None]:
    """Asserts that a scenario goes well while nothing is taken away; plays each but once."""
    known: set[tuple[str, Scenario]] = set()

    def check(shop: Any, scenario: Scenario) -> None:
        if (shop.stack.name, scenario) not in known:
            assert scenario(shop, order_id()), f"fails with all privileges: {scenario.__doc__}"
            known.add((shop.stack.name, scenario))

    return check


def meant(shop: Any, holder: str, key: str) -> Grant:
    """The one grant that a key of a table means."""
    found = [grant for grant in grants_of(shop, holder) if grant.matches(key)]
    assert len(found) == 1, f"{key} means {len(found)} of {holder}'s actions: {found}"
    return found[0]


def unlisted(shop: Any, parts: dict[str, Tables]) -> Iterator[str]:
    """What the stack's roles may do and no table has a scenario for."""
    held = {holder for tables in parts.values() for holder in tables}
    roles = roles_with_policies(shop) - {role_of(shop, holder) for holder in held}
    yield from (f"role {role}" for role in sorted(roles))
    for holder in sorted(held):
        keys = [key for tables in parts.values() for key in tables.get(holder, {})]
        for grant in grants_of(shop, holder):
            if sum(grant.matches(key) for key in keys) != 1:
                yield f"{holder}: {grant.action} on {grant.resource}"


@each
def test_it_is_needed(
    backend: Any, goes_well: Any, order_id: Any, holder: str, key: str, scenario: Scenario
) -> None:
    goes_well(backend, scenario)
    with without(meant(backend, holder, key)):
        assert not scenario(backend, order_id()), f"{holder} does not need {key}"


@pytest.mark.parametrize("part", ["base", "whole"])
def test_nothing_is_left_out(backend: Any, part: str) -> None:
    tables = {"base": base.GRANTS} if part == "base" else PARTS
    assert list(unlisted(backend, {"spare": base.SPARE, **tables})) == []


def test_what_is_spare_is_known(shop: Any, order_id: Any) -> None:
    for holder, table in base.SPARE.items():
        with without(*(meant(shop, holder, key) for key in table)):
            for scenario in dict.fromkeys(table.values()):
                assert scenario(shop, order_id()), f"{holder} needs one of {list(table)}"
