"""Event source mappings of queues: the API, and what becomes of a mapping.

docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html,
.../lambda/latest/dg/services-sqs-parameters.html and services-sqs-configure.html

A mapping is enabled, changed or deleted at once; on AWS this takes up to a minute or so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.awslambda.exceptions import (
    InvalidParameterValueException,
    LambdaClientError,
    UnknownFunctionException,
)
from moto.awslambda.models import EventSourceMapping, LambdaBackend
from moto.awslambda.responses import LambdaResponse
from moto.sqs.models import sqs_backends

from localaws.mending import Mends
from localaws.sqs.batches import Filters
from localaws.sqs.poller import Pollers
from localaws.sqs.queues import Queue

LIMITS = {
    "batchSize": (1, 10_000),
    "maximumBatchingWindowInSeconds": (0, 300),
    "scalingConfig.maximumConcurrency": (2, 1000),
}
LARGEST_WITHOUT_WINDOW = 10
REPORTS = "ReportBatchItemFailures"


class ResourceConflict(LambdaClientError):
    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)


class UnknownMapping(LambdaClientError):
    code = 404

    def __init__(self) -> None:
        message = "The resource you requested does not exist."
        super().__init__("ResourceNotFoundException", message)


class QueueMapping(EventSourceMapping):
    """A mapping from a queue to a function."""

    @property
    def is_fifo(self) -> bool:
        return str(self.event_source_arn).endswith(".fifo")

    @property
    def window(self) -> int:
        """Seconds in which a batch is gathered."""
        return int(self.max_batch_window or 0)

    @property
    def maximum_concurrency(self) -> int | None:
        found = (self.scaling_config or {}).get("MaximumConcurrency")
        return None if found is None else int(found)

    @property
    def reports(self) -> bool:
        """Whether the function reports which messages have failed."""
        return REPORTS in (self.function_response_types or [])

    def get_configuration(self) -> dict[str, Any]:
        told: dict[str, Any] = super().get_configuration()
        told["StateTransitionReason"] = "USER_INITIATED"
        told["MaximumBatchingWindowInSeconds"] = self.window
        told["FunctionResponseTypes"] = self.function_response_types or []
        return told


def install(mends: Mends, pollers: Pollers) -> None:
    _mend_creation(mends, pollers)
    _mend_changes(mends, pollers)
    _mend_answers(mends)


def _mend_creation(mends: Mends, pollers: Pollers) -> None:
    """moto checks nothing, and lets SendMessage invoke the function (models.py:2138)."""

    def create_event_source_mapping(self: LambdaBackend, spec: dict[str, Any]) -> Any:
        given = _read(spec)
        if str(given.get("EventSourceArn")).split(":")[2:3] != ["sqs"]:
            raise InvalidParameterValueException(
                "The local AWS feeds functions from SQS queues. It has no event source mapping for "
                f"{given.get('EventSourceArn')}."
            )
        if given.get("StartingPosition"):
            message = "StartingPosition is not valid for SQS event sources."
            raise InvalidParameterValueException(message)
        function = _function(self, given["FunctionName"])
        queue = _queue(self, given["EventSourceArn"])
        _check(given, queue)
        _check_timeouts(queue, function)
        for other in self._event_source_mappings.values():
            same = other.event_source_arn == queue.queue_arn
            if same and _short(other.function_arn) == _short(function.function_arn):
                raise ResourceConflict(
                    f'An event source mapping with SQS arn (" {queue.queue_arn} ") and function '
                    f'(" {function.function_name} ") already exists. Please update or delete the '
                    f"existing mapping with UUID {other.uuid}"
                )
        place = {"RegionName": self.region_name, "AccountId": self.account_id}
        mapping = QueueMapping({**given, **place, "FunctionArn": _arn(given, function)})
        self._event_source_mappings[mapping.uuid] = mapping
        pollers.follow(mapping)
        return mapping

    mends.replace(LambdaBackend, "create_event_source_mapping", create_event_source_mapping)


def _mend_changes(mends: Mends, pollers: Pollers) -> None:
    """A mapping that is deleted goes on in moto (models.py:2214)."""

    def update_event_source_mapping(self: LambdaBackend, uuid: str, spec: dict[str, Any]) -> Any:
        mapping = self.get_event_source_mapping(uuid)
        if mapping is None:
            raise UnknownMapping
        given = _read(spec)
        queue = _queue(self, mapping.event_source_arn)
        now = {"BatchSize": mapping.batch_size, "MaximumBatchingWindowInSeconds": mapping.window}
        _check({**now, **given}, queue)
        if "FunctionName" in given:
            function = _function(self, given["FunctionName"])
            _check_timeouts(queue, function)
            mapping.function_name = given["FunctionName"]
            mapping.function_arn = _arn(given, function)
        update(self, uuid, {key: given[key] for key in given if key != "FunctionName"})
        pollers.follow(mapping)
        return mapping

    def delete_event_source_mapping(self: LambdaBackend, uuid: str) -> Any:
        mapping = delete(self, uuid)
        if mapping is None:
            raise UnknownMapping
        pollers.forget(mapping)
        return mapping

    def list_event_source_mappings(
        self: LambdaBackend, event_source_arn: str, function_name: str
    ) -> list[Any]:
        """moto compares the function's name with the words in which the mapping was made."""
        return [
            mapping
            for mapping in self._event_source_mappings.values()
            if (not event_source_arn or mapping.event_source_arn == event_source_arn)
            and (not function_name or _short(mapping.function_arn) == _short(function_name))
        ]

    update: Callable[..., Any] = mends.replace(
        LambdaBackend, "update_event_source_mapping", update_event_source_mapping
    )
    delete: Callable[..., Any] = mends.replace(
        LambdaBackend, "delete_event_source_mapping", delete_event_source_mapping
    )
    mends.replace(LambdaBackend, "list_event_source_mappings", list_event_source_mappings)


