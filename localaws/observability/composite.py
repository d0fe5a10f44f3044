"""The rule of a composite alarm: ALARM(...), OK(...), INSUFFICIENT_DATA(...), AND, OR, NOT.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from moto.cloudwatch.exceptions import ValidationError

from localaws.observability.evaluation import STATES

TOKEN = re.compile(r"\s*([()]|\"[^\"]*\"|'[^']*'|[^\s()]+)")

StateOf = Callable[[str], str]  # the state of an alarm, by its name
Question = Callable[[StateOf], bool]


def name_of(alarm: str) -> str:
    """An alarm's name, where it is named by its ARN, too."""
    return alarm.split(":alarm:", 1)[1] if alarm.startswith("arn:") else alarm


class CompositeRule:
    """A rule, parsed.

    Attributes:
        alarms: the names of the alarms that it asks, in their order.
    """

    def __init__(self, text: str) -> None:
        """Raises ValidationError where it is no rule."""
        self.alarms: list[str] = []
        self._text = text
        self._tokens = [match[1] for match in TOKEN.finditer(text.strip())]
        self._tokens.reverse()
        self.holds: Question = self._any()
        if self._tokens:
            raise self._error()

    def _error(self) -> ValidationError:
        return ValidationError(f"AlarmRule is invalid: {self._text}")

    def _next(self) -> str:
        return self._tokens[-1] if self._tokens else ""

    def _take(self, *wanted: str) -> str:
        token = self._next()
        if not token or (wanted and token not in wanted):
            raise self._error()
        return self._tokens.pop()

    def _joined(self, word: str, part: Callable[[], Question]) -> Iterator[Question]:
        yield part()
        while self._next() == word:
            self._take()
            yield part()

    def _any(self) -> Question:
        parts = list(self._joined("OR", self._all))
        return lambda state_of: any(part(state_of) for part in parts)

    def _all(self) -> Question:
        parts = list(self._joined("AND", self._one))
        return lambda state_of: all(part(state_of) for part in parts)

    def _one(self) -> Question:
        token = self._take()
        if token == "NOT":
            negated = self._one()
            return lambda state_of: not negated(state_of)
        if token == "(":
            inner = self._any()
            self._take(")")
            return inner
        if token in ("TRUE", "FALSE"):
            return lambda _: token == "TRUE"
        if token not in STATES:
            raise self._error()
        self._take("(")
        name = name_of(self._take().strip("\"'"))
        self._take(")")
        if name not in self.alarms:
            self.alarms.append(name)
        return lambda state_of: state_of(name) == token
