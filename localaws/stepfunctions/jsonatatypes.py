"""What an expression has to return in the fields that do not take any JSON.

docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html and states-language.net/spec:
a Condition is a boolean, Seconds a non-negative integer, Error a string. How a wrong type is told
of is known for Items; that it is told likewise elsewhere is inferred, and the words for a number
that does not fit are those of SecondsPath.
"""

from __future__ import annotations

import re
from typing import Any

from localaws.stepfunctions.comparisons import timestamp
from localaws.stepfunctions.jsontext import written

FIELDS = {
    "boolean": re.compile(r"Choices\[\d+\]/Condition"),
    "array": re.compile(r"Items"),
    "string": re.compile(r"Error|Cause|Timestamp"),
    "number": re.compile(
        r"(Timeout|Heartbeat)?Seconds|MaxConcurrency|ToleratedFailure(Count|Percentage)"
        r"|ItemReader/ReaderConfig/MaxItems|ItemBatcher/MaxI(tems|nputBytes)PerBatch"
    ),
}
NO_LONG = "cannot be parsed as a long value"
NEGATIVE = "references a negative value"
NO_TIME = "does not reference a valid ISO-8601 extended offset date-time format string"
FRACTIONS = ("ToleratedFailurePercentage",)
KINDS: dict[type, str] = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}


def problem(expression: str, field: str, value: Any) -> str | None:
    """Why a field does not take what an expression has returned."""
    expected = next((kind for kind, names in FIELDS.items() if names.fullmatch(field)), None)
    kind = KINDS[type(value)]
    if expected is None:
        return None
    if kind != expected:
        return (
            f"The JSONata expression '{expression}' specified for the field '{field}' returned an "
            f"unexpected result type. Expected '{expected}', but was '{kind}' for value: "
            f"{written(value)}"
        )
    if field == "Timestamp" and timestamp(value) is None:
        return told(NO_TIME, field, expression, value)
    if expected != "number":
        return None
    name = field.rpartition("/")[2]
    if value < 0:
        return told(NEGATIVE, name, expression, value)
    if isinstance(value, float) and name not in FRACTIONS:
        return told(NO_LONG, name, expression, value)
    return None


def told(words: str, parameter: str, source: str, value: Any) -> str:
    """What is wrong with a parameter's value.

    Args:
        words: what is wrong, as NO_LONG.
        source: the expression or the path that the value comes from.
    """
    shown = value if isinstance(value, str) else written(value)
    return f"The {parameter} parameter {words}: {source} == {shown}"
