"""How a pipe hands its records over.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html and
.../eb-pipes-batching-concurrency.html: a function and a state machine get an array of records, be
it of one; a queue gets each record for itself. What is not taken stays on the source's queue.
"""

from __future__ import annotations

import logging
from typing import Any

from moto.awslambda.utils import get_backend

from localaws import destinations
from localaws.destinations import Deliverer, UndeliverableError, compact
from localaws.pipes import templates
from localaws.sqs import batches
from localaws.sqs.poller import Poller
from localaws.sqs.queues import Queue
from localaws.sqs.store import Message

log = logging.getLogger(__name__)

FIRE_AND_FORGET = "FIRE_AND_FORGET"


class Source:
    """A pipe, as the poller of its queue sees it; see `sqs.mappings.QueueMapping`."""

    reports = True
    maximum_concurrency = None

    def __init__(self, pipe: Any) -> None:
        self.pipe = pipe
        self.account_id, self.region = pipe.account_id, pipe.region_name
        self.event_source_arn = self.uuid = pipe.source
        self.is_fifo = pipe.source.endswith(".fifo")

    @property
    def enabled(self) -> bool:
        return bool(self.pipe.desired_state == "RUNNING")

    @property
    def batch_size(self) -> int:
        return int(self._parameters.get("BatchSize") or 10)

    @property
    def window(self) -> int:
        return int(self._parameters.get("MaximumBatchingWindowInSeconds") or 0)

    @property
    def filter_criteria(self) -> dict[str, Any] | None:
        return (self.pipe.source_parameters or {}).get("FilterCriteria")

    @property
    def _parameters(self) -> dict[str, Any]:
        return (self.pipe.source_parameters or {}).get("SqsQueueParameters") or {}


class PipePoller(Poller):
    """Receives for a pipe and hands over to its target."""

    def hand_over(self, batch: list[Message], queue: Queue) -> None:
        """Hand a batch over, and delete what has been taken."""
        pipe = self.mapping.pipe
        try:
            deliverer = Deliverer("pipes.amazonaws.com", pipe.arn, pipe.role_arn)
            destinations.admit(pipe.target, deliverer)
            failed = self._reach(pipe, batch, queue)
        except UndeliverableError as error:
            log.warning("The pipe %s failed: %s", pipe.name, error)
            self.concurrency.back_off()
            return
        self.delete(batch, failed, queue)

    def _reach(self, pipe: Any, batch: list[Message], queue: Queue) -> set[str]:
        """Reach the target; returns the ids of the messages that it has not taken."""
        parameters = pipe.target_parameters or {}
        reserved = {
            "aws.pipes.pipe-arn": pipe.arn,
            "aws.pipes.pipe-name": pipe.name,
            "aws.pipes.source-arn": pipe.source,
            "aws.pipes.target-arn": pipe.target,
            "aws.pipes.event.ingestion-time": f"{self.pollers.clock.now():%Y-%m-%dT%H:%M:%SZ}",
        }
        template = parameters.get("InputTemplate")
        records = [
            templates.transformed(template, batches.record(message, queue), reserved)
            for message in batch
        ]
        service = pipe.target.split(":")[2]
        if service == "lambda":
            return self._invoke_target(pipe.target, parameters, records, batch)
        if service == "states":
            destinations.start_execution(pipe.target, compact(records))
            return set()
        return _send(pipe.target, parameters.get("SqsQueueParameters") or {}, records, batch)

    def _invoke_target(
        self, arn: str, parameters: dict[str, Any], records: list[Any], batch: list[Message]
    ) -> set[str]:
        kind = (parameters.get("LambdaFunctionParameters") or {}).get("InvocationType")
        if kind == FIRE_AND_FORGET:
            destinations.invoke(self.pollers.functions, arn, compact(records))
            return set()
        function = get_backend(self.mapping.account_id, self.mapping.region).get_function(arn)
        done = self.pollers.functions.invoke(function, compact(records))
        if done.failed:
            self.concurrency.back_off()
            return {message.id for message in batch}
        return batches.failures(done.payload, batch)


def _send(
    arn: str, parameters: dict[str, Any], records: list[Any], batch: list[Message]
) -> set[str]:
    failed = set()
    for message, record in zip(batch, records, strict=True):
        body = record if isinstance(record, str) else compact(record)
        group = parameters.get("MessageGroupId")
        try:
            destinations.send(
                arn,
                body,
                group_id=group,
                deduplication_id=parameters.get("MessageDeduplicationId"),
            )
        except UndeliverableError:
            failed.add(message.id)
    return failed
