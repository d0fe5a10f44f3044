"""The operators of a rule, read from its text: `{"prefix": "order-"}` and the like."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator

from localaws.ruler import matching
from localaws.ruler.matching import Scalar, Test
from localaws.ruler.reading import InvalidRuleError, Reader

ONE_KEY = "Only one key allowed in match expression"
TOO_MANY = "Too many elements in numeric expression"


def scalar(reader: Reader) -> Scalar:
    token = reader.token
    if token.kind == "string":
        return reader.text()
    if token.kind == "word":
        return {"true": True, "false": False, "null": None}[token.text]
    return _number(token.text)


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdecimal() else float(text)


def expression(reader: Reader) -> Test | bool:
    """Read `{"operator": …}`; true or false for `exists`."""
    if reader.next().kind != "name":
        raise reader.fail("Match expression name not found")
    name = reader.token.text
    read_operand = OPERANDS.get(name)
    if read_operand is None:
        raise reader.fail(f"Unrecognized match type {name}")
    found = read_operand(reader, name)
    if reader.next().kind != "}":
        raise reader.fail(TOO_MANY if name in ("numeric", "anything-but") else ONE_KEY)
    return found


def _string(reader: Reader, problem: str) -> str:
    if reader.token.kind != "string":
        raise reader.fail(problem)
    return reader.text()


def _text_test(reader: Reader, name: str, make: Callable[[str], Test]) -> Test:
    """The test that a text names; the text has been read."""
    named = {"exactly": "exact", "cidr": "prefix"}.get(name, name)  # as AWS's words go
    text = _string(reader, f"{named} match pattern must be a string")
    try:
        return make(text)
    except ValueError as error:
        if name == "cidr":
            raise InvalidRuleError(str(error)) from None
        raise reader.fail(str(error)) from None


def _text(make: Callable[[str], Test]) -> Callable[[Reader, str], Test]:
    def operand(reader: Reader, name: str) -> Test:
        reader.next()
        return _text_test(reader, name, make)

    return operand


def _end(make: Callable[[str], Test]) -> Callable[[Reader, str], Test]:
    """A prefix or suffix, which may be an object that asks to ignore case."""

    def operand(reader: Reader, name: str) -> Test:
        if reader.next().kind != "{":
            return _text_test(reader, name, make)
        if reader.next().kind != "name":
            raise reader.fail(f"{name.title()} expression name not found")
        inner = reader.token.text
        if inner != "equals-ignore-case":
            raise reader.fail(f"Unsupported {name} pattern: {inner}")
        reader.next()
        test = _text_test(reader, inner, functools.partial(matching.ignoring_case, make))
        if reader.next().kind != "}":
            raise reader.fail(ONE_KEY)
        return test

    return operand


def _exists(reader: Reader, _: str) -> bool:
    token = reader.next()
    if token.text not in ("true", "false") or token.kind != "word":
        raise reader.fail("exists match pattern must be either true or false.")
    return token.text == "true"


def _numeric(reader: Reader, _: str) -> Test:
    if reader.next().kind != "[":
        raise reader.fail("Value of numeric must be an array.")
    if reader.next().kind != "string":
        raise reader.fail(f"Invalid member in numeric match: {reader.token.text}")
    operator = reader.text()
    reader.next()
    if operator == "=":
        wanted = _bound(reader, "equals")
        _must_close(reader, TOO_MANY)
        return matching.within(wanted, wanted, False, False)
    if operator in ("<", "<="):
        top = _bound(reader, operator)
        _must_close(reader, TOO_MANY)
        return matching.within(-math.inf, top, True, operator == "<")
    if operator in (">", ">="):
        bottom = _bound(reader, operator)
        if reader.next().kind == "]":
            return matching.within(bottom, math.inf, operator == ">", True)
        return _range(reader, bottom, operator == ">")
    raise reader.fail(f"Unrecognized numeric range operator: {operator}")


def _range(reader: Reader, bottom: float, open_bottom: bool) -> Test:
    if reader.token.kind != "string":
        raise reader.fail(f"Bad value in numeric range: {reader.token.text}")
    operator = reader.text()
    if operator not in ("<", "<="):
        raise reader.fail(f"Bad numeric range operator: {operator}")
    reader.next()
    top = _bound(reader, operator)
    _must_close(reader, "Too many terms in numeric range expression")
    if bottom >= top:
        raise reader.fail("Bottom must be less than top")
    return matching.within(bottom, top, open_bottom, operator == "<")


def _bound(reader: Reader, name: str) -> float:
    if reader.token.kind != "number":
        raise reader.fail(f"Value of {name} must be numeric")
    value = _number(reader.token.text)
    if abs(value) > matching.LARGEST:
        raise reader.fail("Value must be between -5.0E9 and 5.0E9, inclusive")
    return value


def _must_close(reader: Reader, problem: str) -> None:
    if reader.next().kind != "]":
        raise reader.fail(problem)


def _anything_but(reader: Reader, _: str) -> Test:
    if reader.next().kind != "{":
        _must_be_list_or_value(reader)
        return matching.anything_but(map(matching.equals, _plain_values(reader)))
    if reader.next().kind != "name":
        raise reader.fail("Anything-But expression name not found")
    name = reader.token.text
    if name not in BUT:
        raise reader.fail(f"Unsupported anything-but pattern: {name}")
    reader.next()
    _must_be_list_or_value(reader)
    texts = list(_strings(reader, name))
    try:
        but = matching.anything_but([BUT[name](text) for text in texts])
    except ValueError as error:
        raise reader.fail(str(error)) from None
    if reader.next().kind != "}":
        raise reader.fail(TOO_MANY)
    return but


def _must_be_list_or_value(reader: Reader) -> None:
    if reader.token.kind not in ("[", "string", "number"):
        problem = "Value of anything-but must be an array or single string/number value."
        raise reader.fail(problem)


def _plain_values(reader: Reader) -> list[Scalar]:
    """Strings alone or numbers alone: one of them, or a list."""
    if reader.token.kind != "[":
        return [scalar(reader)]
    values = []
    while reader.next().kind != "]":
        if reader.token.kind not in ("string", "number"):
            problem = "Inside anything but list, start|null|boolean is not supported."
            raise _twice(reader, problem)
        values.append(scalar(reader))
    if len({isinstance(value, str) for value in values}) != 1:
        problem = "Inside anything but list, either all values are number or string, mixed type "
        raise reader.fail(problem + "is not supported")
    return values


def _strings(reader: Reader, name: str) -> Iterator[str]:
    problem = {
        "equals-ignore-case": "Inside anything-but/equals-ignore-case list, "
        "number|start|null|boolean is not supported.",
        "wildcard": "wildcard match pattern must be a string",
    }.get(name, "prefix/suffix match pattern must be a string")
    listed = reader.token.kind == "["
    while not listed or reader.next().kind != "]":
        if reader.token.kind != "string":
            raise _twice(reader, problem) if listed else reader.fail(problem)
        text = reader.text()
        if name in ("prefix", "suffix") and not text:
            raise reader.fail("Null prefix/suffix not allowed")
        yield text
        if not listed:
            return


def _twice(reader: Reader, problem: str) -> InvalidRuleError:
    """An error within a list, whose place AWS names twice."""
    return reader.fail(str(reader.fail(problem)))


BUT: dict[str, Callable[[str], Test]] = {
    "prefix": matching.prefix,
    "suffix": matching.suffix,
    "wildcard": matching.wildcard,
    "equals-ignore-case": functools.partial(matching.ignoring_case, matching.equals),
}
OPERANDS: dict[str, Callable[[Reader, str], Test | bool]] = {
    "exactly": _text(matching.equals),
    "prefix": _end(matching.prefix),
    "suffix": _end(matching.suffix),
    "equals-ignore-case": _text(functools.partial(matching.ignoring_case, matching.equals)),
    "wildcard": _text(matching.wildcard),
    "cidr": _text(matching.cidr),
    "exists": _exists,
    "numeric": _numeric,
    "anything-but": _anything_but,
}
