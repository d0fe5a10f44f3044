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
        return (
            "The Timestamp parameter does not reference a valid ISO-8601 extended offset date-time "
            f"format string: {expression} == {value}"
        )
    if expected != "number":
        return None
    name = field.rpartition("/")[2]
    if value < 0:
        return f"The {name} parameter references a negative value: {expression} == {written(value)}"
    if isinstance(value, float) and name not in FRACTIONS:
        return (
            f"The {name} parameter cannot be parsed as a long value: {expression} == "
            f"{written(value)}"
        )
    return None
