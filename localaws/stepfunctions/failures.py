"""An error of the service itself, in a state's own fields: its name, its words, what it may do.

Rules: docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.api import TaskFailedEventDetails as FailedDetails
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from localaws.mending import Mends
from localaws.stepfunctions.jsontext import written

WHERE = "An error occurred while executing the state '"
RUNTIME = StatesErrorName(StatesErrorNameType.StatesRuntime)
EVALUATION_FAILED = HistoryEventType.EvaluationFailed


def install(mends: Mends) -> None:
    _mend_places(mends)


def _mend_places(mends: Mends) -> None:
    """moto names the last event of a state for the one that entered it (failure_event.py:33).

    And a cause that leaves a branch or an iteration gets the place of the state around it, too.
    """

    def note(self: FailureEvent, env: Environment, *given: Any, **named: Any) -> None:
        begin(self, env, *given, **named)
        self.source_event_id = getattr(env._program_state, "entered", self.source_event_id)

    def details(self: FailureEventException) -> Any:
        _, cause = self.extract_error_cause_pair() or (None, None)
        decorated = decorate(self)
        if decorated and cause and cause.startswith(WHERE):
            decorated["cause"] = cause
        return decorated

    begin: Callable[..., None] = mends.replace(FailureEvent, "__init__", note)
    decorate: Callable[..., Any] = mends.replace(
        FailureEventException, "get_execution_failed_event_details", details
    )


def named(error_name: str | None) -> ErrorName:
    """An error's name, be it one of the service's own."""
    try:
        return StatesErrorName(StatesErrorNameType.from_name(error_name))
    except ValueError:
        return ErrorName(error_name)


def placed(env: Environment, cause: str) -> str:
    """A cause with the state that it arose in."""
    entered = getattr(env._program_state, "entered", 0)
    return f"{WHERE}{env.next_state_name}' (entered at the event id #{entered}). {cause}"


def bare(cause: str | None) -> str | None:
    """A cause without the state that it arose in, as TestState tells it."""
    return (
        re.sub(rf"^{WHERE}.*? \(entered at the event id #\d+\)\. ", "", cause) if cause else cause
    )


def failure(
    env: Environment, kind: StatesErrorNameType, cause: str, error: str | None = None
) -> FailureEventException:
    """An error in a state's fields. No event tells of it but those of what it makes fail."""
    name = StatesErrorName(kind)
    details = FailedDetails(error=error or name.error_name, cause=placed(env, cause))
    event_details = EventDetails(taskFailedEventDetails=details)
    return FailureEventException(
        FailureEvent(env=env, error_name=name, event_type=None, event_details=event_details)
    )


def runtime(env: Environment, cause: str) -> FailureEventException:
    """States.Runtime, which nothing catches."""
    return failure(env, StatesErrorNameType.StatesRuntime, cause)


def evaluation(env: Environment, location: str | None, cause: str) -> FailureEventException:
    """States.QueryEvaluationError; an EvaluationFailed event tells of it."""
    name = StatesErrorName(StatesErrorNameType.StatesQueryEvaluationError)
    details = EvaluationFailedEventDetails(
        cause=placed(env, cause), error=name.error_name, state=env.next_state_name
    )
    if location is not None:
        details["location"] = location
    return FailureEventException(
        FailureEvent(
            env=env,
            error_name=name,
            event_type=EVALUATION_FAILED,
            event_details=EventDetails(evaluationFailedEventDetails=details),
        )
    )


def no_such_path(env: Environment, error: NoSuchJsonPathError) -> FailureEventException:
    cause = (
        f"The JSONPath '{error.json_path}' specified for the field '{env.next_field_name}' "
        f"could not be found in the input '{written(error.data)}'"
    )
    return runtime(env, cause)


def is_runtime(event: FailureEvent) -> bool:
    """Whether nothing may handle an error, nor an event of its state tell of it."""
    if event.error_name == RUNTIME:
        return True
    error, _ = FailureEventException(event).extract_error_cause_pair() or (None, None)
    return bool(error == RUNTIME.error_name)


def tell_evaluation(env: Environment, event: FailureEvent) -> None:
    """Write the EvaluationFailed event of a JSONata fault, once."""
    if event.event_type == EVALUATION_FAILED and not hasattr(event, "told"):
        event.told = True
        env.event_manager.add_event(
            context=env.event_history_context,
            event_type=event.event_type,
            event_details=event.event_details,
        )
