"""AWS refuses a request: which request it was, and the answer in the words of its service.

The forms are those of smithy.io/2.0/aws/protocols. Names, status codes and, where nothing better
is known, messages are those of the service's own model, which botocore brings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSPreparedRequest
from moto.core.errors import ErrorLookupFactory
from moto.core.request import normalize_request
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException, NotFound

from localaws import seeds
from localaws.functions.outcomes import Answer
from localaws.functions.reports import Invocation

# Errors that no service's model names, since every service has them; status and message:
# docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
COMMON_ERRORS = {
    "AccessDeniedException": (400, "You do not have sufficient access to perform this action."),
    "InternalFailure": (
        500,
        "The request processing has failed because of an unknown error, exception or failure.",
    ),
    "ServiceUnavailable": (
        503,
        "The request has failed due to a temporary failure of the server.",
    ),
    "ThrottlingException": (400, "The request was denied due to request throttling."),
}
# What a service says, where its model only describes the error.
MESSAGES = {
    # docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
    ("dynamodb", "ConditionalCheckFailedException"): "The conditional request failed",
    # .../amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    ("dynamodb", "ProvisionedThroughputExceededException"): (
        "The level of configured provisioned throughput for the table was exceeded. "
        "Consider increasing your provisioning level with the UpdateTable API."
    ),
    # repost.aws/knowledge-center/lambda-troubleshoot-throttling
    ("lambda", "TooManyRequestsException"): "Rate Exceeded.",
}
# docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: the limit of this function, not of the
# account.
THROTTLE_REASON = "ReservedFunctionConcurrentInvocationLimitExceeded"
RESOURCE_PARAMETERS = ("QueueUrl", "TableName", "TargetArn", "TopicArn")
XML_PROTOCOLS = ("query", "rest-xml")
JSON_PROTOCOLS = ("json", "rest-json")


class Call:
    """One request to an AWS API, as far as a fault has to know it."""

    def __init__(self, request: AWSPreparedRequest) -> None:
        self._request = request
        self._labels = f".{urlsplit(request.url).hostname}"

    def is_to(self, endpoint: str) -> bool:
        """Whether it goes to this endpoint, or as `sync-states` does, to a part of it."""
        return re.search(rf"[.-]{re.escape(endpoint)}\.", self._labels) is not None

    def operation(self, service: str) -> str:
        """The API action, in the service's words; empty where it is unknown."""
        target = self._header("X-Amz-Target") or self._form.get("Action")
        if target:
            return target.rpartition(".")[2]
        try:
            found, _ = get_service_router(service).match(normalize_request(self._request))
        except NotFound:
            return ""
        return str(found.name)

    @cached_property
    def resources(self) -> frozenset[str]:
        """The names of the tables, queues and topics that it is about."""
        return frozenset(short_name(value) for value in _resources(self._parameters))

    @cached_property
    def _form(self) -> dict[str, str]:
        kind = self._header("Content-Type") or ""
        is_form = kind.startswith("application/x-www-form-urlencoded")
        return dict(parse_qsl(_text(self._request.body))) if is_form else {}

    @cached_property
    def _parameters(self) -> Any:
        if self._form:
            return self._form
        try:
            return json.loads(_text(self._request.body) or "null")
        except ValueError:  # the body of an object, or a message in XML
            return None

    def _header(self, name: str) -> str | None:
        value = self._request.headers.get(name)
        return None if value is None else _text(value)


