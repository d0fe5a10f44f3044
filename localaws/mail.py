"""Letters, and the outbox that keeps those of one local AWS; `localaws.outbox` shows them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from localaws import tables

COLUMNS = ("when", "to", "subject", "text")
SHOWN = 60  # characters of a text in a table


@dataclass(frozen=True)
class Letter:
    """An e-mail or an SMS that was sent.

    Attributes:
        to: an e-mail address or a telephone number.
        sender: as the reader sees it; empty for an SMS.
        subject: empty for an SMS.
        when: in UTC.
        topic_arn: the SNS topic that it came from; None where it came from none.
    """

    to: str
    sender: str
    subject: str
    text: str
    when: datetime
    topic_arn: str | None = None

    @property
    def links(self) -> list[str]:
        """The addresses that the text names."""
        return re.findall(r"https?://[^\s<>)]+", self.text)

    @property
    def token(self) -> str | None:
        """What ConfirmSubscription takes, of a letter that asks to confirm; None of others."""
        for link in self.links:
            for token in parse_qs(urlsplit(link).query).get("Token", []):
                return token
        return None

    def __str__(self) -> str:
        head = [f"From: {self.sender}"] if self.sender else []
        head += [f"To: {self.to}", f"Date: {self.when:%a, %d %b %Y %H:%M:%S +0000}"]
        head += [f"Subject: {self.subject}"] if self.subject else []
        return "\n".join([*head, "", self.text])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f'<pre style="white-space: pre-wrap">{html.escape(str(self))}</pre>'


class Letters(list[Letter]):
    """Letters, shown as a table."""

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (f"{one.when:%Y-%m-%d %H:%M:%S}", one.to, one.subject, _in_short(one.text))
            for one in self
        ]

    def __repr__(self) -> str:
        if not self:
            return "No letters."
        return tables.as_text(COLUMNS, self._rows())

    def _repr_html_(self) -> str:
        if not self:
            return "<p>No letters.</p>"
        return tables.as_html(COLUMNS, self._rows())


class Outbox:
    """The letters of one local AWS. What sends letters adds to it."""

    def __init__(self) -> None:
        self._letters: list[Letter] = []

    def add(self, letter: Letter) -> None:
        """Keep a letter."""
        self._letters.append(letter)

    def all(self) -> list[Letter]:
        """Every letter, the first one first."""
        return list(self._letters)


def _in_short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
