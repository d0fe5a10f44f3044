"""What a state is in a few words: the service that it calls, how long it waits, what it repeats.

Forms of a Task's resource:
docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html and
docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import botocore.session
from botocore.utils import CLIENT_NAME_TO_HYPHENIZED_SERVICE_ID_OVERRIDES

# Names of the optimised integrations, and of what else is called often: no model need be read.
_SERVICES = {
    "apigateway": "API Gateway",
    "athena": "Athena",
    "batch": "Batch",
    "bedrock": "Bedrock",
    "cloudwatch": "CloudWatch",
    "codebuild": "CodeBuild",
    "databrew": "Glue DataBrew",
    "dynamodb": "DynamoDB",
    "ecs": "ECS",
    "eks": "EKS",
    "elasticmapreduce": "EMR",
    "emr-containers": "EMR on EKS",
    "emr-serverless": "EMR Serverless",
    "eventbridge": "EventBridge",
    "events": "EventBridge",
    "glue": "Glue",
    "http": "HTTP",
    "lambda": "Lambda",
    "mediaconvert": "MediaConvert",
    "s3": "S3",
    "sagemaker": "SageMaker",
    "secretsmanager": "Secrets Manager",
    "sesv2": "SES",
    "sfn": "Step Functions",
    "sns": "SNS",
    "sqs": "SQS",
    "states": "Step Functions",
}
_SERVICE = re.compile(r"arn:[\w-]+:states:[^:]*:[^:]*:(?:aws-sdk:)?([\w-]+):(\w+)(?:\.([\w:]+))?")
_FUNCTION = re.compile(r"arn:[\w-]+:lambda:[^:]*:[^:]*:function:(.+)")
_ACTIVITY = re.compile(r"arn:[\w-]+:states:[^:]*:[^:]*:activity:(.+)")
_PATTERNS = {"sync": ", until done", "waitForTaskToken": ", waits for task token"}
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))

# A glyph for each type that is no service: shape tells it where words are too small to read.
GLYPHS = {
    "Choice": "◊",
    "Fail": "\N{MULTIPLICATION SIGN}",
    "Map": "≡",
    "Parallel": "‖",
    "Pass": "→",
    "Succeed": "√",
    "Wait": "ʘ",
}


def sign_of(type_: str, raw: Mapping[str, Any]) -> str:
    """`λ dev-ValidateOrderFunction`, `DynamoDB UpdateItem`, `Wait 2 days`, `Choice`.

    Args:
        type_: the state's type, or "".
        raw: the state as its definition has it.
    """
    if type_ == "Task":
        return _task(str(raw.get("Resource") or ""), _arguments(raw))
    if type_ == "Wait":
        return _wait(raw)
    if type_ == "Map":
        return "Map, distributed" if _mode(raw) == "DISTRIBUTED" else "Map"
    return type_ or "no Type"


def in_units(seconds: float) -> str:
    """A duration as a person says it: `2 days`, `1 hour 30 minutes`, `45 s`; in two units at most.

    What the second unit leaves over is cut off.
    """
    for at, (unit, size) in enumerate(_UNITS):
        count, rest = divmod(seconds, size)
        if count:
            parts = [_counted(int(count), unit)]
            if at + 1 < len(_UNITS):
                smaller, its_size = _UNITS[at + 1]
                parts += [_counted(int(rest // its_size), smaller)] if rest >= its_size else []
            elif rest >= 1:
                parts.append(f"{int(rest)} s")
            return " ".join(parts)
    return f"{seconds:g} s"


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _arguments(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    found = raw.get("Arguments") or raw.get("Parameters")
    return found if isinstance(found, Mapping) else {}


def _mode(raw: Mapping[str, Any]) -> object:
    processor = raw.get("ItemProcessor")
    config = processor.get("ProcessorConfig") if isinstance(processor, Mapping) else None
    return config.get("Mode") if isinstance(config, Mapping) else None


def _wait(raw: Mapping[str, Any]) -> str:
    seconds = raw.get("Seconds")
    if isinstance(seconds, int | float):
        return f"Wait {in_units(seconds)}"
    for key, form in (
        ("Seconds", "Wait {} seconds"),
        ("SecondsPath", "Wait {} seconds"),
        ("Timestamp", "Wait until {}"),
        ("TimestampPath", "Wait until {}"),
    ):
        if key in raw:
            return form.format(_expression(str(raw[key])))
    return "Wait"


def _expression(text: str) -> str:
    """A JSONata expression without its marks; anything else as it is."""
    return re.sub(r"^\{%\s*|\s*%\}$", "", text)


def _task(resource: str, arguments: Mapping[str, Any]) -> str:
    for form, words in ((_FUNCTION, "λ {}"), (_ACTIVITY, "Activity {}")):
        found = form.fullmatch(resource)
        if found:
            return words.format(found[1])
    called = _SERVICE.fullmatch(resource)
    if called is None:
        return resource or "Task"  # not yet substituted, or a service that was written wrongly
    service, action, pattern = called.groups()
    waits = _PATTERNS.get((pattern or "").split(":")[0], "")
    return f"{_call(service, action, arguments)}{waits}"


def _call(service: str, action: str, arguments: Mapping[str, Any]) -> str:
    if (service, action) == ("lambda", "invoke"):
        return f"λ {_last(arguments.get('FunctionName'), 'function') or 'Lambda invoke'}"
    name = _SERVICES.get(service) or _name_in_botocore(service)
    action = action[:1].upper() + action[1:]
    machine = _last(arguments.get("StateMachineArn"), "stateMachine")
    if service in ("states", "sfn") and machine:
        return f"{action} {machine}"
    return f"{name} {action}"


def _last(value: object, kind: str) -> str:
    """The name in an ARN (with its version or alias) or a name; empty where it is computed."""
    if not isinstance(value, str) or value.startswith("{%"):
        return ""
    return value.split(f":{kind}:")[-1]


@lru_cache
def _name_in_botocore(service: str) -> str:
    """A service of the SDK integrations: they write its id in small letters, without spaces."""
    session = botocore.session.get_session()
    ids = CLIENT_NAME_TO_HYPHENIZED_SERVICE_ID_OVERRIDES
    for client in session.get_available_services():
        if ids.get(client, client).replace("-", "") == service:
            return str(session.get_service_data(client)["metadata"]["serviceId"])
    return service.capitalize()
