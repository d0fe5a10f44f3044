"""JSONata itself: what functions and operators give, and the words of their errors.

docs.jsonata.org; the words are those of github.com/jsonata-js/jsonata, which AWS tells
(floci-io/floci, issues 2668, 2669, 2736 and 2737, measured them on AWS).
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonata.utils import Utils
from moto.stepfunctions.parser.asl.jsonata.jsonata import JSONataException

from localaws.stepfunctions import jsonatalimits
from localaws.stepfunctions.jsonata import evaluate
from localaws.stepfunctions.jsontext import java, javascript, written

pytestmark = [pytest.mark.simulated_clock, pytest.mark.usefixtures("cloud")]

NESTED = "($f := function($x){ $x <= 0 ? 0 : 1 + $f($x - 1) }; $f(%d))"
DOUBLED = "($f := function($s, $n){ $n = 0 ? $s : $f($s & $s, $n - 1) }; $length($f('x', %d)))"
NUMBERS: list[tuple[str, str]] = [
    ("3.0", "3"),
    ("1e10", "10000000000"),
    ("10/4", "2.5"),
    ("5.5 % 2", "1.5"),
    ("-7 % 3", "-1"),
    ("0.1 + 0.2", "0.30000000000000004"),
    ("1e-7", "1.0E-7"),
    ("12345678.5", "1.23456785E7"),
    ("1e21", "1.0E21"),
    ("$parse('9223372036854775807')", "9223372036854775807"),
    ("$parse('9223372036854775808')", "9.223372036854776E18"),
    ("$parse('[1.0, 1e2, 1.5]')", "[1,100,1.5]"),
    ("1/0", '"Infinity"'),
    ("[-1/0, {'k': 0/0}]", '["-Infinity",{"k":"NaN"}]'),
    ("1e308 * 10", '"Infinity"'),
    ("$parseInteger('abc', '0')", '"NaN"'),
    ("$parseInteger('123', '0')", "123"),
    ("$number('0x1F') + $number('0b11') + $number('0o7')", "41"),
    ("$round(2.5) & $round(3.5)", '"24"'),
    ("$random(42)", "0.7275636800328681"),
    ("$random(0.9) = $random(0)", "true"),
    ("[1..$two]", "[1,2]"),
    ("$count([1..873782])", "873782"),
    (NESTED % 31, "31"),
    (DOUBLED % 22, "4194304"),
    ("1" + "+1" * 99, "100"),
]
TEXTS: list[tuple[str, str]] = [
    ("$string(1e20)", "100000000000000000000"),
    ("$string(999999999999999868928)", "999999999999999900000"),
    ("$string(1e21)", "1e+21"),
    ("$string(-1.5e20)", "-150000000000000000000"),
    ("$string(1e-6) & ' ' & 1e-7", "0.000001 1e-7"),
    ("$string(1/3)", "0.333333333333333"),
    ("$string([1e20, {'a': 1.5e-7, 'n': null}])", '[100000000000000000000,{"a":1.5e-7,"n":null}]'),
    ("$string({'a': [1], 'b': []}, true)", '{\n  "a": [\n    1\n  ],\n  "b": []\n}'),
    ("$string($sum)", ""),
    ("$string($parse('9223372036854775808'))", "9223372036854776000"),
    ("$join($sort([{'p': 1, 'n': 'a'}, {'p': 1, 'n': 'b'}], function($l, $r){$l.p > $r.p}).n)",
     "ab"),  # what is equal keeps its order
    ("$fromMillis($toMillis('2017-11-07T15:07:54.972Z'))", "2017-11-07T15:07:54.972Z"),
    ("$fromMillis($toMillis('2017-10'))", "2017-10-01T00:00:00.000Z"),
    ("$replace('abcabc', /a(b)/, '$1x')", "bxcbxc"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), NUMBERS, ids=[one[0][:40] for one in NUMBERS])
def test_numbers(expression: str, expected: str) -> None:
    assert written(evaluate(expression, {"two": 2.0})) == expected


@pytest.mark.parametrize(("expression", "expected"), TEXTS, ids=[one[0] for one in TEXTS])
def test_texts(expression: str, expected: str) -> None:
    assert evaluate(expression) == expected


SIGNATURE = 'T0410: Argument {} of function "{}" does not match function signature'
ARRAY = 'T0412: Argument 1 of function "{}" must be an array of "{}"'
CODED: list[tuple[str, str]] = [
    ("$abs('a')", SIGNATURE.format(1, "abs")),
    ("$number(null)", SIGNATURE.format(1, "number")),
    ("$each('x', function($v){$v})", SIGNATURE.format(1, "each")),
    ("$sum(1, 2)", SIGNATURE.format(2, "sum")),
    ("$parse(null)", SIGNATURE.format(1, "parse")),
    ("$uuid(1)", SIGNATURE.format(1, "uuid")),
    ("$range(1)", SIGNATURE.format(2, "range")),
    ("$partition([1], 'a')", SIGNATURE.format(2, "partition")),
    ("$hash('a', 5)", SIGNATURE.format(2, "hash")),
    ("$hash('a', 'MD5', 1)", SIGNATURE.format(3, "hash")),
    ("$now(1)", SIGNATURE.format(1, "now")),
    ("$sum(['a'])", ARRAY.format("sum", "numbers")),
    ("$join(['a', 1])", ARRAY.format("join", "strings")),
    ("$merge([1])", ARRAY.format("merge", "objects")),
    (
        "$partition(null, 2)",
        'T0412: Argument 1 of function "partition" must be an array of undefined',
    ),
    (
        "1 < 'a'",
        ('T2009: The values 1 and "a" either side of operator "<" must be of the same data type'),
    ),
    (
        "null < 1",
        (
            'T2010: The expressions either side of operator "<" must evaluate to numeric '
            "or string values"
        ),
    ),
    ("'a' + 1", 'T2001: The left side of the "+" operator must evaluate to a number'),
    ("1 + {}", 'T2002: The right side of the "+" operator must evaluate to a number'),
    ("['a'..3]", "T2003: The left side of the range operator (..) must evaluate to an integer"),
    ("1 ~> 2", "T2006: The right side of the function application operator ~> must be a function"),
    (
        "[{'a': 2}, {'a': 'x'}]^(a)",
        'T2007: Type mismatch when comparing values 2 and "x" in order-by clause',
    ),
    ("-'a'", 'D1002: Cannot negate a non-numeric value: "a"'),
    ("1/0 + 1", "D1001: Number out of range: null"),
    ("{1: 2}", "T1003: Key in object structure must evaluate to a string; got: 1"),
    ("$eval('1+1')", "T1006: Attempted to invoke a non-function"),
    ("{'a': 1, 'a': 2}", 'D1009: Multiple key definitions evaluate to same key: "a"'),
    ("$string(1/0)", "D3001: Attempting to invoke string function on Infinity or NaN"),
    (
        "$replace('a', '', 'b')",
        "D3010: Second argument of replace function cannot be an empty string",
    ),
    (
        "$split('a', 'b', -1)",
        "D3020: Third argument of split function must evaluate to a positive number",
    ),
    ("$number('1_0')", 'D3030: Unable to cast value to a number: "1_0"'),
    (
        "$reduce([1, 2], function($a){$a})",
        (
            "D3050: The second argument of reduce function must be a function with at "
            "least two arguments"
        ),
    ),
    ("$sqrt(-1)", "D3060: The sqrt function cannot be applied to a negative number: -1"),
    (
        "$power(10, 400)",
        (
            "D3061: The power function has resulted in a value that cannot be represented "
            "as a JSON number: base=10, exponent=400"
        ),
    ),
    (
        "$sort([1, 'a'])",
        (
            "D3070: The single argument form of the sort function can only be applied to "
            "an array of strings or an array of numbers.  Use the second argument to "
            "specify a comparison function"
        ),
    ),
    (
        "$formatBase(5, 37)",
        ("D3100: The radix of the formatBase function must be between 2 and 36.  It was given 37"),
    ),
    (
        "$toMillis('nope')",
        (
            "D3110: The argument of the toMillis function must be an ISO 8601 formatted "
            'timestamp. Given "nope"'
        ),
    ),
    (
        "$formatInteger(1, '漢')",
        (
            'D3130: Formatting or parsing an integer as a sequence starting with "漢" is '
            "not supported by this implementation"
        ),
    ),
    (
        "$fromMillis(1, '[Q]')",
        'D3132: Unknown component specifier "Q" in date/time picture string',
    ),
    ('$parse(\'{"a":1,"a":2}\')', "D3137: Invalid JSON"),
    ("$parse('1e400')", "D3137: Invalid JSON"),
    ("$parse('')", "D3137: Invalid JSON"),
    ("$partition([1], -1)", "D3137: Second argument must be zero or greater"),
    (
        "$hash('a', 'md5')",
        ("D3137: Hash algorithm 'md5' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5"),
    ),
    ("$error()", "D3137: $error() function evaluated"),
    (
        "$single([1, 2], function($x){true})",
        (
            "D3138: The $single() function expected exactly 1 matching result.  Instead it "
            "matched more."
        ),
    ),
    ("$assert(false, 'no')", "D3141: no"),
]
LIMITS: list[tuple[str, str]] = [
    ("1" + "+1" * 100, jsonatalimits.TOO_DEEP),
    ("[" * 100 + "1" + "]" * 100, jsonatalimits.TOO_DEEP),
    (NESTED % 32, jsonatalimits.TOO_DEEP),
    ("$count([1..873783])", jsonatalimits.TOO_MUCH),
    (DOUBLED % 23, jsonatalimits.TOO_MUCH),
    ("$range(1, 360146, 1)", jsonatalimits.TOO_MUCH),
]


def told(expression: str) -> str:
    """How an expression that fails is told of."""
    with pytest.raises(JSONataException) as raised:
        evaluate(expression)
    return str(raised.value.details)


@pytest.mark.parametrize(("expression", "words"), CODED, ids=[one[0] for one in CODED])
def test_errors(expression: str, words: str) -> None:
    assert told(expression) == f"threw an error during evaluation. {words}"


@pytest.mark.parametrize(("expression", "words"), LIMITS, ids=[one[0][:40] for one in LIMITS])
def test_limits(expression: str, words: str) -> None:
    assert told(expression) == f"threw an error during evaluation: {words}"


def test_what_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonatalimits, "LONGEST", 0.1)
    words = told("($f := function($x){ $f($x + 1) }; $f(1))")
    assert words == f"threw an error during evaluation: {jsonatalimits.TOO_LONG}"
    assert evaluate("1 + 1") == 2


@pytest.mark.parametrize("expression", ["$sum", "function($x){$x}", "/a/"])
def test_what_is_no_json(expression: str) -> None:
    assert told(expression) == "returned an unsupported result type."


@pytest.mark.parametrize(
    "expression", ["$substring(1, 2)", "$toMillis('x', '[Y]-[M]')", "[5..1][0]"]
)
def test_what_is_undefined(expression: str) -> None:
    assert evaluate(expression) is Utils.NONE


def test_pictures_of_numbers() -> None:
    """w3.org/TR/xpath-functions-31/#syntax-of-picture-string: each rule has its own code."""
    broken = {
        "0;0;0": "D3080", "0.0.0": "D3081", "0%%": "D3082", "0‰‰": "D3083", "0%‰": "D3084",
        "x": "D3086", "0,.0": "D3087", "0,": "D3088", "0,,0": "D3089", "0#": "D3090",
        "##0.0#0": "D3091", "0e0%": "D3092", "#0e": "D3093",
    }  # fmt: skip
    codes = {picture: told(f"$formatNumber(1, '{picture}')") for picture in broken}
    begins = {picture: text.split(". ")[1].split(":")[0] for picture, text in codes.items()}
    assert begins == broken
    written = {
        "$formatNumber(1234.5678, '#,##0.00')": "1,234.57",
        "$formatNumber(0.123, '#0.0%')": "12.3%",
        "$formatNumber(1234.5678, '00.000e0')": "12.346e2",
        "$formatNumber(-3, '0 pieces;(0)')": "(3)",
    }
    assert {text: evaluate(text) for text in written} == written


