"""What a deployment breaks: the learner's own application, with one state changed."""

from __future__ import annotations

import json
import tempfile
from abc import abstractmethod
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import boto3

from orderlab.lesson import edits
from orderlab.oncall.incidents.incident import Incident
from orderlab.oncall.shop import Shop


class Deployment(Incident):
    """Somebody deploys a state machine with a fault in it."""

    file: ClassVar[str]
    machine: ClassVar[str]  # the output with its ARN

    @staticmethod
    @abstractmethod
    def change(states: dict[str, Any]) -> bool:
        """Put the fault into a definition's states; whether there was a place for it."""

    @classmethod
    def fits(cls, application: Path) -> bool:
        path = application / cls.file
        return path.is_file() and bool(cls.change(_read(path)["States"]))

    def begin(self, shop: Shop) -> None:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) / "application"
            edits.copy_application(shop.folder, folder)
            definition = _read(folder / self.file)
            self.change(definition["States"])
            text = json.dumps(definition, indent=2)
            (folder / self.file).write_text(text, encoding="utf-8")
            shop.deploy(folder)
        self._wrong = self._definition(shop)

    def is_over(self, shop: Shop, now: datetime) -> bool:
        return self._definition(shop) != self._wrong

    def _definition(self, shop: Shop) -> str:
        arn = shop.output(self.machine)
        found = boto3.client("stepfunctions").describe_state_machine(stateMachineArn=arn)
        return str(found["definition"])

    def parts(self, shop: Shop) -> Collection[str]:
        return (shop.name(self.machine), shop.stack.name)


class LostInput(Deployment):
    """The payment's result replaces the order."""

    kind = "bad deploy"
    broke = "A deployment of the order workflow let the payment's result replace the order."
    mend = (
        "Deploy the right definition. A redrive would go on with the definition that the execution "
        "was started with, so replay: the gateway charges an order once, however often it is asked."
    )
    file = "state-machines/order-workflow.asl.json"
    machine = "OrderWorkflowArn"

    @staticmethod
    def change(states: dict[str, Any]) -> bool:
        payment = states.get("ProcessPayment", {})
        has_place = bool(payment.get("ResultPath", "$") != "$")
        payment["ResultPath"] = "$"
        return has_place


class WrongWay(Deployment):
    """The Choice after the validation leads the wrong way."""

    kind = "silent bad deploy"
    broke = "A deployment turned the Choice after the validation around."
    mend = (
        "No alarm counts what is called the customer's fault. Deploy the right definition, and "
        "replay the sound orders that were refused."
    )
    file = "state-machines/order-workflow.asl.json"
    machine = "OrderWorkflowArn"

    @staticmethod
    def change(states: dict[str, Any]) -> bool:
        rules = states.get("IsOrderValid", {}).get("Choices", [])
        found = [rule for rule in rules if rule.get("BooleanEquals") is True]
        for rule in found:
            rule["BooleanEquals"] = False
        return bool(found)


class StockRace(Deployment):
    """Reserving waits, and no longer asks whether there is anything left."""

    kind = "stock race"
    broke = (
        "A deployment of the saga, to spare the table, waits before it reserves and asks no shelf."
    )
    mend = (
        "Deploy the right definition. Give the money back to those who bought what is not there "
        "(RefundOrderFunction), and count the shelf anew."
    )
    file = "state-machines/order-saga.asl.json"
    machine = "OrderSagaWorkflowArn"
    _CONDITION = "'ConditionExpression': 'stock >= :q', "
    _STATE, _WAIT = "ReserveStock", "SpareTheTable"

    @staticmethod
    def change(states: dict[str, Any]) -> bool:
        arguments = states.get(StockRace._STATE, {}).get("Arguments", {})
        items = str(arguments.get("TransactItems", ""))
        rules = states.get("IsOrderValid", {}).get("Choices", [])
        ways = [rule for rule in rules if rule.get("Next") == StockRace._STATE]
        if StockRace._CONDITION not in items or not ways:
            return False
        arguments["TransactItems"] = items.replace(StockRace._CONDITION, "")
        for rule in ways:
            rule["Next"] = StockRace._WAIT
        states[StockRace._WAIT] = {"Type": "Wait", "Seconds": 2, "Next": StockRace._STATE}
        return True


def _read(path: Path) -> Mapping[str, Any]:
    definition: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return definition
