"""Numbers as they stand on charts and in sentences."""

from __future__ import annotations

# The unit for durations up to so many seconds: its name, and its seconds.
_UNITS = ((1, "ms", 0.001), (120, "s", 1), (7200, "min", 60), (172_800, "h", 3600))
_DAYS = ("d", 86_400)


def plural(count: int, noun: str) -> str:
    """`1 execution`, `1,000 executions`; a noun in -y gets -ies."""
    if count == 1:
        return f"1 {noun}"
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {many}"


def percent(part: int, whole: int) -> str:
    """`12.5 %`; 0 % and 100 % are said only of none and of all."""
    if whole == 0:
        return "0 %"
    found = 100 * part / whole
    if 0 < found < 0.1:
        return "<0.1 %"
    if 99.9 < found < 100:
        return ">99.9 %"
    return f"{found:.1f}".removesuffix(".0") + " %"


def unit(seconds: float) -> tuple[str, float]:
    """The unit that suits durations up to so many seconds, and its seconds."""
    fits = ((name, size) for most, name, size in _UNITS if seconds < most)
    return next(fits, _DAYS)
