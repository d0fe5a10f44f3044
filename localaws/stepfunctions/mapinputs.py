"""The inputs of a distributed Map's child executions: its items, selected and put together.

Rules: docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import (
    StateCredentials,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils import boto_client

from localaws.stepfunctions import mapitems
from localaws.stepfunctions.sidebyside import select_input

Failing = Callable[[StatesErrorNameType, str], FailureEventException]


class MapInputs:
    """What one distributed Map hands to its child executions.

    Args:
        state: moto's Map state.
        distribution: what its definition says beside.
        env: where it is evaluated.
        failure: makes the error of a kind and a cause.
    """

    def __init__(self, state: Any, distribution: Any, env: Environment, failure: Failing) -> None:
        self._state = state
        self._distribution = distribution
        self._env = env
        self._failure = failure

    def given(self) -> list[mapitems.Item] | None:
        """Items of the state's own input; None where an ItemReader has them.

        Raises:
            FailureEventException: they are no items.
        """
        if self._distribution.has("ItemReader"):
            return None
        (self._state.items or self._state.items_path).eval(self._env)
        try:
            return mapitems.of_state(self._env.stack.pop())
        except mapitems.ReadingError as error:
            raise self._failure(StatesErrorNameType.StatesItemReaderFailed, str(error)) from error

    def read(self) -> list[mapitems.Item]:
        """Items of the ItemReader.

        Raises:
            FailureEventException: they cannot be read.
        """
        given = self._distribution.value("ItemReader", self._env)
        resource = self._distribution.resource("ItemReader")
        try:
            return mapitems.read(resource, given, self.s3())
        except mapitems.ReadingError as error:
            raise self._failure(StatesErrorNameType.StatesItemReaderFailed, str(error)) from error

    def s3(self) -> Any:
        """Return a client of S3 with the state machine's role."""
        details = self._env.aws_execution_details
        credentials = StateCredentials(role_arn=details.role_arn)
        return boto_client.boto_client_for(
            region=details.region, service="s3", state_credentials=credentials
        )

    def put_together(self, items: list[mapitems.Item]) -> list[tuple[Any, int]]:
        """Return the input of each child execution, and how many items are in it."""
        inputs = [self._selected(index, item) for index, item in enumerate(items)]
        if not self._distribution.has("ItemBatcher"):
            return [(each, 1) for each in inputs]
        batcher = self._distribution.value("ItemBatcher", self._env)
        return [(each, len(each["Items"])) for each in mapitems.batches(inputs, batcher)]

    def _selected(self, index: int, item: mapitems.Item) -> Any:
        if self._state.item_selector is None and self._state.parameters is None:
            return item.value
        frame = self._env.open_inner_frame()
        told = {"Index": index, "Value": item.value, "Source": self._source()}
        if item.key is not None:
            told |= {"Key": item.key, "Value": item.value["Value"]}
        frame.states.context_object.context_object_data["Map"] = {"Item": told}
        try:
            select_input(frame, self._env, self._state, item.value)
            return frame.states.get_input()
        finally:
            self._env.delete_frame(frame)

    def _source(self) -> str:
        if not self._distribution.has("ItemReader"):
            return "STATE_DATA"
        asked = self._distribution.value("ItemReader", self._env)["Asked"]
        return f"S3://{asked['Bucket']}/{asked.get('Key') or asked.get('Prefix', '')}"
