"""DynamoDB: what moto lets pass and AWS refuses."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from moto import backend_index
from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    DynamodbException,
    MockValidationException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams import urls

from localaws.mending import Mends
from localaws.timing.timekeeping import Clock

EMPTY_KEY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute "
    "cannot contain an empty string value. Key: {}"
)
TOKEN_LASTS = 600.0  # seconds
MISMATCH = ERROR_TYPE_PREFIX + "IdempotentParameterMismatchException"
MISMATCH_MESSAGE = (
    "DynamoDB rejected the request because you retried a request with a different payload but "
    "with an idempotent token that was already used."
)
# docs.aws.amazon.com/general/latest/gr/ddb.html: with the account's number in front of it
STREAM_HOST = r"https?://\d+\.streams-ddb\.(.+)\.amazonaws\.com"


def install(mends: Mends, clock: Clock) -> None:
    _mend_updates_of_items(mends)
    _mend_transactions(mends, clock)
    _mend_stream_host(mends)


def _mend_stream_host(mends: Mends) -> None:
    """botocore asks a host for a stream that moto does not know (dynamodbstreams/urls.py:3)."""
    patterns = [*backend_index.backend_url_patterns, ("dynamodbstreams", re.compile(STREAM_HOST))]
    mends.replace(backend_index, "backend_url_patterns", patterns)
    mends.replace(urls, "url_bases", [*urls.url_bases, STREAM_HOST])


def _mend_transactions(mends: Mends, clock: Clock) -> None:
    """moto carries a transaction out again that has the ClientRequestToken of one before it.

    docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html: within ten
    minutes of a request that was carried out, the same one changes nothing and succeeds, and
    another one is refused.
    """
    known: dict[str, tuple[float, Any]] = {}  # when a token's request was carried out, and what

    def transact(self: DynamoHandler) -> Any:
        token = self.body.get("ClientRequestToken")
        asked = {key: value for key, value in self.body.items() if key != "ClientRequestToken"}
        when, before = known.get(token, (0.0, None))
        if before is None or clock.time() >= when + TOKEN_LASTS:
            answered = respond(self)
            if token is not None:
                known[token] = (clock.time(), copy.deepcopy(asked))
            return answered
        if before != asked:
            raise DynamodbException(MISMATCH, MISMATCH_MESSAGE)
        return ActionResult({"ConsumedCapacity": [], "ItemCollectionMetrics": {}})

    respond: Callable[..., Any] = mends.replace(DynamoHandler, "transact_write_items", transact)


def _mend_updates_of_items(mends: Mends) -> None:
    """moto checks the key of PutItem and GetItem for empty strings, and not that of UpdateItem."""

    def update_item(
        self: DynamoDBBackend,
        table_name: str,
        key: dict[str, dict[str, Any]],
        *args: Any,
        **kw: Any,
    ) -> Any:
        for name, value in key.items():
            if value.get("S") == "":
                raise MockValidationException(EMPTY_KEY.format(name))
        return update(self, table_name, key, *args, **kw)

    def answer(self: DynamoHandler) -> Any:
        answered = respond(self)
        if self.body.get("ReturnConsumedCapacity", "NONE") == "NONE":
            # moto tells it unasked (responses.py:1316)
            answered.result.pop("ConsumedCapacity", None)
        return answered

    respond: Callable[..., Any] = mends.replace(DynamoHandler, "update_item", answer)
    update: Callable[..., Any] = mends.replace(DynamoDBBackend, "update_item", update_item)
