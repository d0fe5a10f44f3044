"""What an optimized integration returns beside the service's own answer: the SDK's metadata.

Recorded from AWS, for each service with its headers and their order; events:putEvents returns none.
docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html shows an example.
"""

from __future__ import annotations

import zlib
from datetime import datetime
from email.utils import format_datetime
from typing import Any

JSON, QUERY = "application/x-amz-json-1.0", "text/xml"
# Headers in the order in which AWS tells them, with what is the same in every answer.
HEADERS: dict[str, dict[str, str]] = {
    "lambda": {
        "X-Amz-Executed-Version": "",
        "x-amzn-Remapped-Content-Length": "0",
        "Connection": "keep-alive",
        "x-amzn-RequestId": "",
        "Content-Length": "",
        "Date": "",
        "X-Amzn-Trace-Id": "",
        "Content-Type": "application/json",
    },
    "dynamodb": {
        "Server": "Server",
        "Connection": "keep-alive",
        "x-amzn-RequestId": "",
        "x-amz-crc32": "",
        "Content-Length": "",
        "Date": "",
        "Content-Type": JSON,
    },
    "sqs": {
        "x-amzn-RequestId": "",
        "connection": "keep-alive",
        "Content-Length": "",
        "Date": "",
        "Content-Type": JSON,
    },
    "sns": {"x-amzn-RequestId": "", "Content-Length": "", "Date": "", "Content-Type": QUERY},
    "states": {"x-amzn-RequestId": "", "Content-Length": "", "Date": "", "Content-Type": JSON},
}


def with_metadata(
    service: str, answer: dict[str, Any], request_id: str, now: datetime, body: bytes
) -> dict[str, Any]:
    """An answer with SdkHttpMetadata and SdkResponseMetadata, its fields in alphabetical order.

    Args:
        service: the optimized service, as its Resource names it.
        answer: what the service has answered, without boto3's metadata.
        request_id: AWS's id of the request.
        now: the time, in UTC.
        body: what has come over the wire.
    """
    if service not in HEADERS:
        return dict(sorted(answer.items()))
    told = {
        "X-Amz-Executed-Version": answer.get("ExecutedVersion"),
        "x-amzn-RequestId": request_id,
        "Content-Length": str(len(body)),
        "Date": format_datetime(now, usegmt=True),
        "x-amz-crc32": str(zlib.crc32(body)),
        "X-Amzn-Trace-Id": f"Root={_trace(request_id, now)};Sampled=0",
    }
    headers = {name: given or told[name] for name, given in HEADERS[service].items()}
    headers = {name: text for name, text in headers.items() if text is not None}
    answer["SdkHttpMetadata"] = {
        "AllHttpHeaders": {name: [value] for name, value in headers.items()},
        "HttpHeaders": dict(sorted(headers.items(), key=lambda header: header[0].lower())),
        "HttpStatusCode": 200,
    }
    answer["SdkResponseMetadata"] = {"RequestId": request_id}
    return dict(sorted(answer.items()))


def _trace(request_id: str, now: datetime) -> str:
    """docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html: trace IDs."""
    return f"1-{int(now.timestamp()):08x}-{request_id.replace('-', '')[:24]}"
