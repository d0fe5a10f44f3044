"""What one value of an event has to be: the operators of Event Ruler."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Any

Scalar = str | int | float | bool | None
Test = Callable[[Scalar], bool]

LARGEST = 5e9  # numbers beyond are not compared: github.com/aws/event-ruler#numeric-matching


def equals(wanted: Scalar) -> Test:
    """The value itself; numbers of another notation are equal, and true is no number."""
    if isinstance(wanted, bool) or wanted is None:
        return lambda value: value is wanted
    if isinstance(wanted, str):
        return lambda value: value == wanted
    return lambda value: is_number(value) and value == wanted


def is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def prefix(wanted: str) -> Test:
    return lambda value: isinstance(value, str) and value.startswith(wanted)


def suffix(wanted: str) -> Test:
    return lambda value: isinstance(value, str) and value.endswith(wanted)


def ignoring_case(test: Callable[[str], Test], wanted: str) -> Test:
    """One of the tests of strings, capital letters or not."""
    made = test(wanted.lower())
    return lambda value: isinstance(value, str) and made(value.lower())


def wildcard(pattern: str) -> Test:
    """`*` stands for any characters, `\\*` for an asterisk and `\\\\` for a backslash.

    Raises:
        ValueError: what AWS says of a wrong one.
    """
    expression, escaped, starred = "", False, False
    for position, character in enumerate(pattern, start=1):  # AWS counts the opening quote, too
        if escaped:
            if character not in "*\\":
                raise ValueError(f"Invalid escape character at pos {position - 1}")
            expression += re.escape(character)
            escaped = starred = False
        elif character == "\\":
            escaped = True
        elif character == "*":
            if starred:
                raise ValueError(f"Consecutive wildcard characters at pos {position - 1}")
            expression += ".*"
            starred = True
        else:
            expression += re.escape(character)
            starred = False
    if escaped:
        raise ValueError(f"Invalid escape character at pos {len(pattern)}")
    whole = re.compile(expression, re.DOTALL)
    return lambda value: isinstance(value, str) and whole.fullmatch(value) is not None


def within(bottom: float, top: float, open_bottom: bool, open_top: bool) -> Test:
    """A number between two others; -inf and inf stand for none."""

    def test(value: Any) -> bool:
        if not is_number(value) or abs(value) > LARGEST:
            return False
        above = value > bottom if open_bottom else value >= bottom
        return bool(above and (value < top if open_top else value <= top))

    return test


def cidr(text: str) -> Test:
    """An IP address within a network.

    Raises:
        ValueError: what AWS says of a wrong one.
    """
    address, slash, bits = text.partition("/")
    if not slash or "/" in bits:
        raise ValueError("Malformed CIDR, one '/' required")
    if not bits.isdecimal():
        raise ValueError("Malformed CIDR, mask bits must be an integer")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise ValueError(f"Nonstandard IP address: {address}") from None
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError("Malformed CIDR, mask bits must not exceed the address's") from None

    def test(value: Scalar) -> bool:
        try:
            return isinstance(value, str) and ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return test


def anything_but(tests: Iterable[Test]) -> Test:
    """A value, of whatever kind, that none of the tests lets pass."""
    kept = tuple(tests)
    return lambda value: not any(test(value) for test in kept)
