"""What the gateway has done, in a file: it outlives the process that did it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

from orderlab.gateway.errors import missing

Object = dict[str, Any]

TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT, text TEXT
);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, asked TEXT, status INTEGER, text TEXT);
"""
PREFIXES = {
    "charge": "ch",
    "customer": "cus",
    "event": "evt",
    "payment_intent": "pi",
    "payment_method": "pm",
    "refund": "re",
    "setup_intent": "seti",
}


class Ledger:
    """Stripe's objects by their ids, and the answers that are kept under idempotency keys.

    Changes are in the file once `commit` has returned.
    """

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path, check_same_thread=False)
        self._file.executescript(TABLES)

    def commit(self) -> None:
        self._file.commit()

    def rollback(self) -> None:
        self._file.rollback()

    # ---- Objects ------------------------------------------------------------------------------

    def make(self, kind: str, **fields: Any) -> Object:
        """A new object. Its id is made of its kind and how many there are, so it repeats."""
        (count,) = self._file.execute(
            "SELECT count(*) FROM objects WHERE kind = ?", (kind,)
        ).fetchone()
        drawn = hashlib.sha256(f"{kind}/{count}".encode()).hexdigest()[:24]
        made = {"id": f"{PREFIXES[kind]}_{drawn}", "object": kind, "created": int(time.time())}
        made |= {"livemode": False, **fields}
        self._file.execute(
            "INSERT INTO objects (id, kind, text) VALUES (?, ?, ?)",
            (made["id"], kind, json.dumps(made)),
        )
        return made

    def keep(self, changed: Object) -> None:
        """Write an object that has changed."""
        self._file.execute(
            "UPDATE objects SET text = ? WHERE id = ?", (json.dumps(changed), changed["id"])
        )

    def find(self, kind: str, identifier: str) -> Object:
        """An object by its id.

        Raises:
            Refusal: there is none of this kind.
        """
        found = self._file.execute(
            "SELECT text FROM objects WHERE kind = ? AND id = ?", (kind, identifier)
        ).fetchone()
        if found is None:
            raise missing(kind, identifier)
        loaded: Object = json.loads(found[0])
        return loaded

    def every(self, kind: str) -> list[Object]:
        """All objects of a kind, the newest first, as Stripe lists them."""
        rows = self._file.execute(
            "SELECT text FROM objects WHERE kind = ? ORDER BY number DESC", (kind,)
        )
        return [json.loads(text) for (text,) in rows]

    # ---- Idempotency keys ---------------------------------------------------------------------

    def answer(self, key: str) -> tuple[str, int, str] | None:
        """What was asked under a key, and the answer's status and body; None for a new key."""
        found: tuple[str, int, str] | None = self._file.execute(
            "SELECT asked, status, text FROM answers WHERE key = ?", (key,)
        ).fetchone()
        return found

    def keep_answer(self, key: str, asked: str, status: int, text: str) -> None:
        self._file.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", (key, asked, status, text))

    def forget_answers(self) -> None:
        """Stripe may remove keys once they are 24 hours old."""
        self._file.execute("DELETE FROM answers")
