"""What an expression fails with, in JSONata's words.

AWS tells an error's code and the words of JSONata's own implementation: `T0412: Argument 1 of
function "sum" must be an array of "numbers"`. jsonata-python has the same catalogue, with
"function" become "Object", and fills in values as Python writes them (jexception.py:96).

Words: github.com/jsonata-js/jsonata, v2.0.6, src/jsonata.js, `errorCodes`; that they are AWS's,
and how a limit is told, was measured on AWS by others (floci-io/floci, issues 2736 and 2737).
"""

from __future__ import annotations

import functools
import re
from typing import Any

from jsonata.jexception import JException

from localaws.stepfunctions.jsontext import javascript, spelled

THREW = "threw an error during evaluation"
INTERNAL = "threw an internal error during evaluation."
ANY = "{{{message}}}"
UNSUPPORTED = "returned an unsupported result type."
TEMPLATES = {
    code: template.replace("Object", "function")
    for code, template in JException.error_codes.items()
}
PLACE = re.compile(r"\{\{\{(\w+)\}\}\}|\{\{(\w+)\}\}")
ELEMENTS = {"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects"} | {
    "s": "strings"
}
# Which value stands where a code has more than one, or not the one that jsonata-python puts first.
VALUES: dict[str, dict[str, str]] = {
    "T0410": {"index": "current", "token": "expected"},
    "T0411": {"index": "expected", "token": "function"},
    "T0412": {"index": "current", "token": "expected", "type": "extra"},
    "D1002": {"value": "expected"},
    "T1010": {"token": "function"},
    "S0202": {"value": "current", "token": "expected"},
    "T2007": {"value": "expected", "value2": "current"},  # Python asks for the later one first
    "T2009": {"value": "current", "value2": "expected", "token": "extra"},
    "D3061": {"value": "current", "exp": "expected"},
    "D3100": {"value": "location"},
}


class UnsupportedError(Exception):
    """An expression returns what is no JSON."""


class LimitError(Exception):
    """An expression takes more than AWS lets it have; it has no code of JSONata's."""


def told(error: Exception) -> str:
    """What became of an expression, told after its place."""
    if isinstance(error, UnsupportedError):
        return UNSUPPORTED
    if isinstance(error, LimitError):
        return f"{THREW}: {error}"
    if isinstance(error, JException) and error.error in TEMPLATES:
        return f"{THREW}. {error.error}: {words(error)}"
    message = str(error.error if isinstance(error, JException) else error).replace("'", '"')
    for code, template in TEMPLATES.items():  # some are raised by their words alone
        if template != ANY and _pattern(template).fullmatch(message):
            return f"{THREW}. {code}: {message}"
    return INTERNAL


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    pieces = PLACE.sub("\0", template).split("\0")
    return re.compile(".*".join(map(re.escape, pieces)))


def words(error: JException) -> str:
    """An error's message, without its code."""
    if error.error not in TEMPLATES:
        return str(error.error)
    names = VALUES.get(error.error, {})

    def value(place: re.Match[str]) -> str:
        found = getattr(error, names.get(place[1] or place[2], "current"), None)
        if error.error == "T0410" and found is None:  # of a function that checks for itself
            found = 1 if place[2] == "index" else getattr(error, "function", None)
        if error.error == "T0412" and place[2] == "type":
            found = ELEMENTS.get(str(found)[:1], found)
        return str(found) if place[1] else spelled(_plain(found), javascript)

    return PLACE.sub(value, TEMPLATES[error.error])


def _plain(value: Any) -> Any:
    """A value as JSON; null stands for what has no other text."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(value[index]) for index in range(len(value))]
    return value if isinstance(value, (str, int, float)) else None
