"""JSON as Step Functions writes it: without spaces, and its numbers as Java writes them.

Recorded from AWS: 9223372036854775808 comes back as 9.223372036854776E18. What `Double.toString`
makes of a number: docs.oracle.com/en/java/javase/17/docs/api, java.lang.Double.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

# Where Java may write a number otherwise than Python does: an exponent, 1E7 and more, below 0.001.
# A number, unlike an id in a text, stands behind a bracket, a comma or a colon.
OTHERWISE = re.compile(r"(?:^|[\[,:])-?(?:\d[.\d]*e[-+]?\d|\d{8,}\.\d|0\.000\d)")
LEAST_PLAIN, MOST_PLAIN = -2, 7  # where Java sets the point without an exponent


def written(value: Any, default: Callable[[Any], Any] | None = None) -> str:
    """Write JSON; where no number needs Java's hand it is json's own work, which is faster.

    Args:
        value: JSON.
        default: makes JSON of what is none.
    """
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=default)
    return spelled(json.loads(text), java) if OTHERWISE.search(text) else text


def spelled(value: Any, number: Callable[[float], str], indent: str = "", margin: str = "") -> str:
    """Write JSON with numbers of one's own.

    Args:
        value: JSON.
        number: writes a float.
        indent: of one level; without it all is one line.
        margin: the indent of the levels above.
    """
    if isinstance(value, dict):
        colon = ": " if indent else ":"
        below = {
            json.dumps(str(key), ensure_ascii=False): spelled(each, number, indent, margin + indent)
            for key, each in value.items()
        }
        return _joined([f"{key}{colon}{text}" for key, text in below.items()], "{}", indent, margin)
    if isinstance(value, list):
        texts = [spelled(each, number, indent, margin + indent) for each in value]
        return _joined(texts, "[]", indent, margin)
    if isinstance(value, float):
        return number(value)
    return json.dumps(value, ensure_ascii=False)


def _joined(texts: list[str], brackets: str, indent: str, margin: str) -> str:
    if not indent or not texts:
        return brackets[0] + ",".join(texts) + brackets[1]
    lines = ",\n".join(f"{margin}{indent}{text}" for text in texts)
    return f"{brackets[0]}\n{lines}\n{margin}{brackets[1]}"


def java(number: float) -> str:
    """100.0, 1.0E7, 1.5E-4"""
    sign, digits, point = _digits(number)
    if not number or LEAST_PLAIN <= point <= MOST_PLAIN:
        return sign + _plain(digits, point, "0")
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{point - 1}"


def javascript(number: float) -> str:
    """100, 100000000000000000000, 1e+21, 1.5e-7"""
    if not number:
        return "0"
    if not math.isfinite(number):
        return "null"
    sign, digits, point = _digits(number)
    if -6 < point <= 21:
        return sign + _plain(digits, point, "")
    fraction = f".{digits[1:]}" if digits[1:] else ""
    return f"{sign}{digits[0]}{fraction}e{point - 1:+d}"


def _digits(number: float) -> tuple[str, str, int]:
    """Its sign, the fewest digits that tell it from all others, and where in them the point is."""
    negative, digits, exponent = Decimal(repr(number)).as_tuple()
    text = "".join(map(str, digits))
    point = len(text) + int(exponent)
    return "-" if negative else "", text.rstrip("0") or "0", point if number else 1


def _plain(digits: str, point: int, nothing: str) -> str:
    """`nothing`: what stands behind the point of a whole number; if empty, there is none."""
    whole = digits[:point].ljust(point, "0") if point > 0 else "0"
    fraction = digits[point:] if point > 0 else "0" * -point + digits
    fraction = fraction or nothing
    return f"{whole}.{fraction}" if fraction else whole
