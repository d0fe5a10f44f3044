"""CloudWatch Logs Insights: StartQuery and GetQueryResults.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html. Of the commands there are
fields, display, filter, stats, sort, limit, parse and dedup.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterator
from typing import Any

from moto.logs import models
from moto.logs.models import LogGroup, LogQuery

from localaws.mending import Mends
from localaws.observability import insightsrecords
from localaws.observability.insightsterms import (
    MalformedQueryError,
    Record,
    Term,
    Terms,
    number,
    unquoted,
)

MOST_RESULTS = 10_000
COMMAND = re.compile(r"\s*(\w+)\b(.*)", re.DOTALL)
PIECE = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
    r"|(?:like|=~|parse\s+@?[\w.]+)\s*/(?:[^/\\]|\\.)+/|\w+|.",
    re.DOTALL | re.IGNORECASE,
)
AGGREGATES: dict[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "avg": statistics.fmean,
    "min": min,
    "max": max,
    "stddev": statistics.pstdev,
    "median": statistics.median,
}


def install(mends: Mends) -> None:
    _mend_queries(mends)


def _mend_queries(mends: Mends) -> None:
    """moto knows fields, sort and limit, writes times as numbers, and counts nothing
    (logs/logs_query/query_parser.py:22)."""

    def execute(
        log_groups: list[LogGroup], query: str, start_time: int, end_time: int
    ) -> list[Record]:
        return Query(query).run(log_groups, start_time * 1000, end_time * 1000 + 999)

    def to_result_json(self: LogQuery) -> dict[str, Any]:
        told = [
            [{"field": name, "value": _told(value)} for name, value in row.items()]
            for row in self.results
        ]
        counted = float(len(told))
        measured = {"recordsMatched": counted, "recordsScanned": counted, "bytesScanned": 0.0}
        return {"results": told, "statistics": measured, "status": self.status}

    mends.replace(models, "execute_query", execute)
    mends.replace(LogQuery, "to_result_json", to_result_json)


def _told(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


class Query:
    """A query, parsed."""

    def __init__(self, text: str) -> None:
        """Raises MalformedQueryError where it is none."""
        self._steps: list[Callable[[list[Record]], list[Record]]] = []
        self._shown: list[str] = []
        self._sorted = self._counted = False
        for command in _commands(text):
            match = COMMAND.fullmatch(command)
            work = getattr(self, f"_{match[1].lower()}", None) if match else None
            if match is None or work is None or match[1].lower() not in COMMANDS:
                raise MalformedQueryError(f"unexpected symbol found in {command.strip()!r}")
            work(match[2].strip())

    def run(self, groups: list[LogGroup], start: int, end: int) -> list[Record]:
        """The rows: the fields that were asked for, with their values.

        Args:
            start: milliseconds since 1970; so is `end`, which is included.
        """
        records = sorted(
            insightsrecords.records(groups, start, end), key=lambda r: r["@millis"], reverse=True
        )
        for step in self._steps:
            records = step(records)
        shown = self._shown or ["@timestamp", "@message"]
        rows = []
        for record in records[:MOST_RESULTS]:
            names = list(record) if self._counted else shown
            row = {n: record[n] for n in names if record.get(n) is not None}
            rows.append(row if self._counted else {**row, "@ptr": record["@ptr"]})
        return rows

    def _fields(self, text: str) -> None:
        for name, term in _named_terms(text):
            self._shown += [] if name in self._shown else [name]
            self._steps.append(_adding(name, term))

    def _display(self, text: str) -> None:
        self._shown = [name for name, _ in _named_terms(text)]

    def _filter(self, text: str) -> None:
        holds = Terms(text).whole()
        self._steps.append(lambda records: [record for record in records if holds(record)])

    def _sort(self, text: str) -> None:
        keys = []
        for part in _parts(text):
            terms = Terms(part)
            term = terms.either()
            order = terms.take("asc", "desc").lower() if not terms.end() else "asc"
            keys.append((term, order == "desc"))

        def step(records: list[Record]) -> list[Record]:
            for term, falling in reversed(keys):
                records = sorted(records, key=_ordered_by(term), reverse=falling)
            return records

        self._steps.append(step)

    def _limit(self, text: str) -> None:
        if not text.isdigit():
            raise MalformedQueryError(f"unexpected symbol found in 'limit {text}'")
        self._steps.append(lambda records: records[: int(text)])

    def _dedup(self, text: str) -> None:
        names = [part.strip() for part in text.split(",")]

        def step(records: list[Record]) -> list[Record]:
            first: dict[tuple[Any, ...], Record] = {}
            for record in records:
                first.setdefault(tuple(record.get(name) for name in names), record)
            return list(first.values())

        self._steps.append(step)

    def _parse(self, text: str) -> None:
        match = re.fullmatch(
            r"(@?[\w.@]+)\s+(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|/.*/)(?:\s+as\s+(.*))?",
            text,
            re.DOTALL | re.IGNORECASE,
        )
        if match is None:
            raise MalformedQueryError(f"unexpected symbol found in 'parse {text}'")
        source, pattern, names = match[1], match[2], match[3]
        if pattern.startswith("/"):
            regex = re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", pattern[1:-1]))
            named = list(regex.groupindex)
        else:
            named = [name.strip() for name in (names or "").split(",")]
            pieces = map(re.escape, unquoted(pattern).split("*"))
            regex = re.compile("(.*?)".join(pieces) + ("$" if pattern[-2] == "*" else ""))

        def step(records: list[Record]) -> list[Record]:
            for record in records:
                found = regex.search(str(record.get(source, "")))
                if found:
                    groups = found.groupdict() or dict(zip(named, found.groups(), strict=False))
                    record.update(groups)
            return records

        self._steps.append(step)

    def _stats(self, text: str) -> None:
        self._counted = True
        what, _, by = re.split(r"(\s+by\s+|$)", text, maxsplit=1, flags=re.IGNORECASE)
        groups = list(_named_terms(by)) if by else []
        counted = [_aggregate(part) for part in _parts(what)]

        def step(records: list[Record]) -> list[Record]:
            found: dict[tuple[Any, ...], list[Record]] = {}
            for record in records:
                key = tuple(term(record) for _, term in groups)
                found.setdefault(key, []).append(record)
            if not groups:
                found.setdefault((), [])
            return [
                dict(zip((name for name, _ in groups), key, strict=True))
                | {name: work(members) for name, work in counted}
                for key, members in found.items()
            ]

        self._steps.append(step)


COMMANDS = ("fields", "display", "filter", "sort", "limit", "dedup", "parse", "stats")


def _commands(text: str) -> Iterator[str]:
    """What stands between the bars, those in quotes and in regular expressions left out."""
    command = ""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for piece in PIECE.findall("\n".join(lines)):
        if piece == "|":
            yield command
            command = ""
        else:
            command += piece
    if command.strip():
        yield command


def _parts(text: str) -> list[str]:
    """A list's parts: the commas within parentheses and quotes are theirs."""
    parts, depth = [""], 0
    for piece in re.findall(r"\"[^\"]*\"|'[^']*'|.", text, re.DOTALL):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(piece, 0)
        if piece == "," and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip() for part in parts]


