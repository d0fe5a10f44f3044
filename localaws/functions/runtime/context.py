"""The context object: docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

TRACE_FIELDS = ("traceparent", "tracestate", "baggage")


class _Fields:
    """Attributes that are None where nothing was given."""

    __slots__: tuple[str, ...] = ()

    def __init__(self, given: dict[str, Any]) -> None:
        for name in self.__slots__:
            setattr(self, name, given.get(name))

    def __repr__(self) -> str:
        shown = ",".join(f"{name}={getattr(self, name)}" for name in self.__slots__)
        return f"{type(self).__name__}([{shown}])"


class CognitoIdentity(_Fields):
    """Who called through Amazon Cognito: nobody, here."""

    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(_Fields):
    """The mobile application that called."""

    __slots__ = (  # noqa: RUF023  in the order of their repr
        "installation_id",
        "app_title",
        "app_version_name",
        "app_version_code",
        "app_package_name",
    )


class ClientContext(_Fields):
    """What the caller gave as ClientContext."""

    __slots__ = ("custom", "env", "client")  # noqa: RUF023  in the order of their repr

    custom: Any
    env: Any
    client: Any

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        if self.client is not None:
            self.client = Client(self.client)


class LambdaContext:
    """What a handler gets as its second argument."""

    def __init__(self, fields: dict[str, Any]) -> None:
        client_context = fields["client_context"]
        self.aws_request_id: str = fields["aws_request_id"]
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn: str = fields["invoked_function_arn"]
        self.tenant_id = None
        traced = client_context.pop("w3c", None) if isinstance(client_context, dict) else None
        given: dict[str, Any] = traced if isinstance(traced, dict) else {}
        self._w3c_fields = {
            name: given[name] for name in TRACE_FIELDS if isinstance(given.get(name), str)
        }
        self.client_context = None if client_context is None else ClientContext(client_context)
        self.identity = CognitoIdentity({})
        self._epoch_deadline_time_in_ms = int(time.time() * 1000) + int(fields["remaining"])

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds left until the function's timeout."""
        return max(0, self._epoch_deadline_time_in_ms - int(time.time() * 1000))

    def w3c(self) -> dict[str, str]:
        """The trace context of the caller, as W3C names its fields."""
        return dict(self._w3c_fields)

    def log(self, message: object) -> None:
        """Write to the function's log."""
        sys.stdout.write(str(message))

    def __repr__(self) -> str:
        shown = (
            "aws_request_id",
            "log_group_name",
            "log_stream_name",
            "function_name",
            "memory_limit_in_mb",
            "function_version",
            "invoked_function_arn",
            "client_context",
            "identity",
            "tenant_id",
        )
        fields = ",".join(f"{name}={getattr(self, name)}" for name in shown)
        return f"{type(self).__name__}([{fields}])"
