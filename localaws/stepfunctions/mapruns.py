"""A Map Run: the child executions of one distributed Map, how many at one time, and its end.

Rules: docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html and
.../apireference/API_DescribeMapRun.html. What a run writes into its parent's history, and what that
is linked to, was measured on AWS.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.api import (
    HistoryEventType,
    MapRunFailedEventDetails,
    MapRunStartedEventDetails,
    MapRunStatus,
    MapStateStartedEventDetails,
)
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
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import (
    map_run_record,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from localaws.mending import Mends
from localaws.stepfunctions import mapchildren, mapresults
from localaws.stepfunctions.mapinputs import MapInputs
from localaws.stepfunctions.sidebyside import start_thread
from localaws.timing.timekeeping import Clock

MOST_CHILDREN = 10_000  # at one time
MOST_THREADS = 100  # that wait for them, where the clock is real
EXCEEDED = "The specified tolerated failure threshold was exceeded"
COUNTED = {"SUCCEEDED": "succeeded", "TIMED_OUT": "timed_out", "ABORTED": "aborted"}


def install(mends: Mends) -> None:
    _mend_descriptions(mends)


def _mend_descriptions(mends: Mends) -> None:
    """moto's counts have no redrives, and an update changes nothing (map_run_record.py:138)."""

    def describe(self: map_run_record.MapRunRecord) -> Any:
        told = describe_run(self)
        for counts in (told["itemCounts"], told["executionCounts"]):
            counts |= {"failuresNotRedrivable": 0, "pendingRedrive": 0}
        return {**told, "redriveCount": 0}

    def update(self: Any, *given: Any, **named: Any) -> None:
        change(self, *given, **named)
        getattr(self, "when_updated", lambda: None)()

    record = map_run_record.MapRunRecord
    describe_run: Callable[..., Any] = mends.replace(record, "describe", describe)
    change: Callable[..., None] = mends.replace(record, "update", update)


def wait_for(child: Any) -> None:
    """Wait for the end of a child execution."""
    child.finished.wait()


