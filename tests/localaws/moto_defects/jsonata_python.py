"""Defects of jsonata-python, to which localaws gives JSONata. True while a defect is there."""

from __future__ import annotations

from typing import Any

from jsonata import Jsonata
from jsonata.utils import Utils


def _value(expression: str) -> Any:
    return Jsonata(expression).evaluate(None)


def _failure(expression: str) -> Exception | None:
    """What an expression fails with; None where it does not."""
    try:
        _value(expression)
    except Exception as error:  # noqa: BLE001  which one it is, is what is asked
        return error
    return None


def jsonatapy_undefined() -> bool:
    return _value("null") is None and _value("nothing") is None


def jsonatapy_null() -> bool:
    return _failure("$sum(null)") is None


def jsonatapy_remainder() -> bool:
    return bool(_value("5.5 % 2") == 1)


def jsonatapy_zero() -> bool:
    return isinstance(_failure("1 / 0"), ZeroDivisionError)


def jsonatapy_nameless() -> bool:
    return "Argument None of Object None" in str(_failure("$substring(null, 1)"))


def jsonatapy_blame() -> bool:
    return "Argument 1 of" in str(_failure('$substring("a", "b")'))


def jsonatapy_unfilled() -> bool:
    return "%s" in str(_failure('$formatInteger(1, "q")'))


def jsonatapy_specifier() -> bool:
    return isinstance(_failure('$fromMillis(0, "[q]")'), KeyError)


def jsonatapy_large() -> bool:
    return bool(_value("$string(12345678901234567890)") == "1.23456789012346e+19")


def jsonatapy_large_within() -> bool:
    return bool(_value('$string({"a": 1e22})') == '{"a":10000000000000000000000}')


def jsonatapy_number() -> bool:
    return bool(_value('$number("1_000")') == 1000)


def jsonatapy_power() -> bool:
    return isinstance(_failure("$power(10, 1000)"), OverflowError)


def jsonatapy_complex() -> bool:
    return isinstance(_failure("$power(-8, 0.5)"), TypeError)


def jsonatapy_timestamp() -> bool:
    return isinstance(_failure('$toMillis("soon")'), ValueError)


def jsonatapy_before_1970() -> bool:
    return bool(_value('$toMillis("1900-05-05T10:11:10.932Z")') == -2198238529067)


def jsonatapy_sort_equal() -> bool:
    pairs = '[{"key": 1, "name": "a"}, {"key": 1, "name": "b"}]'
    return list(_value(f"$sort({pairs}, function($l, $r) {{$l.key > $r.key}}).name")) == ["b", "a"]


def jsonatapy_sort_mixed() -> bool:
    return isinstance(_failure('$sort([1, "a"])'), TypeError)


def jsonatapy_parse_integer() -> bool:
    return isinstance(_failure('$parseInteger("x", "0")'), ValueError)


def jsonatapy_picture() -> bool:
    return bool(_value('$formatNumber(12, "0x0")') == "1x2")


def jsonatapy_object() -> bool:
    return "does not match Object signature" in str(_failure('$abs("a")'))


def jsonatapy_bare_texts() -> bool:
    return "The values 1 and a either side" in str(_failure('1 < "a"'))


def jsonatapy_order_by() -> bool:
    return "values x and 1" in str(_failure('[{"a": 1}, {"a": "x"}]^(a)'))


def jsonatapy_elements() -> bool:
    return str(_failure('$sum("a")')).endswith("an array of n")


def jsonatapy_range_length() -> bool:
    numbers = Utils.RangeList(1, 4)
    return len(numbers) == len([*iter(numbers)]) + 1
