"""The end of an execution that does not come from its own states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication


class OverError(Exception):
    """Ends the work of an execution that has ended already; nobody sees it."""


def end_now(
    execution: Any,
    event_type: HistoryEventType,
    details: EventDetails,
    set_state: Callable[[Environment], None],
) -> None:
    """End an execution at once, whatever it is doing.

    Args:
        execution: one that runs.
        event_type: of the last event of its history, which follows the one before.
        details: of that event.
        set_state: sets the state in which its environment ends.
    """
    env = execution.exec_worker.env
    set_state(env)
    context = env.event_history_context
    context.source_event_id = env.event_manager._event_id_gen._next_id - 1
    env.event_manager.add_event(context=context, event_type=event_type, event_details=details)
    BaseExecutionWorkerCommunication(execution).terminated()
