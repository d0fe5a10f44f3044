"""AWS's cron expressions: six fields, and the signs L, W, # and ?.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIRST_YEAR, LAST_YEAR = 1970, 2199
DaysOf = Callable[[int, int], set[int]]  # the days of a year's month


class Cron:
    """The times of one expression, by some clock."""

    def __init__(self, fields: str) -> None:
        """`fields`: minutes, hours, day of month, month, day of week and year.

        Raises:
            ValueError: AWS takes no such expression.
        """
        parts = fields.split()
        if len(parts) != 6:
            raise ValueError(fields)
        minutes, hours, days, months, weekdays, years = (part.upper() for part in parts)
        if (days == "?") == (weekdays == "?"):
            raise ValueError(fields)  # one of the two, and only one, says nothing
        self._minutes = sorted(_numbers(minutes, 0, 59))
        self._hours = sorted(_numbers(hours, 0, 23))
        self._months = _numbers(months, 1, 12, MONTHS)
        self._years = _numbers(years, FIRST_YEAR, LAST_YEAR)
        self._days_of = _days(days) if weekdays == "?" else _weekdays(weekdays)

    def times(self, since: datetime) -> Iterator[datetime]:
        """Its times from one on, in their order; both without a zone."""
        first = since.date()
        for year in range(max(first.year, FIRST_YEAR), LAST_YEAR + 1):
            if year not in self._years:
                continue
            for month in sorted(self._months):
                if (year, month) < (first.year, first.month):
                    continue
                for day in sorted(self._days_of(year, month)):
                    if date(year, month, day) >= first:
                        yield from self._times_of(date(year, month, day), since)

    def _times_of(self, day: date, since: datetime) -> Iterator[datetime]:
        for hour in self._hours:
            for minute in self._minutes:
                moment = datetime.combine(day, time(hour, minute))
                if moment >= since:
                    yield moment


def _numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> set[int]:
    """The numbers of a field: `*`, `5`, `1-5`, `1/10`, names, and a list of such."""
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        if slash and not step.isdecimal():
            raise ValueError(field)
        begin, dash, end = span.partition("-")
        first = low if begin == "*" and not dash else _number(begin, low, high, names)
        last = _number(end, low, high, names) if dash else first
        if begin == "*" or (slash and not dash):
            last = high
        interval = int(step) if slash else 1
        if interval < 1:
            raise ValueError(field)
        if last < first:  # from FRI to MON, from 20 to 2: over the end
            cycle = [*range(first, high + 1), *range(low, last + 1)]
            found.update(cycle[::interval])
        else:
            found.update(range(first, last + 1, interval))
    return found


def _number(text: str, low: int, high: int, names: tuple[str, ...]) -> int:
    if text in names:
        return names.index(text) + 1
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(text)
    return int(text)


def _days(field: str) -> DaysOf:
    """Day of month: numbers, `L` (the last), `LW` (the last weekday), `3W` (the nearest one)."""
    if field == "L":
        return lambda year, month: {monthrange(year, month)[1]}
    if field == "LW":
        return lambda year, month: {_nearest_weekday(year, month, 31)}
    if found := re.fullmatch(r"(\d+)W", field):
        wanted = _number(found[1], 1, 31, ())
        return lambda year, month: (
            {_nearest_weekday(year, month, wanted)}
            if wanted <= monthrange(year, month)[1]
            else set()
        )
    days = _numbers(field, 1, 31)
    return lambda year, month: {day for day in days if day <= monthrange(year, month)[1]}


def _nearest_weekday(year: int, month: int, wanted: int) -> int:
    """The day from Monday to Friday that is nearest, within the month."""
    last = monthrange(year, month)[1]
    day = min(wanted, last)
    weekday = date(year, month, day).weekday()
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < last else day - 2
    return day


def _weekdays(field: str) -> DaysOf:
    """Day of week: numbers and names, `L` (Saturday), `6L` (the last Friday), `3#2` (the second
    Tuesday).
    """
    if field == "L":
        field = "7"
    if found := re.fullmatch(r"(\w+)L", field):
        last = _number(found[1], 1, 7, DAYS)
        return lambda year, month: {max(_days_on(year, month, {last}))}
    if found := re.fullmatch(r"(\w+)#([1-5])", field):
        wanted, turn = _number(found[1], 1, 7, DAYS), int(found[2])
        return lambda year, month: set(sorted(_days_on(year, month, {wanted}))[turn - 1 : turn])
    numbers = _numbers(field, 1, 7, DAYS)
    return lambda year, month: _days_on(year, month, numbers)


def _days_on(year: int, month: int, weekdays: set[int]) -> set[int]:
    """The days of a month that are one of some weekdays; 1 is Sunday."""
    first = date(year, month, 1)
    days = range(monthrange(year, month)[1])
    return {
        day + 1 for day in days if (first + timedelta(days=day)).isoweekday() % 7 + 1 in weekdays
    }
