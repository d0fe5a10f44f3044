"""Activities: tasks that workers ask for, wherever they run.

docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html and the API reference of
CreateActivity, GetActivityTask, SendTaskSuccess, SendTaskHeartbeat.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.stepfunctions.models import Activity
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.asl.component.state.exec.state_task import (
    state_task_activitiy,  # sic
)
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    ActivityCallbackEndpoint,
    ActivityTaskStartEndpoint,
    CallbackPoolManager,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.responses import StepFunctionResponse

from localaws.mending import Mends
from localaws.stepfunctions import pages
from localaws.stepfunctions.failures import runtime
from localaws.stepfunctions.tokens import Tokens
from localaws.timing.timekeeping import Clock

POLL_SECONDS = 60


def install(mends: Mends, clock: Clock, tokens: Tokens) -> None:
    _mend_calls(mends)
    _mend_tasks(mends, tokens)
    _answer_polls(mends, clock, tokens)


def _mend_calls(mends: Mends) -> None:
    """moto refuses to create an activity again, and answers in words of its own (models.py:964)."""

    def create_activity(self: StepFunctionResponse) -> ActionResult:
        backend, name = self.stepfunction_backend, self._get_param("name")
        known = [one for one in backend.activities.values() if one.name == name]
        if not known:
            return create(self)
        [activity] = known
        if activity.encryption_configuration != self._get_param("encryptionConfiguration"):
            message = "Activity already exists. EncryptionConfiguration may not be updated."
            raise api.ActivityAlreadyExists(message)
        return ActionResult({"activityArn": activity.arn, "creationDate": activity.creation_date})

    def describe_activity(self: StepFunctionResponse) -> ActionResult:
        return ActionResult(_item(_activity(self)))

    def list_activities(self: StepFunctionResponse) -> ActionResult:
        given = {field: self._get_param(field) for field in ("maxResults", "nextToken")}
        activities = list(self.stepfunction_backend.activities.values())
        shown, more = pages.page(activities, given, lambda activity: activity.arn)
        return ActionResult({"activities": [_item(one) for one in shown], **more})

    create: Callable[..., ActionResult] = mends.replace(
        StepFunctionResponse, "create_activity", create_activity
    )
    for operation in (describe_activity, list_activities):
        mends.replace(StepFunctionResponse, operation.__name__, operation)


def _item(activity: Activity) -> dict[str, Any]:
    return {
        "activityArn": activity.arn,
        "name": activity.name,
        "creationDate": activity.creation_date,
    }


def _activity(self: StepFunctionResponse) -> Any:
    """The activity that a request names.

    Raises:
        ActivityDoesNotExist: there is none of this ARN.
    """
    arn, backend = self._get_param("activityArn"), self.stepfunction_backend
    backend._validate_activity_arn(arn)
    if arn not in backend.activities:
        raise api.ActivityDoesNotExist(f"Activity Does Not Exist: '{arn}'")
    return backend.activities[arn]


def _mend_tasks(mends: Mends, tokens: Tokens) -> None:
    """moto's activity has no queue of tasks, and nobody can answer one's token (callback.py:190).

    A task that nobody asks for ends in an AttributeError (callback.py:107), and one of an activity
    that is not there does not name it (state_task_activitiy.py:134).
    """

    def execute(self: Any, env: Environment) -> None:
        env.callback_pool_manager.asking = env
        try:
            attempt(self, env)
        finally:
            task = env.states.context_object.context_object_data.get("Task")
            if task is not None:
                tokens.close(task["Token"])

    def add_activity_task(
        self: Any, callback_id: str, activity_arn: str, activity_input: str
    ) -> ActivityCallbackEndpoint:
        activity = self._activity_store.get(activity_arn)
        if activity is None:
            raise runtime(self.asking, f"The activity {activity_arn} does not exist.")
        endpoint = ActivityCallbackEndpoint(callback_id, activity_input)
        self._pool[callback_id] = endpoint
        tokens.add(callback_id, endpoint, self.asking)
        _queue(activity).append(endpoint)
        condition = getattr(activity, "condition", None)
        if condition is not None:
            with condition:
                condition.notify_all()
        return endpoint

    state = state_task_activitiy.StateTaskActivity
    attempt: Callable[..., None] = mends.replace(state, "_eval_execution", execute)
    mends.replace(CallbackPoolManager, "add_activity_task", add_activity_task)
    mends.replace(ActivityTaskStartEndpoint, "_outcome", None)


def _queue(activity: Any) -> deque[ActivityCallbackEndpoint]:
    queue: deque[ActivityCallbackEndpoint] = activity.__dict__.setdefault("queue", deque())
    return queue


def _answer_polls(mends: Mends, clock: Clock, tokens: Tokens) -> None:
    """moto has no GetActivityTask."""

    def get_activity_task(self: StepFunctionResponse) -> ActionResult:
        activity = _activity(self)
        queue = _queue(activity)
        if not hasattr(activity, "condition"):
            activity.condition = clock.condition()

        def is_there() -> bool:
            while queue and not tokens.is_awaited(queue[0].callback_id):
                queue.popleft()  # its time was up before anybody asked for it
            return bool(queue)

        with activity.condition:
            activity.condition.wait_for(is_there, POLL_SECONDS)
            if not is_there():
                return EmptyResult()
            task = queue.popleft()
        task.notify_activity_task_start(self._get_param("workerName"))
        return ActionResult({"taskToken": task.callback_id, "input": task.get_activity_input()})

    mends.replace(StepFunctionResponse, "get_activity_task", get_activity_task)