def _mend_answers(mends: Mends) -> None:
    """moto's mappings are Enabled from the first answer on, which has the status 201."""

    def create_event_source_mapping(self: LambdaResponse) -> Any:
        mapping = self.backend.create_event_source_mapping(self.json_body)
        return _answer(mapping, "Creating" if mapping.enabled else "Disabled")

    def update_event_source_mapping(self: LambdaResponse) -> Any:
        uuid = self.path.split("/")[-1]
        before = getattr(self.backend.get_event_source_mapping(uuid), "enabled", None)
        mapping = self.backend.update_event_source_mapping(uuid, self.json_body)
        if before == mapping.enabled:
            return _answer(mapping, "Updating")
        return _answer(mapping, "Enabling" if mapping.enabled else "Disabling")

    mends.replace(LambdaResponse, "create_event_source_mapping", create_event_source_mapping)
    mends.replace(LambdaResponse, "update_event_source_mapping", update_event_source_mapping)


def _answer(mapping: Any, state: str) -> tuple[int, dict[str, Any], str]:
    """That a change is accepted; whoever asks afterwards finds it done."""
    return 202, {"status": 202}, json.dumps(mapping.get_configuration() | {"State": state})


def _read(spec: dict[str, Any]) -> dict[str, Any]:
    """What was given; a template may give numbers and truth as text."""
    given = {key: value for key, value in spec.items() if value is not None}
    for key in ("BatchSize", "MaximumBatchingWindowInSeconds"):
        if key in given:
            given[key] = int(given[key])
    if "Enabled" in given:
        given["Enabled"] = str(given["Enabled"]).lower() == "true"
    return given


def _check(given: dict[str, Any], queue: Queue) -> None:
    size = given.get("BatchSize", LARGEST_WITHOUT_WINDOW)
    window = given.get("MaximumBatchingWindowInSeconds", 0)
    concurrency = (given.get("ScalingConfig") or {}).get("MaximumConcurrency")
    for name, value in zip(LIMITS, (size, window, concurrency), strict=True):
        _check_limits(name, value)
    if queue.fifo_queue and window:
        raise InvalidParameterValueException("Batching window is not supported for FIFO queues")
    if queue.fifo_queue and size > LARGEST_WITHOUT_WINDOW:
        _check_limits("batchSize", size, LARGEST_WITHOUT_WINDOW)
    if size > LARGEST_WITHOUT_WINDOW and not window:
        raise InvalidParameterValueException(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            "greater than 10"
        )
    try:
        Filters(given.get("FilterCriteria"))
    except ValueError:
        raise InvalidParameterValueException("Invalid filter pattern definition.") from None


def _check_limits(name: str, value: Any, highest: int | None = None) -> None:
    low, high = LIMITS[name]
    high = highest or high
    if value is None or low <= int(value) <= high:
        return
    bound = (
        f"less than or equal to {high}" if int(value) > high else f"greater than or equal to {low}"
    )
    raise LambdaClientError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: "
        f"Member must have value {bound}",
    )


def _check_timeouts(queue: Queue, function: Any) -> None:
    """A message must stay hidden for as long as the function may work on it."""
    timeout = int(function.timeout)
    if queue.visibility < timeout:
        raise InvalidParameterValueException(
            f"Queue visibility timeout: {queue.visibility} seconds is less than "
            f"Function timeout: {timeout} seconds"
        )


def _function(backend: LambdaBackend, name: str) -> Any:
    try:
        return backend.get_function(name)
    except UnknownFunctionException:
        raise InvalidParameterValueException("Function does not exist") from None


def _queue(backend: LambdaBackend, arn: str) -> Queue:
    queues = sqs_backends[backend.account_id][backend.region_name].queues
    queue: Queue | None = queues.get(arn.rpartition(":")[2])
    if queue is None or queue.queue_arn != arn:
        raise InvalidParameterValueException(
            "Error occurred while ReceiveMessage. SQS Error Code: "
            "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue "
            "does not exist."
        )
    return queue


def _arn(given: dict[str, Any], function: Any) -> str:
    """The function's ARN, with the version or alias that was given."""
    name = str(given["FunctionName"])
    qualifier = name.rpartition(":")[2] if name.count(":") in (1, 7) else ""
    arn = str(function.function_arn)
    return f"{arn}:{qualifier}" if qualifier and arn.count(":") < 7 else arn


def _short(function: str) -> str:
    """Name and qualifier, of either form."""
    parts = function.split(":")
    return ":".join(parts[6:] if function.startswith("arn:") else parts)
