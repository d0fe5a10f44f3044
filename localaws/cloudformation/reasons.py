"""Why a resource could not be made, in the words of a stack's events.

As people have reported them from AWS: "Resource handler returned message: "Invalid State Machine
Definition: '...' (Service: AWSStepFunctions; Status Code: 400; Error Code: InvalidDefinition;
Request ID: ...; Proxy: null)" (RequestToken: ..., HandlerErrorCode: InvalidRequest)".
"""

from __future__ import annotations

import re

from botocore.exceptions import ClientError, ParamValidationError
from moto.core.exceptions import ServiceException

from localaws import seeds

GONE = re.compile(r"NotFound|NoSuch|NonExistent|DoesNotExist|UnknownResource")
SERVICES = {
    "StepFunctions": "AWSStepFunctions",
    "DynamoDB": "DynamoDb",
    "SQS": "Sqs",
    "SNS": "Sns",
    "IAM": "Iam",
    "Logs": "CloudWatchLogs",
    "Events": "EventBridge",
    "SSM": "Ssm",
}
# docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
HANDLER_ERRORS = (
    (re.compile(r"AlreadyExist|AlreadyOwned|Duplicate|EntityExists"), "AlreadyExists"),
    (GONE, "NotFound"),
    (re.compile(r"AccessDenied|NotAuthorized|Forbidden"), "AccessDenied"),
    (re.compile(r"Throttl|TooManyRequests"), "Throttling"),
    (re.compile(r"LimitExceeded"), "ServiceLimitExceeded"),
    (re.compile(r"Conflict|InUse|NotEmpty"), "ResourceConflict"),
)


class InvalidPropertiesError(Exception):
    """A resource's properties break its type's schema."""

    def __init__(self, logical_id: str, problems: list[str]) -> None:
        listed = ", ".join(problems)
        super().__init__(
            f"Properties validation failed for resource {logical_id} with message:\n[{listed}]"
        )


class CustomNameError(Exception):
    """A resource that bears a name of its own would have to be replaced."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "CloudFormation cannot update a stack when a custom-named resource requires "
            f"replacing. Rename {name} and update the stack again."
        )


def printable(message: str) -> str:
    """A message without what XML cannot hold, and a template may."""
    return "".join(one if one >= " " or one in "\n\t" else "?" for one in message).translate(
        dict.fromkeys((65534, 65535), "?")
    )


def is_gone(error: Exception) -> bool:
    """Whether a resource could not be deleted because it is not there."""
    return isinstance(error, ClientError) and bool(GONE.search(error.response["Error"]["Code"]))


def reason(error: Exception, type_name: str) -> str:
    """What a resource's event says of a failure."""
    return printable(_reason(error, type_name))


def _reason(error: Exception, type_name: str) -> str:
    if isinstance(error, InvalidPropertiesError | CustomNameError):
        return str(error)
    if isinstance(error, ClientError):
        return _handler(_of_service(error, type_name), _handler_error(error))
    if isinstance(error, ParamValidationError):
        report = str(error.kwargs["report"]).strip().replace("\n", "; ")
        return _handler(f"Model validation failed ({report})", "InvalidRequest")
    if isinstance(error, ServiceException):
        return str(error.message)
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return _handler(said, "InternalFailure")


def _of_service(error: ClientError, type_name: str) -> str:
    answer = error.response
    code, message = answer["Error"]["Code"], answer["Error"].get("Message", "")
    status = answer["ResponseMetadata"]["HTTPStatusCode"]
    request = answer["ResponseMetadata"].get("RequestId") or seeds.uuid4()
    part = type_name.split("::")[1]
    service = SERVICES.get(part, part)
    if part == "StepFunctions":
        return (
            f"{message} (Service: {service}; Status Code: {status}; Error Code: {code}; "
            f"Request ID: {request}; Proxy: null)"
        )
    return f"{message} (Service: {service}, Status Code: {status}, Request ID: {request})"


def _handler_error(error: ClientError) -> str:
    code = error.response["Error"]["Code"]
    for pattern, name in HANDLER_ERRORS:
        if pattern.search(code):
            return name
    return (
        "InvalidRequest"
        if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500
        else ("ServiceInternalError")
    )


def _handler(message: str, code: str) -> str:
    return (
        f'Resource handler returned message: "{message}" (RequestToken: {seeds.uuid4()}, '
        f"HandlerErrorCode: {code})"
    )
