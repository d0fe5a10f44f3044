"""CreateQueue, GetQueueAttributes, SetQueueAttributes, and what a template says of a queue.

docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html and its siblings
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.sqs import models
from moto.sqs.exceptions import InvalidAttributeName, QueueAlreadyExists
from moto.sqs.models import Queue as MotoQueue
from moto.sqs.models import SQSBackend
from moto.sqs.responses import SQSResponse

from localaws.mending import Mends
from localaws.sqs.attributes import DEFAULTS, KNOWN, check_names
from localaws.sqs.queues import Queue


def install(mends: Mends) -> None:
    _mend_creation(mends)
    _mend_settings(mends)
    _mend_updates(mends)


def _mend_creation(mends: Mends) -> None:
    """moto takes any attribute, and does not say which one a queue has another value for."""

    def create_queue(self: SQSBackend, name: str, *args: Any, **attributes: Any) -> Queue:
        existing = self.queues.get(name)
        if existing is not None:
            given = {key: value for key, value in attributes.items() if key in KNOWN}
            wanted = Queue(name, self.region_name, self.account_id, **given).attributes
            for key in given:
                if existing.attributes.get(key) != wanted.get(key):
                    raise QueueAlreadyExists(
                        "A queue already exists with the same name and a different value for "
                        f"attribute {key}"
                    )
        made: Queue = create(self, name, *args, **attributes)
        return made

    def answer(self: SQSResponse) -> ActionResult:
        check_names(self._get_param("Attributes", {}), "FifoQueue")
        answered: ActionResult = respond(self)
        return answered

    create: Callable[..., Any] = mends.replace(SQSBackend, "create_queue", create_queue)
    respond: Callable[..., Any] = mends.replace(SQSResponse, "create_queue", answer)


def _mend_settings(mends: Mends) -> None:
    """moto knows no RedriveAllowPolicy, and reckons all attributes for each that is asked for."""

    def get_queue_attributes(
        self: SQSBackend, queue_name: str, attribute_names: list[str]
    ) -> dict[str, Any]:
        queue = self.get_queue(queue_name)
        for name in attribute_names:
            if name not in (*KNOWN, "All"):
                raise InvalidAttributeName(name)
        told: dict[str, Any] = queue.attributes if attribute_names else {}
        return told if "All" in attribute_names else {k: told.get(k) for k in attribute_names}

    def set_queue_attributes(
        self: SQSBackend, queue_name: str, attributes: dict[str, Any]
    ) -> Queue:
        queue: Queue = self.get_queue(queue_name)
        check_names(attributes)
        queue._set_attributes(attributes)
        queue.tell()
        return queue

    mends.replace(SQSBackend, "get_queue_attributes", get_queue_attributes)
    mends.replace(SQSBackend, "set_queue_attributes", set_queue_attributes)


def _mend_updates(mends: Mends) -> None:
    """An update of a stack changes two attributes of a queue, and no other (models.py:473)."""

    def update(
        cls: type[MotoQueue],
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Queue:
        backend = models.sqs_backends[account_id][region_name]
        queue: Queue = backend.get_queue(original_resource.name)
        properties = cloudformation_json["Properties"]
        given = {name: value for name, value in properties.items() if name in KNOWN}
        queue._set_attributes({**DEFAULTS, **given, "Policy": queue.policy})
        queue.tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
        return queue

    mends.replace(MotoQueue, "update_from_cloudformation_json", classmethod(update))
