"""The Amazon States Language as data: which fields a state has, of what type, in what range.

Sources: states-language.net/spec.html; docs.aws.amazon.com/step-functions/latest/dg/
(statemachine-structure.html, state-*.html, transforming-data.html); the ranges and which type has
which field as reported of ValidateStateMachineDefinition.
"""

from __future__ import annotations

from typing import NamedTuple

JSONPATH, JSONATA = "JSONPath", "JSONata"
TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")
LEADS_NOWHERE = ("Choice", "Succeed", "Fail")  # by a field of its own, that is
LONGEST_NAME = 80
TOO_LONG = f"exceeds the {LONGEST_NAME}-character limit allowed by the service"
LONGEST_SECONDS = 99999999
LONGEST_DELAY = 31622400  # MaxDelaySeconds: a year of 366 days

MACHINE = ("Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version")
BRANCH = ("Comment", "StartAt", "States")
PROCESSOR = (*BRANCH, "ProcessorConfig")

EVERYWHERE = ("Type", "Comment", "QueryLanguage")
_IN_AND_OUT = ("InputPath", "OutputPath", "Output", "Assign")
_GOES_ON = ("Next", "End")
_RESULT = ("ResultPath", "ResultSelector", "Retry", "Catch")
FIELDS = {
    "Pass": (*_IN_AND_OUT, *_GOES_ON, "Result", "ResultPath", "Parameters"),
    "Task": (
        *(*_IN_AND_OUT, *_GOES_ON, *_RESULT, "Parameters", "Arguments", "Resource"),
        *("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"),
        "Credentials",
    ),
    "Wait": (*_IN_AND_OUT, *_GOES_ON, "Seconds", "SecondsPath", "Timestamp", "TimestampPath"),
    "Parallel": (*_IN_AND_OUT, *_GOES_ON, *_RESULT, "Parameters", "Arguments", "Branches"),
    "Map": (
        *(*_IN_AND_OUT, *_GOES_ON, *_RESULT, "Parameters", "ItemProcessor", "Iterator"),
        *("ItemsPath", "Items", "ItemSelector", "ItemReader", "ItemBatcher", "ResultWriter"),
        *("MaxConcurrency", "MaxConcurrencyPath", "Label"),
        *("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
        *("ToleratedFailureCount", "ToleratedFailureCountPath"),
    ),
    "Choice": (*_IN_AND_OUT, "Choices", "Default"),
    "Succeed": ("InputPath", "OutputPath", "Output"),
    "Fail": ("Error", "Cause", "ErrorPath", "CausePath"),
}
REQUIRED = {"Task": ("Resource",), "Parallel": ("Branches",), "Choice": ("Choices",)}
DISTRIBUTED_ONLY = (
    *("ItemReader", "ItemBatcher", "ResultWriter", "Label"),
    *("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
    *("ToleratedFailureCount", "ToleratedFailureCountPath"),
)

ONLY_OF = {
    JSONATA: ("Arguments", "Output", "Items"),
    JSONPATH: (
        *("InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Result"),
        *("ItemsPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath"),
        *("HeartbeatSecondsPath", "MaxConcurrencyPath", "ToleratedFailurePercentagePath"),
        *("ToleratedFailureCountPath", "ErrorPath", "CausePath"),
    ),
}

# Of each group a state has exactly one, or one at most.
EXACTLY_ONE: dict[str, list[tuple[str, ...]]] = {
    "Pass": [_GOES_ON],
    "Task": [_GOES_ON],
    "Wait": [_GOES_ON, ("SecondsPath", "Seconds", "TimestampPath", "Timestamp")],
    "Parallel": [_GOES_ON],
    "Map": [_GOES_ON, ("ItemProcessor", "Iterator")],
}
AT_MOST_ONE: dict[str, list[tuple[str, ...]]] = {
    "Task": [
        ("TimeoutSeconds", "TimeoutSecondsPath"),
        ("HeartbeatSeconds", "HeartbeatSecondsPath"),
    ],
    "Map": [
        ("MaxConcurrency", "MaxConcurrencyPath"),
        ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
        ("ToleratedFailureCount", "ToleratedFailureCountPath"),
        ("ItemSelector", "Parameters"),
    ],
    "Fail": [("Error", "ErrorPath"), ("Cause", "CausePath")],
}


class Number(NamedTuple):
    least: float
    most: float | None
    whole: bool = True


NUMBERS = {
    "TimeoutSeconds": Number(1, LONGEST_SECONDS),
    "HeartbeatSeconds": Number(1, LONGEST_SECONDS),
    "Seconds": Number(0, LONGEST_SECONDS),
    "MaxConcurrency": Number(0, None),
    "ToleratedFailurePercentage": Number(0, 100, whole=False),
    "ToleratedFailureCount": Number(0, None),
}
RETRY_NUMBERS = {
    "IntervalSeconds": Number(0, LONGEST_SECONDS),
    "MaxAttempts": Number(0, LONGEST_SECONDS),
    "BackoffRate": Number(1, None, whole=False),
    "MaxDelaySeconds": Number(1, LONGEST_DELAY),
}
RETRY = ("ErrorEquals", *RETRY_NUMBERS, "JitterStrategy", "Comment")
CATCH = ("ErrorEquals", "Next", "ResultPath", "Output", "Assign", "Comment")

STRINGS = ("Comment", "Next", "Default", "Resource", "Label", "StartAt", "Error", "Cause")
OBJECTS = (  # states-language.net/spec.html, "Payload Template": must be a JSON object
    *("Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials"),
    *("ItemReader", "ItemBatcher", "ResultWriter"),
)
TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "Arguments", "Output")
PATHS = ("InputPath", "OutputPath")
REFERENCE_PATHS = (
    *("ResultPath", "ItemsPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath"),
    *("HeartbeatSecondsPath", "MaxConcurrencyPath", "ToleratedFailurePercentagePath"),
    "ToleratedFailureCountPath",
)
MAY_BE_NULL = ("InputPath", "OutputPath", "ResultPath")
STRING_PATHS = ("ErrorPath", "CausePath")  # or an intrinsic function that makes a string

COMPARISONS = {
    "String": ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"),
    "Numeric": ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"),
    "Timestamp": ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"),
    "Boolean": ("Equals",),
}
TESTS = ("IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp")
OPERATORS = (
    {f"{kind}{comparison}": kind for kind, some in COMPARISONS.items() for comparison in some}
    | {"StringMatches": "String"}
    | dict.fromkeys(TESTS, "Boolean")
)
PATH_OPERATORS = tuple(
    f"{kind}{comparison}Path" for kind, some in COMPARISONS.items() for comparison in some
)
RULES = ("And", "Or", "Not", "Variable", "Condition")  # a rule has one of these

INTRINSICS = (
    *("Array", "ArrayContains", "ArrayGetItem", "ArrayLength", "ArrayPartition", "ArrayRange"),
    *("ArrayUnique", "Base64Decode", "Base64Encode", "Format", "Hash", "JsonMerge"),
    *("JsonToString", "MathAdd", "MathRandom", "StringSplit", "StringToJson", "UUID"),
)
