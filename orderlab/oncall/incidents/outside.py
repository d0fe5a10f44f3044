"""What others break: the gateway, and a partner who sends orders in a form of his own."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import partial

import boto3

from localaws import faults
from orderlab.oncall.incidents.incident import Event, Incident
from orderlab.oncall.shop import Shop

STATUS_PAGE = "status page"  # of the gateway: what a person looks at


class GatewayOutage(Incident):
    """The gateway answers nobody for some hours."""

    kind = "gateway outage"
    broke = "The payment gateway answered nobody for some hours."
    mend = (
        "Nobody here can mend a gateway. Switch the event source mapping off and orders wait in "
        "their queue; switch it on when the gateway answers, and replay those that had failed."
    )
    LONG = timedelta(hours=5)

    @property
    def ends(self) -> datetime:
        """When the gateway is back."""
        return self.begins + self.LONG

    def begin(self, shop: Shop) -> None:
        self.struck = faults.inject(
            function=shop.resource("ProcessPaymentFunction"),
            error="PaymentGatewayTimeout",
            message="no answer from the gateway",
            until=self.ends,
            name=self.kind,
            hidden=True,
        )

    def is_over(self, shop: Shop, now: datetime) -> bool:
        return now >= self.ends

    def end(self, now: datetime) -> datetime:
        return min(super().end(now), self.ends)

    def parts(self, shop: Shop) -> Collection[str]:
        function = shop.resource("ProcessPaymentFunction")
        return (STATUS_PAGE, function, shop.name("OrderWorkflowArn"))


class PoisonMessages(Incident):
    """A partner puts orders on the queue in an envelope of his own."""

    kind = "poison messages"
    broke = "A partner's program put orders on the queue in an envelope that nobody here reads."
    mend = (
        "Read the dead letters: the order is inside. Send it to the order queue as the shop's own "
        "API would, and delete the letter."
    )
    COUNT = 6
    GAP = timedelta(hours=3)
    is_sound = False  # True in a calm week, where the same orders come as the shop's own do

    def events(self, shop: Shop) -> Iterable[Event]:
        for number in range(self.COUNT):
            yield Event(self.begins + number * self.GAP, partial(self._send, shop, number))

    def begin(self, shop: Shop) -> None:
        """Its messages are all there is to it."""

    def order_id(self, number: int) -> str:
        """The id of one of the partner's orders."""
        return f"partner-{self.begins:%a%H%M}-{number}".lower()

    def _send(self, shop: Shop, number: int) -> None:
        order = partner_order(self.order_id(number))
        envelope = {"partner": "office-supplies", "version": 2, "order": order}
        boto3.client("sqs").send_message(
            QueueUrl=shop.output("OrderQueueUrl"),
            MessageBody=json.dumps(order if self.is_sound else envelope),
        )

    def is_over(self, shop: Shop, now: datetime) -> bool:
        if now < self.begins + self.COUNT * self.GAP:
            return False
        url = shop.output("OrderDeadLetterQueueUrl")
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return not any(map(int, counts["Attributes"].values()))

    def parts(self, shop: Shop) -> Collection[str]:
        return (shop.name("OrderDeadLetterQueueUrl"), shop.resource("StartWorkflowFunction"))


def partner_order(order_id: str) -> dict[str, object]:
    """What a partner orders: always the same."""
    items = [{"productId": "prod-002", "quantity": 3, "price": 89.0}]
    return {"orderId": order_id, "userId": "office-supplies", "items": items, "totalAmount": 267.0}
