"""The learner's stack, as scenarios use it: place an order, see what became of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

import localaws
from orderlab import customers, products
from orderlab.console.executions.reading import read
from orderlab.lesson import answers
from orderlab.lesson.answers import NotAnAnswerError

_MOST = 240  # characters of why an execution failed: room for who was denied what


@dataclass(frozen=True)
class Ended:
    """An execution that has ended: what AWS tells of it.

    Attributes:
        description: the answer of DescribeExecution.
        states: those that were entered, in their order.
    """

    description: Mapping[str, Any]
    states: tuple[str, ...]

    @property
    def words(self) -> str:
        """`succeeded`, `refused (OrderInvalid: 1 fault: ...)`, `failed (States.Runtime: ...)`."""
        error = self.description.get("error", "")
        cause = " ".join(_message(str(self.description.get("cause", ""))).split())
        why = ": ".join(part for part in (error, cause) if part)
        if len(why) > _MOST:
            why = f"{why[:_MOST]}…"
        word = "refused" if self.refused else str(self.description["status"]).lower()
        return f"{word} ({why})" if why else word

    @property
    def succeeded(self) -> bool:
        return bool(self.description["status"] == "SUCCEEDED")

    @property
    def refused(self) -> bool:
        """Whether the order workflow's validation refused the order."""
        return self.description.get("error") == "OrderInvalid"

    @property
    def duration(self) -> timedelta:
        took: timedelta = self.description["stopDate"] - self.description["startDate"]
        return took

    @property
    def output(self) -> Any:
        return json.loads(self.description.get("output", "null"))


def _message(cause: str) -> str:
    """What a cause says: of a function's error, which comes as JSON, its message."""
    try:
        return str(json.loads(cause)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return cause


class Shop:
    """A deployed copy of the application, and the learner's answer."""

    def __init__(self, root: Path, exercise_id: str, features: str = "base") -> None:
        """Deploy a copy and load its products and customers.

        Args:
            features: a value of the template's parameter Features.

        Raises:
            localaws.DeployError: CloudFormation refuses the template, or fails on it.
        """
        self.root, self._exercise_id = root, exercise_id
        self._numbers = itertools.count(1)
        self.stack = localaws.deploy(root / "template.yaml", parameters={"Features": features})
        self._stepfunctions = boto3.client("stepfunctions")
        loaded = products.load(root, self.stack.outputs["ProductsTableName"])
        if table := self.stack.outputs.get("CustomersTableName"):
            customers.load(root, table)
        self.prices = {product["productId"]: product["price"] for product in loaded}

    def with_answer(self, root: Path, exercise_id: str) -> Shop:
        """The same stack, with the answer that is kept in another copy."""
        other = copy(self)
        other.root, other._exercise_id = root, exercise_id
        return other

    @property
    def answer(self) -> Any:
        """The value that the learner gave to `check`; a function, if they gave one.

        Raises:
            NotAnAnswerError: there is none.
        """
        return answers.read(self.root, self._exercise_id)

    def order(
        self, order_id: str, lines: Sequence[tuple[str, int]], **changes: object
    ) -> dict[str, Any]:
        """An order of products and quantities, at the catalogue's prices.

        Args:
            changes: fields to add or to replace.
        """
        items = [
            {"productId": product, "quantity": quantity, "price": float(self.prices[product])}
            for product, quantity in lines
        ]
        total = sum(self.prices[product] * quantity for product, quantity in lines)
        order = {"orderId": order_id, "userId": "user-1", "items": items}
        return {**order, "totalAmount": float(total), **changes}

    def process(self, order: Mapping[str, Any]) -> Ended:
        """Run an order through the order workflow, to its end."""
        return self._run(self.stack.outputs["OrderWorkflowArn"], order)

    def run(self, definition: Any, given: Any) -> Ended:
        """Run an input through a state machine of the learner's, to its end.

        Raises:
            NotAnAnswerError: Step Functions refuses the definition.
        """
        return self._run(self.make(definition), given)

    def make(self, definition: Any) -> str:
        """Create a state machine of the learner's, under the workflow's role; returns its ARN.

        Raises:
            NotAnAnswerError: Step Functions refuses the definition.
        """
        role = self._stepfunctions.describe_state_machine(
            stateMachineArn=self.stack.outputs["OrderWorkflowArn"]
        )["roleArn"]
        try:
            made = self._stepfunctions.create_state_machine(
                name=f"answer-{next(self._numbers)}",
                definition=json.dumps(definition),
                roleArn=role,
            )
        except ClientError as error:
            why = error.response["Error"]["Message"]
            raise NotAnAnswerError(f"Step Functions refuses the definition: {why}") from error
        return str(made["stateMachineArn"])

    def try_state(self, state: Any, given: Any, mock: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer of TestState for one state of the learner's, on an input.

        Args:
            mock: what TestState takes as `mock`, its `result` as JSON data.

        Raises:
            NotAnAnswerError: Step Functions refuses the state.
        """
        if "result" in mock:
            mock = {"result": json.dumps(mock["result"])}
        try:
            tested: Mapping[str, Any] = self._stepfunctions.test_state(
                definition=json.dumps(state), input=json.dumps(given), mock=mock
            )
        except ClientError as error:
            why = error.response["Error"]["Message"]
            raise NotAnAnswerError(f"Step Functions refuses the state: {why}") from error
        return tested

    def _run(self, machine: str, given: Any) -> Ended:
        return self.ended(self.start(machine, given))

    def start(self, machine: str, given: Any, **named: str) -> str:
        """Start an execution of a state machine; returns its ARN.

        Args:
            named: `name`, where the execution is to have one of its own.
        """
        started = self._stepfunctions.start_execution(
            stateMachineArn=machine, input=json.dumps(given), **named
        )
        return str(started["executionArn"])

    def ended(self, arn: str) -> Ended:
        """Let time pass until an execution has ended; what AWS then tells of it."""
        localaws.clock.run_until(arn)
        recording = read(arn)
        return Ended(
            recording.description, tuple(visit.name for visit in recording.execution.visits)
        )
