"""Dead-letter queue redrive: StartMessageMoveTask and its siblings, all of which moto lacks.

docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html and
.../SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html. Words of refusals: recordings.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.sqs import models
from moto.sqs.exceptions import InvalidParameterValue, SQSException
from moto.sqs.models import SQSBackend
from moto.sqs.responses import SQSResponse

from localaws import seeds
from localaws.mending import Mends
from localaws.sqs.queues import Queue
from localaws.sqs.store import Message, now
from localaws.timing.timekeeping import Clock

FASTEST = 500  # messages a second; also where no rate is given, as AWS chooses one then
SHORTEST_STEP = 0.1  # seconds
KEPT = 10  # tasks of a queue that can be listed
ACTIVE = ("RUNNING", "CANCELLING")


@dataclass(eq=False)
class MoveTask:
    """One redrive. `destination` is None where each message goes back to its own source queue."""

    source: Queue
    destination: str | None
    rate: int | None  # MaxNumberOfMessagesPerSecond
    to_move: int
    id: str
    started: int  # milliseconds since 1970
    status: str = "RUNNING"
    moved: int = 0
    failure: str | None = None

    @property
    def handle(self) -> str:
        told = {"taskId": self.id, "sourceArn": self.source.queue_arn}
        return base64.b64encode(json.dumps(told, separators=(",", ":")).encode()).decode()

    def describe(self) -> dict[str, Any]:
        """Its ListMessageMoveTasksResultEntry."""
        told = {
            "TaskHandle": self.handle if self.status == "RUNNING" else None,
            "Status": self.status,
            "SourceArn": self.source.queue_arn,
            "DestinationArn": self.destination,
            "MaxNumberOfMessagesPerSecond": self.rate,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.failure,
            "StartedTimestamp": self.started,
        }
        return {name: value for name, value in told.items() if value is not None}

    def run(self, stopped: Any, backend: SQSBackend) -> None:
        """Move what can be received, at the rate that was asked for, until the event is set."""
        rate = self.rate or FASTEST
        step = max(1 / rate, SHORTEST_STEP)
        while not stopped.wait(step):
            if self.status == "CANCELLING":
                self.status = "CANCELLED"
                return
            for _ in range(round(rate * step)):
                if not self._move_one(backend):
                    return
            if not self.source.can_give():
                self.status = "COMPLETED"
                return

    def _move_one(self, backend: SQSBackend) -> bool:
        message = self.source.peek()
        if message is None:
            self.status = "COMPLETED"
            return False
        arn = self.destination or message.dead_letter_source
        target: Queue | None = backend.queues.get(str(arn).rpartition(":")[2])
        if arn is None or target is None:
            self.status = "FAILED"
            nowhere = "AWS.SimpleQueueService.NonExistentQueue"
            self.failure = nowhere if arn else "CouldNotDetermineMessageSource"
            return False
        with self.source.store.lock:
            self.source.store.remove(message)
        target.accept(_anew(message), int(target.delay_seconds))
        self.moved += 1
        return True


def _anew(message: Message) -> Message:
    """What is moved back is a new message, with an id, a time and a count of its own."""
    made: Message = models.Message(str(seeds.uuid4()), message.body, message.system_attributes)
    made.message_attributes = message.message_attributes
    made.deduplication_id, made.group_id = message.deduplication_id, message.group_id
    made.mark_sent()
    return made


def install(mends: Mends, clock: Clock, stopped: Any) -> None:
    """`stopped`: the clock's event that is set when everything ends."""

    def start_message_move_task(self: SQSResponse) -> ActionResult:
        task = _begin(
            self.sqs_backend,
            self._get_param("SourceArn"),
            self._get_param("DestinationArn"),
            self._get_param("MaxNumberOfMessagesPerSecond"),
        )
        clock.spawn(lambda: task.run(stopped, self.sqs_backend))
        return ActionResult({"TaskHandle": task.handle})

    def list_message_move_tasks(self: SQSResponse) -> ActionResult:
        source = _queue(self.sqs_backend, self._get_param("SourceArn"), "SourceArn")
        active = [task for task in source.move_tasks if task.status in ACTIVE]
        for task in active:  # who looks sees it go on
            clock.look(task, lambda: active[0].status not in ACTIVE)
        latest = source.move_tasks[::-1][: self._get_param("MaxResults") or 1]
        return ActionResult({"Results": [task.describe() for task in latest]})

    def cancel_message_move_task(self: SQSResponse) -> ActionResult:
        task = _find(self.sqs_backend, self._get_param("TaskHandle"))
        task.status = "CANCELLING"
        return ActionResult({"ApproximateNumberOfMessagesMoved": task.moved})

    mends.replace(SQSResponse, "start_message_move_task", start_message_move_task)
    mends.replace(SQSResponse, "list_message_move_tasks", list_message_move_tasks)
    mends.replace(SQSResponse, "cancel_message_move_task", cancel_message_move_task)


def _begin(backend: SQSBackend, arn: str, destination: str | None, rate: int | None) -> MoveTask:
    source = _queue(backend, arn, "SourceArn")
    if not any(queue.dead_letter_queue is source for queue in backend.queues.values()):
        raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
    if destination == arn:
        raise InvalidParameterValue(
            "Source queue arn and destination queue arn cannot be the same."
        )
    if destination is not None:
        _queue(backend, destination, "DestinationArn")
    if rate is not None and not 1 <= rate <= FASTEST:
        raise InvalidParameterValue(
            "Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: You must enter "
            f"a number that's between 1 and {FASTEST}."
        )
    if any(task.status in ACTIVE for task in source.move_tasks):
        raise InvalidParameterValue(
            "There is already a task running. Only one active task is allowed for a source queue "
            "arn at a given time."
        )
    count = source.approximate_number_of_messages
    task = MoveTask(source, destination, rate, count, str(seeds.uuid4()), now() // 1000)
    source.move_tasks = [*source.move_tasks, task][-KEPT:]
    return task


def _queue(backend: SQSBackend, arn: str, parameter: str) -> Queue:
    queue: Queue | None = backend.queues.get(arn.rpartition(":")[2])
    if queue is None or queue.queue_arn != arn:
        message = f"The resource that you specified for the {parameter} parameter doesn't exist."
        raise SQSException("ResourceNotFoundException", message)
    return queue


def _find(backend: SQSBackend, handle: str) -> MoveTask:
    try:
        told = json.loads(base64.b64decode(handle, validate=True))
        task_id, arn = told["taskId"], told["sourceArn"]
    except (ValueError, KeyError, TypeError):
        raise InvalidParameterValue("Value for parameter TaskHandle is invalid.") from None
    for task in _queue(backend, arn, "SourceArn").move_tasks:
        if task.id == task_id and task.status == "RUNNING":
            return task  # type: ignore[no-any-return]
    raise SQSException("ResourceNotFoundException", "Task does not exist.")
