"""What a task's error is called, and what its cause says.

Step Functions calls the optimized services through the AWS SDK for Java 1, and all others through
its version 2. An error that the service's model names has a class of its own there; any other one
has the service's base class. Recorded from AWS: `SQS.AmazonSQSException`,
`DynamoDB.AmazonDynamoDBException`, `StepFunctions.StateMachineDoesNotExistException`,
`S3.NoSuchBucketException`, `DynamoDb.DynamoDbException`, `SecretsManager.SecretsManagerException`.

Rules: docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import functools
import json
from typing import Any, NamedTuple

import botocore.session
from botocore.exceptions import ClientError

UNKNOWN = (
    "The cause could not be determined because Lambda did not return an error type. "
    "Returned payload: "
)


class Service(NamedTuple):
    """A service as the SDK for Java 1 calls it."""

    boto: str  # its name in boto3
    prefix: str  # of its errors' names
    name: str  # in their causes
    base: str  # the class of an error that has none of its own


OPTIMIZED = {
    "lambda": Service("lambda", "Lambda", "AWSLambda", "AWSLambdaException"),
    "dynamodb": Service("dynamodb", "DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException"),
    "sqs": Service("sqs", "SQS", "AmazonSQS", "AmazonSQSException"),
    "sns": Service("sns", "SNS", "AmazonSNS", "AmazonSNSException"),
    "events": Service("events", "EventBridge", "AmazonEventBridge", "AmazonEventBridgeException"),
    "states": Service(
        "stepfunctions", "StepFunctions", "AWSStepFunctions", "AWSStepFunctionsException"
    ),
}
# Of the SDK for Java 2, where it is not the service's id in boto3's model with its capitals.
SDK_NAMES = {"dynamodb": "DynamoDb", "sfn": "Sfn", "sqs": "Sqs", "sns": "Sns", "ssm": "Ssm"} | {
    "sts": "Sts",
    "iam": "Iam",
    "ec2": "Ec2",
    "ecs": "Ecs",
    "kms": "Kms",
    "rds": "Rds",
    "ses": "Ses",
}


def of_optimized(service: str, error: ClientError) -> tuple[str, str]:
    """The error and cause of an optimized integration's refusal."""
    called = OPTIMIZED[service]
    code, message, status, request = _parts(error)
    name = _modelled(called.boto, code) or called.base
    cause = (
        f"{message} (Service: {called.name}; Status Code: {status}; Error Code: {code}; "
        f"Request ID: {request}; Proxy: null)"
    )
    return f"{called.prefix}.{name}", cause


def of_sdk(service: str, boto: str, error: ClientError) -> tuple[str, str]:
    """The error and cause of an AWS SDK integration's refusal.

    Args:
        service: as a Resource names it: `sfn`.
        boto: as boto3 does: `stepfunctions`.
    """
    code, message, status, request = _parts(error)
    prefix = sdk_name(service, boto)
    details = [f"Service: {prefix}", f"Status Code: {status}", f"Request ID: {request}"]
    if host := error.response["ResponseMetadata"].get("HostId"):
        details.append(f"Extended Request ID: {host}")
    name = _modelled(boto, _missing(error.operation_name) if code == "404" else code)
    return f"{prefix}.{name or prefix + 'Exception'}", f"{message} ({', '.join(details)})"


def sdk_name(service: str, boto: str) -> str:
    model = botocore.session.get_session().get_service_model(boto)
    return SDK_NAMES.get(service, model.service_id.hyphenize().title().replace("-", ""))


def of_function(payload: str) -> tuple[str, str]:
    """The error and cause of a function that has failed, from what Lambda returned of it."""
    try:
        return str(json.loads(payload)["errorType"]), payload
    except (json.JSONDecodeError, KeyError, TypeError):
        return "Lambda.Unknown", UNKNOWN + payload


def _parts(error: ClientError) -> tuple[str, str, Any, Any]:
    told, metadata = error.response["Error"], error.response["ResponseMetadata"]
    status, request = metadata.get("HTTPStatusCode"), metadata.get("RequestId")
    return told.get("Code", ""), told.get("Message", ""), status, request


def _missing(operation: str) -> str:
    """A HEAD request that finds nothing has no body to name an error."""
    return "NoSuchBucket" if operation == "HeadBucket" else "NoSuchKey"


@functools.lru_cache(1024)
def _modelled(boto: str, code: str) -> str | None:
    """The class that the SDK for Java has for an error code of a service, if it has one."""
    code = LEGACY_CODES.get(code, code)
    for shape in botocore.session.get_session().get_service_model(boto).error_shapes:
        if code in (shape.name, shape.metadata.get("error", {}).get("code")):
            return shape.name if shape.name.endswith("Exception") else f"{shape.name}Exception"
    return None


LEGACY_CODES = {"AWS.SimpleQueueService.NonExistentQueue": "QueueDoesNotExist"}
