"""Events on their way to a bus: what PutEvents takes, and what services tell of themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.core.utils import unix_time
from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, events_backends

from localaws import seeds
from localaws.mending import Mends

# "payloads up to 1 MB": aws.amazon.com/blogs/compute, "More room to build", January 2026.
MOST_BYTES = 1024 * 1024
BYTES_OF_TIME = 14  # docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
MOST_ENTRIES = 10
REQUIRED = ("Source", "DetailType", "Detail")


def put_event(
    account_id: str, region: str, source: str, detail_type: str, resource: str, detail: Any
) -> None:
    """Put an event of an AWS service on the default bus.

    Args:
        detail: a dictionary, as JSON has it. It is not to change afterwards.
    """
    event = new(account_id, region, source, detail_type, [resource], detail, unix_time())
    put(account_id, region, "default", event)


def new(
    account_id: str,
    region: str,
    source: str,
    detail_type: str,
    resources: list[str],
    detail: Any,
    seconds: float,
) -> dict[str, Any]:
    """An event: docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html

    Args:
        seconds: its time, since 1970.
    """
    return {
        "version": "0",
        "id": str(seeds.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account_id,
        "time": f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": region,
        "resources": resources,
        "detail": detail,
    }


def put(account_id: str, region: str, bus: str, event: dict[str, Any]) -> bool:
    """Show an event to the rules of a bus; whether there is such a bus."""
    found = events_backends[account_id][region].event_buses.get(bus)
    if found is None:
        return False
    for rule in list(found.rules.values()):
        rule.send_to_targets(event)
    return True


def install(mends: Mends) -> None:
    _mend_put_events(mends)


def _mend_put_events(mends: Mends) -> None:
    """moto gives targets a number for a time, takes any size, and fails for an unknown bus
    (events/models.py:1456, 1502).
    """

    def put_events(self: EventsBackend, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(entries) > MOST_ENTRIES:
            return before(self, entries)  # in AWS's words
        if sum(map(size, entries)) > MOST_BYTES:
            raise ValidationException("Total size of the entries in the request is over the limit.")
        return [_put_entry(self, entry) for entry in entries]

    before: Callable[..., list[dict[str, Any]]] = mends.replace(
        EventsBackend, "put_events", put_events
    )


def size(entry: dict[str, Any]) -> int:
    """The bytes of an entry that count."""
    texts = [entry.get(name) or "" for name in REQUIRED] + list(entry.get("Resources") or [])
    fixed = BYTES_OF_TIME if entry.get("Time") else 0
    return fixed + sum(len(str(text).encode()) for text in texts)


def _put_entry(backend: EventsBackend, entry: dict[str, Any]) -> dict[str, Any]:
    """Put one entry; what PutEvents answers for it."""
    for name in REQUIRED:
        if not entry.get(name):
            reason = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": reason}
    if entry["Source"].startswith("aws."):
        code = "NotAuthorizedForSourceException"
        return {"ErrorCode": code, "ErrorMessage": "Not authorized for the source."}
    detail = _json(entry["Detail"])
    if not isinstance(detail, dict):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    event = new(
        backend.account_id,
        backend.region_name,
        entry["Source"],
        entry["DetailType"],
        entry.get("Resources") or [],
        detail,
        float(entry.get("Time") or unix_time()),
    )
    bus = str(entry.get("EventBusName") or "default").rpartition("/")[2]
    put(backend.account_id, backend.region_name, bus, event)  # an unknown bus drops it
    return {"EventId": event["id"]}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
