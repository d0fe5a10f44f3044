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
import hashlib
import json
import re
import uuid
from typing import Any, NamedTuple

import botocore.session
from botocore.exceptions import ClientError

LENGTH = 36  # of an id of AWS's
UNKNOWN = (
    "The cause could not be determined because Lambda did not return an error type. "
    "Returned payload: "
)


# What boto3 calls otherwise than the SDK for Java, which Step Functions follows:
# docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
BOTO_NAMES = {
    "applicationdiscovery": "discovery",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "costandusagereport": "cur",
    "costexplorer": "ce",
    "databasemigration": "dms",
    "directory": "ds",
    "directoryservicedata": "ds-data",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "elasticsearch": "es",
    "eventbridge": "events",
    "iotdataplane": "iot-data",
    "iotjobsdataplane": "iot-jobs-data",
    "lexmodelbuilding": "lex-models",
    "lexmodelsv2": "lexv2-models",
    "lexruntime": "lex-runtime",
    "lexruntimev2": "lexv2-runtime",
    "marketplaceentitlement": "marketplace-entitlement",
    "marketplacemetering": "meteringmarketplace",
    "migrationhub": "mgh",
    "pinpointsmsvoice": "sms-voice",
    "serverlessapplicationrepository": "serverlessrepo",
    "sfn": "stepfunctions",
}
WORDS = [
    (r"[^A-Za-z0-9]+", " "),
    (r"([^a-z]{2,})v([0-9]+)", r"\1 v\2 "),
    (r"([^A-Z]{2,})V([0-9]+)", r"\1 V\2 "),
    (r"(?<=[a-z])(?=[A-Z][a-zA-Z0-9])", " "),
    (r"([A-Z]+)([A-Z][a-z])", r"\1 \2"),
    (r"([0-9])([a-zA-Z])", r"\1 \2"),
]


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


def request_id(boto: str, given: str | None) -> str:
    """The id of a request as AWS has it: DynamoDB's is 52 letters and digits, as moto's is."""
    if given is None or len(given) == LENGTH:
        return given or ""
    if boto == "dynamodb":
        return given.upper()
    return str(uuid.UUID(bytes=hashlib.md5(given.encode()).digest(), version=4))


def of_optimized(service: str, error: ClientError) -> tuple[str, str]:
    """The error and cause of an optimized integration's refusal."""
    called = OPTIMIZED[service]
    code, message, status, request = _parts(called.boto, error)
    name = _modelled(called.boto, code) or called.base
    cause = (
        f"{message} (Service: {called.name}; Status Code: {status}; Error Code: {code}; "
        f"Request ID: {request}; Proxy: null)"
    )
    return f"{called.prefix}.{name}", cause


def of_sdk(boto: str, error: ClientError) -> tuple[str, str]:
    """The error and cause of an AWS SDK integration's refusal, by a service that boto3 calls so."""
    code, message, status, request = _parts(boto, error)
    prefix = sdk_name(boto)
    details = [f"Service: {prefix}", f"Status Code: {status}", f"Request ID: {request}"]
    if host := error.response["ResponseMetadata"].get("HostId"):
        details.append(f"Extended Request ID: {host}")
    name = _modelled(boto, _missing(error.operation_name) if code == "404" else code)
    return f"{prefix}.{name or prefix + 'Exception'}", f"{message} ({', '.join(details)})"


@functools.lru_cache(256)
def boto_name(service: str) -> str:
    """What boto3 calls a service of an AWS SDK integration."""
    spelled = botocore.session.get_session().get_available_services()
    plain = {name.replace("-", ""): name for name in spelled}
    return BOTO_NAMES.get(service) or plain.get(service, service)


@functools.lru_cache(256)
def sdk_name(boto: str) -> str:
    """A service as the SDK for Java 2 calls it, from its id in the service's model: `DynamoDb`.

    The rule is that of its CodegenNamingUtils (aws/aws-sdk-java-v2).
    """
    name = str(botocore.session.get_session().get_service_model(boto).service_id)
    for pattern, words in WORDS:
        name = re.sub(pattern, words, name)
    return "".join(word.capitalize() for word in name.split())


def of_function(payload: str) -> tuple[str, str]:
    """The error and cause of a function that has failed, from what Lambda returned of it."""
    try:
        return str(json.loads(payload)["errorType"]), payload
    except (json.JSONDecodeError, KeyError, TypeError):
        return "Lambda.Unknown", UNKNOWN + payload


def _parts(boto: str, error: ClientError) -> tuple[str, str, Any, Any]:
    told, metadata = error.response["Error"], error.response["ResponseMetadata"]
    status, request = metadata.get("HTTPStatusCode"), request_id(boto, metadata.get("RequestId"))
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
