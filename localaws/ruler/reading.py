"""A rule's text, token by token, with the places that AWS names in its errors.

AWS reads rules with Jackson, whose place is behind the last thing it has read: of a string the
opening quote alone, until somebody asks for its text; of a field's name also the value's begin.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

STRING = r'"(?:[^"\\\x00-\x1f]|\\.)*"'
NUMBER = r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?"
TOKEN = re.compile(rf"\s*({STRING}|{NUMBER}|true\b|false\b|null\b|[][{{}}:,])")
WORD = re.compile(r"\s*([\w$]+)")
SHOWN = 500  # characters of a rule that an error shows
EXPECTED = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


class InvalidRuleError(ValueError):
    """A rule that AWS refuses; the message is AWS's."""


class Token(NamedTuple):
    """A piece of JSON: a field's name, a string, a number, a word, or a bracket.

    Attributes:
        kind: "name", "string", "number", "word" (true, false, null) or the bracket itself.
        text: as it is written; of a name or a string what it says.
        place: where an error is that is noticed here.
        behind: where one is that is noticed once the text has been asked for.
    """

    kind: str
    text: str
    place: int
    behind: int


class Reader:
    """Hands out the tokens of a rule, one after the other."""

    def __init__(self, source: str) -> None:
        """Read a text as JSON.

        Raises:
            InvalidRuleError: it is none.
        """
        self._source = source
        self._place = 0
        self._must_be_json()
        self._tokens = self._read()
        self.token = Token("", "", 0, 0)

    def next(self) -> Token:
        """Go on to the next token. There is always one: the text is whole JSON."""
        self.token = next(self._tokens)
        self._place = self.token.place
        return self.token

    def text(self) -> str:
        """What the token says."""
        self._place = max(self._place, self.token.behind)
        return self.token.text

    def fail(self, message: str) -> InvalidRuleError:
        """An error that names the place."""
        return InvalidRuleError(f"{message}\n at {self.where(self._place)}")

    def where(self, place: int) -> str:
        """A place in the text, as Jackson writes it."""
        line = self._source.count("\n", 0, place) + 1
        column = place - (self._source.rfind("\n", 0, place) + 1) + 1
        shown = f'"{self._source[:SHOWN]}"'
        if len(self._source) > SHOWN:
            shown += f"[truncated {len(self._source) - SHOWN} chars]"
        return f"[Source: (String){shown}; line: {line}, column: {column}]"

    def _read(self) -> Iterator[Token]:
        pieces = list(self._pieces())
        for number, (text, begin, end) in enumerate(pieces):
            follows = pieces[number + 1 :][:2]
            if text in (":", ","):
                continue
            if text[0] == '"':
                said = str(json.loads(text, strict=False))
                if follows and follows[0][0] == ":":
                    place = self._begun(*follows[1]) if follows[1:] else end
                    yield Token("name", said, place, place)
                else:
                    yield Token("string", said, begin + 1, end)
            elif text in ("true", "false", "null"):
                yield Token("word", text, end, end)
            else:
                yield Token(text if text in "[]{}" else "number", text, end, end)

    def _pieces(self) -> Iterator[tuple[str, int, int]]:
        """Every piece of the text, and where it begins and ends."""
        place = 0
        while found := TOKEN.match(self._source, place):
            place = found.end()
            yield found[1], found.start(1), place

    @staticmethod
    def _begun(text: str, begin: int, end: int) -> int:
        return begin + 1 if text[0] == '"' else end

    def _refuse_constant(self, name: str) -> None:
        """Python reads NaN, Infinity and -Infinity, which JSON has not."""
        read = max((end for _, _, end in self._pieces()), default=0)
        raise json.JSONDecodeError(
            f"{name} is no JSON", self._source, self._source.index(name, read)
        )

    def _must_be_json(self) -> None:
        try:
            json.loads(self._source, parse_constant=self._refuse_constant)
        except ValueError as error:
            place = getattr(error, "pos", 0)
            word = WORD.match(self._source, place)
            if word is None:
                found = self._source[place : place + 1]
                problem = f"Unexpected character ('{found}' (code {ord(found or ' ')}))"
                if "property name" in str(error):
                    problem += ": was expecting double-quote to start field name"
                end = place
            else:
                problem, end = f"Unrecognized token '{word[1]}': {EXPECTED}", word.end()
            raise InvalidRuleError(f"{problem}\n at {self.where(end)}") from None