class MapRun:
    """One run."""

    def __init__(self, state: Any, distribution: Any, env: Environment, clock: Clock) -> None:
        self._state = state
        self._distribution = distribution
        self._env = env
        self._clock = clock
        self._parent: Any = env.event_manager.execution
        self._turn = threading.RLock()
        self._finished = clock.event()
        self._children: list[Any] = []
        self._inputs: list[tuple[Any, int]] = []  # of children, and how many items are in each
        self._next = 0
        self._workers = 0
        self._ended = 0
        self._failed_items = 0
        self._exceeded = False

    def run(self) -> None:
        """Leave the state's result on the stack.

        Raises:
            FailureEventException: the items cannot be read, too many fail, or the results cannot
                be written.
        """
        limit = self._number(self._state.max_concurrency_decl)
        source = MapInputs(self._state, self._distribution, self._env, self._failure)
        given = source.given()
        self._tell(
            HistoryEventType.MapStateStarted,
            mapStateStartedEventDetails=MapStateStartedEventDetails(length=len(given or [])),
        )
        self._open(limit)
        try:
            self._inputs = source.put_together(source.read() if given is None else given)
            self._count_all()
            self._work_off()
            if self._exceeded:
                kind = StatesErrorNameType.StatesExceedToleratedFailureThreshold
                raise self._failure(kind, EXCEEDED)
            result = self._result(source)
        except FailureEventException as error:
            self._close_failed(error)
            raise
        self._env.stack.append(result)
        self._close()

    def _number(self, declaration: Any) -> Any:
        declaration.eval(self._env)
        return self._env.stack.pop()

    # The child executions.

    def _open(self, limit: int) -> None:
        self._record = map_run_record.MapRunRecord(
            state_machine_arn=self._parent.state_machine.arn,
            execution_arn=self._parent.exec_arn,
            max_concurrency=limit,
            tolerated_failure_count=self._number(self._state.tolerated_failure_count_decl),
            tolerated_failure_percentage=self._number(
                self._state.tolerated_failure_percentage_decl
            ),
            label=self._distribution.label,
        )
        self._record.when_updated = self._employ
        self._env.map_run_record_pool_manager.add(self._record)
        self._tell(
            HistoryEventType.MapRunStarted,
            mapRunStartedEventDetails=MapRunStartedEventDetails(mapRunArn=self._record.map_run_arn),
        )

    def _count_all(self) -> None:
        items = sum(count for _, count in self._inputs)
        for counter, count in self._counters(items, len(self._inputs)):
            counter.total.count(count)
            counter.pending.count(count)

    def _counters(self, items: int, executions: int = 1) -> Any:
        return (self._record.item_counter, items), (self._record.execution_counter, executions)

    def _work_off(self) -> None:
        if self._inputs:
            self._employ()
            self._finished.wait()

    def _employ(self) -> None:
        """Have as many at work as MaxConcurrency has it, which an update may change."""
        with self._turn:
            left = len(self._inputs) - self._next
            more = min(self._limit() - self._workers, left)
            self._workers += max(more, 0)
        for _ in range(more):
            start_thread(self._work)

    def _limit(self) -> int:
        limit = self._record.max_concurrency or MOST_CHILDREN
        return int(min(limit, MOST_CHILDREN if self._clock.simulated else MOST_THREADS))

    def _work(self) -> None:
        """Run one child after the other, while there are some left."""
        while (taken := self._take()) is not None:
            child, frame, count = taken
            child.start()
            wait_for(child)
            with self._turn:
                frame.awaited = None
                self._env.close_frame(frame)
                self._note(child, count)

    def _take(self) -> Any:
        with self._turn:
            over = self._exceeded or not self._env.is_running()
            if over or self._next == len(self._inputs) or self._workers > self._limit():
                self._workers -= 1
                return None
            given, count = self._inputs[self._next]
            self._next += 1
            child = mapchildren.make(
                self._parent, self._distribution, self._record, given, self._clock
            )
            child.item_count = count
            self._children.append(child)
            frame: Any = self._env.open_frame()
            frame.awaited = child  # it is stopped where the run is
            for counter, number in self._counters(count):
                counter.pending.offset(-number)
                counter.running.count(number)
            return child, frame, count

    def _note(self, child: Any, count: int) -> None:
        counted = COUNTED.get(child.status, "failed")
        for counter, number in self._counters(count):
            counter.running.offset(-number)
            getattr(counter, counted).count(number)
        self._ended += 1
        if child.status in ("FAILED", "TIMED_OUT"):
            self._failed_items += count
        if not self._exceeded and self._exceeds():
            self._exceeded = True
            self._finished.set()
        if self._ended == len(self._inputs):
            self._finished.set()

    def _exceeds(self) -> bool:
        """Either tolerance, where both are given, ends the run."""
        record, given = self._record, self._distribution.tolerances
        total = sum(count for _, count in self._inputs)
        count, percentage = record.tolerated_failure_count, record.tolerated_failure_percentage
        if not given:
            return self._failed_items > 0
        too_many = "Count" in given and self._failed_items > count
        return too_many or ("Percentage" in given and 100 * self._failed_items / total > percentage)

    # Its end.

    def _result(self, source: MapInputs) -> Any:
        succeeded = [child for child in self._children if child.status == "SUCCEEDED"]
        if not self._distribution.has("ResultWriter"):
            return [child.output for child in succeeded]
        given = self._distribution.value("ResultWriter", self._env)
        config = given.get("WriterConfig") or {}
        if not self._distribution.resource("ResultWriter"):
            return mapresults.transformed(
                [child.output for child in succeeded], config.get("Transformation", "COMPACT")
            )
        self._count_written(len(succeeded))
        try:
            return mapresults.write(
                source.s3(), given["Asked"], config, self._record.map_run_arn, self._children
            )
        except Exception as error:
            kind = StatesErrorNameType.StatesResultWriterFailed
            raise self._failure(kind, str(error)) from error

    def _count_written(self, executions: int) -> None:
        items = sum(one.item_count for one in self._children if one.status == "SUCCEEDED")
        for counter, number in self._counters(items, executions):
            counter.results_written.count(number)

    def _close(self) -> None:
        """Measured: MapStateSucceeded follows MapRunSucceeded; what comes then follows neither."""
        context = self._env.event_history_context
        before = context.source_event_id
        self._tell(HistoryEventType.MapRunSucceeded)
        self._tell(HistoryEventType.MapStateSucceeded)
        context.source_event_id = before
        self._record.set_stop(status=MapRunStatus.SUCCEEDED)

    def _close_failed(self, error: FailureEventException) -> None:
        for frame in list(self._env._frames):
            frame.set_stop(stop_date=self._clock.now(), cause=None, error=None)
        name, cause = error.extract_error_cause_pair() or (None, None)
        self._tell(
            HistoryEventType.MapRunFailed,
            mapRunFailedEventDetails=MapRunFailedEventDetails(error=name, cause=cause),
        )
        self._record.set_stop(status=MapRunStatus.FAILED)

    def _failure(self, kind: StatesErrorNameType, cause: str) -> FailureEventException:
        name = StatesErrorName(kind)
        details = MapRunFailedEventDetails(error=name.error_name, cause=cause)
        return FailureEventException(
            FailureEvent(
                env=self._env,
                error_name=name,
                event_type=HistoryEventType.MapRunFailed,
                event_details=EventDetails(mapRunFailedEventDetails=details),
            )
        )

    def _tell(self, event_type: HistoryEventType, **details: Any) -> None:
        self._env.event_manager.add_event(
            context=self._env.event_history_context,
            event_type=event_type,
            event_details=EventDetails(**details) if details else None,
        )
