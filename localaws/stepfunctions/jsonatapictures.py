"""What the picture string of $formatNumber may hold; jsonata-python looks at some of it.

Rules: w3.org/TR/xpath-functions-31/#syntax-of-picture-string, as JSONata 2 applies them. That AWS
tells of D3086 where there is no digit at all was measured by others (floci-io/floci, issue 2737).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonata.jexception import JException

DEFAULTS = {
    "decimal-separator": ".",
    "grouping-separator": ",",
    "exponent-separator": "e",
    "percent": "%",
    "per-mille": "‰",
    "zero-digit": "0",
    "digit": "#",
    "pattern-separator": ";",
}

SIGNS = ("decimal-separator", "grouping-separator", "digit")


def check(picture: str, options: Mapping[str, str] | None) -> None:
    """Raise the JException of the rule that a picture breaks."""
    signs = DEFAULTS | dict(options or {})
    parts = picture.split(signs["pattern-separator"])
    if len(parts) > 2:
        raise JException("D3080", -1)
    for part in parts:
        for code in _broken(part, signs):
            raise JException(code, -1)


def _broken(part: str, signs: dict[str, str]) -> Iterator[str]:
    point, group, digit = (signs[name] for name in SIGNS)
    percents = [signs["percent"] in part, signs["per-mille"] in part]
    digits = "".join(chr(ord(signs["zero-digit"]) + number) for number in range(10))
    core, mantissa, exponent = _split(part, digits + point + group + digit, signs)
    whole, _, fraction = mantissa.partition(point)
    active = digits + point + group + digit + signs["exponent-separator"]
    breaks: dict[str, Any] = {
        "D3081": part.count(point) > 1,
        "D3082": part.count(signs["percent"]) > 1,
        "D3083": part.count(signs["per-mille"]) > 1,
        "D3084": all(percents),
        "D3086": any(sign not in active for sign in core),
        "D3085": not any(sign in digits + digit for sign in mantissa),
        "D3087": group + point in core or point + group in core,
        "D3088": point not in core and whole.endswith(group),
        "D3089": group * 2 in core,
        "D3090": re.search(f"[{digits}].*{re.escape(digit)}", whole),
        "D3091": re.search(f"{re.escape(digit)}.*[{digits}]", fraction),
        "D3092": exponent is not None and any(percents),
        "D3093": exponent is not None and not re.fullmatch(f"[{digits}]+", exponent),
    }
    yield from (code for code, is_so in breaks.items() if is_so)


def _split(part: str, active: str, signs: dict[str, str]) -> tuple[str, str, str | None]:
    """What stands between prefix and suffix, its mantissa, and its exponent."""
    places = [at for at, sign in enumerate(part) if sign in active]
    first, end = (places[0], places[-1] + 1) if places else (0, len(part))
    at = part.find(signs["exponent-separator"], first)
    if at == -1 or at > end or not places:
        return part[first:end], part[first:end], None
    return part[first:end], part[first:at], part[at + 1 : end]
