"""The e-mails of confirmed orders: what is sent, and what their rows say."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from typing import Any

import boto3

from localaws import outbox
from localaws.mail import Letter
from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.judging.shop import Ended, Shop

_numbers = itertools.count(1)


def letters(order_id: str) -> list[Letter]:
    """The letters whose subject names an order, the first one first."""
    return [letter for letter in outbox.letters() if order_id in letter.subject.split()]


def counted(order_ids: Iterable[str]) -> int:
    """How many letters some orders have had together."""
    wanted = set(order_ids)
    return sum(not wanted.isdisjoint(letter.subject.split()) for letter in outbox.letters())


def row(shop: Shop, order_id: str) -> dict[str, Any]:
    """The row of an order's e-mail; empty where there is none."""
    table = boto3.resource("dynamodb").Table(shop.stack.outputs["OrderMailsTableName"])
    return dict(table.get_item(Key={"orderId": order_id}).get("Item", {}))


def send(shop: Shop, arguments: Any, given: Mapping[str, Any]) -> Ended:
    """Run a machine of one state, SendEmail with Arguments of the learner's, under the role of the
    shop's own mail machine.

    Raises:
        NotAnAnswerError: Step Functions refuses the definition.
    """
    stepfunctions = boto3.client("stepfunctions")
    mail = shop.stack.outputs["ConfirmationMailArn"]
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sesv2:sendEmail",
        "Arguments": arguments,
        "End": True,
    }
    definition = {"QueryLanguage": "JSONata", "StartAt": "Send", "States": {"Send": state}}
    try:
        made = stepfunctions.create_state_machine(
            name=f"letter-{next(_numbers)}",
            definition=json.dumps(definition),
            roleArn=stepfunctions.describe_state_machine(stateMachineArn=mail)["roleArn"],
        )
    except stepfunctions.exceptions.ClientError as error:
        why = error.response["Error"]["Message"]
        raise NotAnAnswerError(f"Step Functions refuses the state: {why}") from error
    return shop.ended(shop.start(made["stateMachineArn"], given))
