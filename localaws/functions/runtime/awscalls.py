"""A handler's calls of AWS: each goes over the pipe to the local AWS that invoked it."""

from __future__ import annotations

import base64
import io
from typing import Any

from localaws.functions.runtime.pipe import Pipe


class Response(io.BytesIO):
    """A response's body as botocore reads it."""

    def stream(self, *_: Any, **__: Any) -> Any:
        yield self.read()


def answer_through(pipe: Pipe) -> None:
    """Send every botocore request over the pipe (botocore's public event `before-send`)."""
    import boto3  # noqa: F401  as in Lambda's runtime, it is there; loaded before it is timed
    import botocore.handlers
    from botocore.awsrequest import AWSResponse

    def before_send(request: Any, **_: Any) -> Any:
        body = request.body or b""
        if hasattr(body, "read"):
            body = body.read()
        if isinstance(body, str):
            body = body.encode()
        answer = pipe.ask(
            "aws",
            method=request.method,
            url=request.url,
            headers={
                k: v.decode("latin-1") if isinstance(v, bytes) else str(v)
                for k, v in request.headers.items()
            },
            body=base64.b64encode(body).decode(),
        )
        content = base64.b64decode(answer["body"])
        return AWSResponse(request.url, answer["status"], answer["headers"], Response(content))

    botocore.handlers.BUILTIN_HANDLERS.append(("before-send", before_send))