def test_java_and_javascript_write_numbers() -> None:
    """docs.oracle.com, Double.toString; tc39.es/ecma262, Number::toString."""
    spelled: dict[float, tuple[str, str]] = {
        0.0: ("0.0", "0"),
        100.0: ("100.0", "100"),
        0.001: ("0.001", "0.001"),
        0.0001: ("1.0E-4", "0.0001"),
        9999999.0: ("9999999.0", "9999999"),
        1e7: ("1.0E7", "10000000"),
        -1.5e300: ("-1.5E300", "-1.5e+300"),
        1e-7: ("1.0E-7", "1e-7"),
        123.456: ("123.456", "123.456"),
    }
    assert {number: (java(number), javascript(number)) for number in spelled} == spelled


def test_data_passes_with_javas_numbers(run: Any) -> None:
    given = {"a": 100.0, "b": 1e10, "c": [1e-7, "1.5"], "d": 10**20}
    outcome = run({"Type": "Pass", "Parameters": {"x.$": "$", "t.$": "$.b"}}, given=given)
    text = '{"a":100.0,"b":1.0E10,"c":[1.0E-7,"1.5"],"d":100000000000000000000}'
    assert outcome.description["output"] == f'{{"x":{text},"t":1.0E10}}'
    assert outcome.details("PassStateEntered")["input"] == text
    assert json.loads(text) == given
