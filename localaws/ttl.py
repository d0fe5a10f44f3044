"""DynamoDB's time to live: items are deleted some time after they have expired.

docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html and
.../latest/APIReference/API_UpdateTimeToLive.html. AWS deletes within a few days, whenever it has
capacity to spare; until then an item can be read and changed. The model here: twice a day, what has
been over for twelve hours goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.utils import unix_time
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

from localaws.mending import Mends
from localaws.timing.timekeeping import Clock

SWEEP = GRACE = 12 * 3600.0  # seconds
# "five years or older": .../developerguide/time-to-live-ttl-before-you-start.html
OLDEST = 5 * 365 * 24 * 3600.0
BETWEEN_CHANGES = 3600.0
TOO_OFTEN = "Time to live has been modified multiple times within a fixed interval"
IDENTITY = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


def install(mends: Mends, clock: Clock) -> None:
    _mend_time_to_live(mends, _Sweeper(clock))


class _Sweeper:
    """Deletes what has expired, in all tables that say so."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tables: dict[Table, float] = {}  # when its time to live was last changed

    def follow(self, table: Table) -> None:
        """Look at a table from now on."""
        if not self._tables:
            self._clock.every(SWEEP, self._sweep)
        self._tables[table] = unix_time()

    def last_change(self, table: Table) -> float | None:
        """When its time to live was changed, in seconds since 1970; None where it never was."""
        return self._tables.get(table)

    def _sweep(self) -> None:
        for table in self._tables:
            if table.ttl["TimeToLiveStatus"] == "ENABLED":
                for item in list(_expired(table, unix_time())):
                    _delete(table, item)


def _expired(table: Table, now: float) -> Iterator[Any]:
    name = table.ttl["AttributeName"]
    for item in table.all_items():
        attribute = item.attrs.get(name)
        if attribute is None or attribute.type != "N":
            continue
        if now - OLDEST < float(attribute.value) <= now - GRACE:
            yield item


def _delete(table: Table, item: Any) -> None:
    """A stream tells who has deleted the item: .../developerguide/time-to-live-ttl-streams.html"""
    shard = table.stream_shard
    before = len(shard.items) if shard else 0
    table.delete_item(item.hash_key, item.range_key)
    for told in shard.items[before:] if shard else ():
        told.record["userIdentity"] = IDENTITY


def _mend_time_to_live(mends: Mends, sweeper: _Sweeper) -> None:
    """moto stores the setting, and does nothing with it (dynamodb/models/__init__.py:578)."""

    def update_time_to_live(
        self: DynamoDBBackend, table_name: str, ttl_spec: dict[str, Any]
    ) -> None:
        table = self.get_table(table_name)
        enabled = table.ttl["TimeToLiveStatus"] == "ENABLED"
        current, wanted = table.ttl.get("AttributeName"), ttl_spec["AttributeName"]
        changed = sweeper.last_change(table)
        if changed is not None and unix_time() - changed < BETWEEN_CHANGES:
            raise MockValidationException(TOO_OFTEN)
        if enabled and current != wanted:
            raise MockValidationException(
                "TimeToLive is active on a different AttributeName: current AttributeName is "
                f"{current}"
            )
        if enabled == bool(ttl_spec["Enabled"]):
            state = "enabled" if enabled else "disabled"
            raise MockValidationException(f"TimeToLive is already {state}")
        table.ttl["TimeToLiveStatus"] = "DISABLED" if enabled else "ENABLED"
        table.ttl["AttributeName"] = wanted
        sweeper.follow(table)

    def describe_time_to_live(self: DynamoDBBackend, table_name: str) -> dict[str, Any]:
        ttl: dict[str, Any] = self.get_table(table_name).ttl
        if ttl["TimeToLiveStatus"] == "DISABLED":
            return {"TimeToLiveStatus": "DISABLED"}
        return ttl

    mends.replace(DynamoDBBackend, "update_time_to_live", update_time_to_live)
    mends.replace(DynamoDBBackend, "describe_time_to_live", describe_time_to_live)
