"""Filter patterns of CloudWatch Logs: terms, JSON, and space-delimited fields.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from moto.logs.exceptions import InvalidParameterException

from localaws.observability import jsonpatterns
from localaws.observability.jsonpatterns import MISSING, comparison, expression

TERM = re.compile(r"\s*([-?]?)(\"(?:[^\"\\]|\\.)*\"|%[^%]*%|[^\s\"%]+)")
BARE_TERM = re.compile(r"[\w.]+")
FIELD = re.compile(r"\[[^\]]*\]|\"[^\"]*\"|\S+")
CONDITION = re.compile(r"\s*([\w.-]+)\s*(<=|>=|!=|=|<|>)\s*(\"[^\"]*\"|%[^%]*%|\S+)\s*")


class Message:
    """A log event's text; it is parsed once, however many patterns look at it."""

    def __init__(self, text: str) -> None:
        self.text = text

    @functools.cached_property
    def document(self) -> Any:
        """The JSON object that it is, or None."""
        if not self.text.lstrip().startswith("{"):
            return None
        try:
            return json.loads(self.text)
        except (RecursionError, ValueError):
            return None


class Pattern:
    """What every event matches, as the empty pattern; the others look closer."""

    def matches(self, message: Message) -> bool:
        """Whether the event is wanted."""
        return True

    def value(self, message: Message, field: str) -> Any:
        """What a metric filter calls `$.field` or `$field`; None where there is none."""
        return None

    def extracted(self, message: Message) -> dict[str, str]:
        """What TestMetricFilter tells of an event."""
        return {}


class _Terms(Pattern):
    """`ERROR "not found"`: both; `?ERROR ?WARN`: either; `-INFO`: not."""

    def __init__(self, text: str) -> None:
        self._wanted: list[Callable[[str], bool]] = []
        self._optional: list[Callable[[str], bool]] = []
        self._unwanted: list[Callable[[str], bool]] = []
        place = 0
        while place < len(text):
            match = TERM.match(text, place)
            if match is None:
                raise InvalidParameterException("Invalid filter pattern")
            of_sign = {"": self._wanted, "?": self._optional, "-": self._unwanted}
            of_sign[match[1]].append(_term(match[2]))
            place = match.end()

    def matches(self, message: Message) -> bool:
        text = message.text
        if any(term(text) for term in self._unwanted):
            return False
        if self._wanted or self._unwanted:  # beside these, those with "?" are ignored
            return all(term(text) for term in self._wanted)
        return any(term(text) for term in self._optional)


def _term(text: str) -> Callable[[str], bool]:
    if text.startswith("%"):
        expression = jsonpatterns.regular_expression(text)
        return lambda message: expression.search(message) is not None
    if text.startswith('"'):
        phrase = text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
        return lambda message: phrase in message
    if not BARE_TERM.fullmatch(text):
        raise InvalidParameterException(f"Invalid character(s) in term '{text}'")
    return lambda message: text in message


class _Json(Pattern):
    """`{ $.type = "ExecutionFailed" && $.details.error != "Declined" }`."""

    def __init__(self, text: str) -> None:
        self._holds, self._words = expression(text)

    def matches(self, message: Message) -> bool:
        text = message.text
        for word in self._words:  # spares most events from being parsed
            if word not in text:
                return False
        return isinstance(message.document, dict) and self._holds(message.document)

    def value(self, message: Message, field: str) -> Any:
        if not field.startswith("$."):
            return None
        found = jsonpatterns.selector(field)(message.document)
        return None if found is MISSING else found


class _Fields(Pattern):
    """`[ip, user, ..., status = 4*, bytes > 1000]`: words, brackets and quoted texts, in order."""

    def __init__(self, text: str) -> None:
        self._fields = [_field(part.strip()) for part in text.strip()[1:-1].split(",")]
        self._names = [name for name, _ in self._fields]
        if self._names.count("...") > 1:
            raise InvalidParameterException("Invalid filter pattern")

    def matches(self, message: Message) -> bool:
        found = self._found(message)
        if found is None:
            return False
        pairs = zip(self._fields, found, strict=True)
        return all(holds(value) for (_, holds), value in pairs if value is not None)

    def value(self, message: Message, field: str) -> Any:
        return self.extracted(message).get(field)

    def extracted(self, message: Message) -> dict[str, str]:
        found = self._found(message) or []
        words = [_plain(word) for word in FIELD.findall(message.text)]
        told = {f"${place}": word for place, word in enumerate(words, 1)}
        for name, value in zip(self._names, found, strict=False):
            if value is not None and name:
                told = {k: v for k, v in told.items() if v != value or not k[1:].isdigit()}
                told[f"${name}"] = value
        return told

    def _found(self, message: Message) -> list[str | None] | None:
        """The word of each field, None for an ellipsis; None where they do not fit."""
        words = [_plain(word) for word in FIELD.findall(message.text)]
        if "..." not in self._names:
            return list(words) if len(words) == len(self._names) else None
        before = self._names.index("...")
        after = len(self._names) - before - 1
        if len(words) < before + after:
            return None
        return [*words[:before], None, *words[len(words) - after :]]


def _plain(word: str) -> str:
    return word[1:-1] if word[:1] in '["' and len(word) > 1 else word


def _field(text: str) -> tuple[str, Callable[[str], bool]]:
    if not text or re.fullmatch(r"[\w.-]+", text):
        return text, lambda _: True
    names: set[str] = set()
    alternatives = [
        [_condition(part, names) for part in alternative.split("&&")]
        for alternative in text.split("||")
    ]
    if len(names) != 1:
        raise InvalidParameterException("Invalid filter pattern")
    return names.pop(), lambda value: _any_holds(alternatives, value)


def _condition(text: str, names: set[str]) -> Callable[[Any], bool]:
    match = CONDITION.fullmatch(text)
    if match is None:
        raise InvalidParameterException("Invalid filter pattern")
    names.add(match[1])
    return comparison(match[2], match[3])


def _any_holds(alternatives: Iterable[Iterable[Callable[[Any], bool]]], value: str) -> bool:
    return any(all(holds(value) for holds in alternative) for alternative in alternatives)


@functools.lru_cache(256)
def compiled(text: str | None) -> Pattern:
    """A pattern to match events with.

    Raises:
        InvalidParameterException: it is none.
    """
    stripped = (text or "").strip()
    if not stripped:
        return Pattern()
    if stripped.startswith("{"):
        return _Json(stripped)
    if stripped.startswith("["):
        return _Fields(stripped)
    return _Terms(stripped)
