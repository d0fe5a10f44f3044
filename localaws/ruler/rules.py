"""A rule: JSON that says which events match. docs.aws.amazon.com/eventbridge/latest/userguide/
eb-create-pattern-operators.html and .../eb-event-patterns-arrays.html describe it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from localaws.ruler import matching, operands
from localaws.ruler.matching import Scalar, Test
from localaws.ruler.reading import InvalidRuleError, Reader

__all__ = ["InvalidRuleError", "Rule", "read"]

# Constants.RESERVED_FIELD_NAMES_IN_OR_RELATIONSHIP of Event Ruler.
RESERVED = frozenset((*operands.OPERANDS, "jsonpath", "regex"))


@dataclass
class Rule:
    """One object of a rule.

    Attributes:
        fields: what a field's value has to be: another object's rule, or one of some tests.
        present: fields that suffice with any value.
        absent: fields that suffice where they have none.
        alternatives: of each list, one rule has to match.
    """

    fields: dict[str, Rule | list[Test]] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    alternatives: list[list[Rule]] = field(default_factory=list)

    def matches(self, event: Any) -> bool:
        """Whether an event, as JSON gives it, matches.

        Of an array one element suffices; what is asked of its objects must hold for one of them.
        """
        if isinstance(event, list):
            return any(self.matches(one) for one in event)
        if not isinstance(event, dict):
            event = {}
        return all(
            self._matches_field(name, wanted, event) for name, wanted in self.fields.items()
        ) and all(any(rule.matches(event) for rule in rules) for rules in self.alternatives)

    def _matches_field(self, name: str, wanted: Rule | list[Test], event: dict[str, Any]) -> bool:
        if isinstance(wanted, Rule):
            return wanted.matches(event.get(name))
        values = list(_leaves(event[name])) if name in event else []
        if not values:
            return name in self.absent
        return name in self.present or any(test(value) for value in values for test in wanted)


def _leaves(value: Any) -> Iterator[Scalar]:
    """The values of a field: none of an object, those of its elements of an array."""
    if isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif not isinstance(value, dict):
        yield value


@functools.lru_cache(4096)
def read(source: str) -> Rule:
    """A rule from its text.

    Raises:
        InvalidRuleError: in AWS's words, with the place.
    """
    reader = Reader(source)
    if reader.next().kind != "{":
        raise reader.fail("Filter is not an object")
    return _object(reader, Rule())


def _object(reader: Reader, rule: Rule, inside_or: bool = False) -> Rule:
    """Read the fields of an object; its bracket has been read."""
    empty = True
    while reader.next().kind != "}":
        empty = False
        name = reader.token.text
        if inside_or and name in RESERVED:
            raise reader.fail(
                f"{name} is Ruler reserved fieldName which cannot be used inside $or."
            )
        kind = reader.next().kind
        if name == "$or" and kind == "[":
            rule.alternatives.append(_alternatives(reader))
        elif kind == "{":
            rule.fields[name] = _object(reader, Rule(), inside_or)
        elif kind == "[":
            _values(reader, rule, name)
        else:
            raise reader.fail(f'"{name}" must be an object or an array')
    if empty:
        raise reader.fail("Empty objects are not allowed")
    return rule


def _alternatives(reader: Reader) -> list[Rule]:
    rules = []
    while reader.next().kind != "]":
        if reader.token.kind != "{":
            raise reader.fail("Only JSON object is allowed in array of $or relationship.")
        rules.append(_object(reader, Rule(), inside_or=True))
    if len(rules) < 2:
        raise reader.fail("There must have at least 2 Objects in $or relationship.")
    return rules


def _values(reader: Reader, rule: Rule, name: str) -> None:
    """Read what a field may be; the last of two fields of one name counts."""
    tests: list[Test] = []
    rule.present.discard(name)
    rule.absent.discard(name)
    empty = True
    while reader.next().kind != "]":
        empty = False
        token = reader.token
        if token.kind == "{":
            found = operands.expression(reader)
            if isinstance(found, bool):
                (rule.present if found else rule.absent).add(name)
            else:
                tests.append(found)
        elif token.kind in ("string", "number", "word"):
            tests.append(matching.equals(operands.scalar(reader)))
        else:
            raise reader.fail("Match value must be String, number, true, false, or null")
    if empty:
        raise reader.fail("Empty arrays are not allowed")
    rule.fields[name] = tests