def _named_terms(text: str) -> Iterator[tuple[str, Term]]:
    for part in _parts(text):
        written, _, alias = re.split(r"(\s+as\s+|$)", part, maxsplit=1, flags=re.IGNORECASE)
        yield (alias.strip() or written.strip().strip("`")), Terms(written).whole()


def _adding(name: str, term: Term) -> Callable[[list[Record]], list[Record]]:
    def step(records: list[Record]) -> list[Record]:
        for record in records:
            if name not in record:
                record[name] = term(record)
        return records

    return step


def _ordered_by(term: Term) -> Callable[[Record], tuple[int, float, str]]:
    return lambda record: _order(term(record))


def _order(value: Any) -> tuple[int, float, str]:
    known = number(value)
    if value is None:
        return (0, 0.0, "")
    return (1, known, "") if known is not None else (2, 0.0, str(value))


def _aggregate(text: str) -> tuple[str, Callable[[list[Record]], Any]]:
    match = re.fullmatch(
        r"(\w+)\s*\((.*)\)(?:\s+as\s+(\S+))?", text.strip(), re.DOTALL | re.IGNORECASE
    )
    if match is None:
        raise MalformedQueryError(f"unexpected symbol found in {text!r}")
    kind, inner, alias = match[1].lower(), match[2].strip(), match[3]
    name = alias or f"{match[1]}({inner})"
    if kind == "count" and inner in ("*", ""):
        return name, len
    term, *more = [Terms(part).whole() for part in _parts(inner)]

    def values(records: list[Record]) -> list[Any]:
        return [value for value in map(term, records) if value is not None]

    def numbers(records: list[Record]) -> list[float]:
        return [known for known in map(number, values(records)) if known is not None]

    if kind == "count":
        return name, lambda records: len(values(records))
    if kind == "count_distinct":
        return name, lambda records: len(set(map(str, values(records))))
    if kind in ("earliest", "latest"):
        last = -1 if kind == "earliest" else 0
        return name, lambda records: (values(records) or [None])[last]
    if kind == "pct" and more:
        part = number(more[0]({})) or 0.0
        return name, lambda records: _percentile(numbers(records), part)
    if kind not in AGGREGATES:
        raise MalformedQueryError(f"unknown function {kind}")
    work = AGGREGATES[kind]
    return name, lambda records: work(found) if (found := numbers(records)) else None


def _percentile(values: list[float], part: float) -> float | None:
    ordered = sorted(values)
    place = max(0, -(-len(ordered) * part // 100) - 1)
    return ordered[int(place)] if ordered else None