@dataclass(frozen=True)
class Refusal:
    """An error that an AWS service answers with.

    Attributes:
        status: of HTTP.
        sender: whether AWS blames the request, and not itself.
        fields: what the error object has besides code and message.
    """

    service: str
    code: str
    message: str
    status: int
    sender: bool
    query_code: str  # the code in the protocol `query`, which a few services keep beside JSON
    fields: dict[str, str] = field(default_factory=dict)

    def answer(self) -> Answer:
        """The answer in the service's protocol."""
        request_id = str(seeds.uuid4())
        model = get_service_model(self.service)
        headers = {"x-amzn-RequestId": request_id}
        if model.resolved_protocol in XML_PROTOCOLS:
            headers["Content-Type"] = "text/xml"
            return self.status, headers, self._xml(model, request_id).encode()
        content = {"message": self.message, **self.fields}
        if model.resolved_protocol == "rest-json":
            headers |= {"Content-Type": "application/json", "x-amzn-ErrorType": self.code}
        else:
            headers["Content-Type"] = f"application/x-amz-json-{model.metadata['jsonVersion']}"
            content["__type"] = f"com.amazonaws.{model.endpoint_prefix}#{self.code}"
            if "awsQueryCompatible" in model.metadata:
                headers["x-amzn-query-error"] = f"{self.query_code};{self._blamed}"
        return self.status, headers, json.dumps(content).encode()

    @property
    def _blamed(self) -> str:
        return "Sender" if self.sender else "Receiver"

    def _xml(self, model: Any, request_id: str) -> str:
        error = f"<Code>{self.query_code}</Code><Message>{escape(self.message)}</Message>"
        if model.resolved_protocol == "rest-xml":
            return f"<Error>{error}<RequestId>{request_id}</RequestId></Error>"
        namespace = model.metadata.get("xmlNamespace", "")
        return (
            f'<ErrorResponse xmlns="{namespace}">'
            f"<Error><Type>{self._blamed}</Type>{error}</Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )


def refusal(service: str, code: str, message: str | None) -> Refusal:
    """An error of a service, with the status and the message that AWS gives it.

    Args:
        service: boto3's name of it, as `dynamodb`.
        code: the error's name in the service's API reference.
        message: instead of AWS's.

    Raises:
        ValueError: the service has no such error, or speaks a protocol that is not known here.
    """
    model = get_service_model(service)
    if model.resolved_protocol not in (*JSON_PROTOCOLS, *XML_PROTOCOLS):
        raise ValueError(f"Faults do not speak the protocol of {service}.")
    shape = ErrorLookupFactory().for_service(model).from_code(code)
    if shape is None:
        if code not in COMMON_ERRORS:
            names = ", ".join(sorted({s.name for s in model.error_shapes} | {*COMMON_ERRORS}))
            raise ValueError(f"{service} has no error {code!r}. It has: {names}.")
        status, text = COMMON_ERRORS[code]
        return Refusal(service, code, message or text, status, status < 500, code)
    sender = shape.is_sender_fault
    status = (shape.metadata.get("error") or {}).get("httpStatusCode", 400 if sender else 500)
    text = message or MESSAGES.get((service, shape.name)) or _first_sentence(shape.documentation)
    fields = {}
    if "Type" in shape.members:
        fields["Type"] = "User" if sender else "Service"
    if (service, shape.name) == ("lambda", "TooManyRequestsException"):
        fields["Reason"] = THROTTLE_REASON
    return Refusal(service, shape.name, text, status, sender, shape.error_code, fields)


@dataclass(frozen=True)
class RefusedInvocation(Invocation):
    """An invocation that Lambda has refused: no code ran, and nothing is logged."""

    answer: Answer

    def error(self) -> HTTPException:
        """The answer to Invoke, to be raised inside moto."""
        return _RefusedError(self.answer)


def refused_invocation(refused: Refusal) -> RefusedInvocation:
    """How an invocation ends that Lambda refuses."""
    answer = refused.answer()
    return RefusedInvocation(answer[2].decode(), True, [], answer)


class _RefusedError(HTTPException):
    def __init__(self, answer: Answer) -> None:
        self.code, self._headers, content = answer
        super().__init__(content.decode())

    def get_headers(self, *_: Any, **__: Any) -> list[tuple[str, str]]:
        return list(self._headers.items())

    def get_body(self, *_: Any, **__: Any) -> str:
        return str(self.description)


def short_name(identifier: str) -> str:
    """The name in an ARN or a queue's URL, or the name itself."""
    return re.split("[/:]", identifier)[-1]


def _resources(parameters: Any) -> Iterator[str]:
    """What a request's parameters name, also inside the lists of a batch or a transaction."""
    if isinstance(parameters, list):
        for one in parameters:
            yield from _resources(one)
    elif isinstance(parameters, dict):
        yield from (v for k in RESOURCE_PARAMETERS if isinstance(v := parameters.get(k), str))
        requested = parameters.get("RequestItems")  # of a batch: its tables are keys
        yield from requested if isinstance(requested, dict) else ()
        yield from _resources(parameters.get("TransactItems"))
        for action in ("ConditionCheck", "Delete", "Get", "Put", "Update"):
            yield from _resources(parameters.get(action))


def _first_sentence(documentation: str) -> str:
    text = re.sub("<[^>]+>", "", documentation).strip()
    return re.split(r"(?<=\.)\s", text)[0]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
