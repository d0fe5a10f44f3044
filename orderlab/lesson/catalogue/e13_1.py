"""13.1: the Arguments of one e-mail: whom it greets, what it says, and whose bounce it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from localaws import clock
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import mails

if TYPE_CHECKING:
    from localaws.mail import Letter
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="13.1",
    title="A letter that is complete",
    level="core",
    features="all",
    task="""\
A state sends the letter; its input is `orderId`, `email`, `totalAmount` and, for most customers,
`name`. Afterwards the letter greets the customer **by name**, or as `customer` where the input has
none; its total has **two decimals**, 60 as 60.00; and what SES later tells of it goes to
`dev-MailFeedbackFunction`, so that a bounce stands in **the order's row** of `dev-OrderMails`.

Complete the state's `Arguments`, in JSONata, in the cell below.""",
    files=(),
    hints=(
        (
            "Three things are missing: what the template names and the data has not, a form for "
            "the number, and what leads SES from a letter back to an order."
        ),
        (
            "`$exists($states.input.name) ? … : 'customer'` and `$formatNumber(…, '0.00')`. Events "
            "go where the configuration set sends them, and carry the letter's EmailTags."
        ),
        (
            '`"ConfigurationSetName": "dev-ShopMail"` and `"EmailTags": [{"Name": "orderId", '
            '"Value": "{% $states.input.orderId %}"}]`, beside `Destination` and `Content`.'
        ),
    ),
)


def _letter(shop: Shop, order_id: str, **given: Any) -> tuple[Letter | None, str]:
    """The letter of an order; None where there is none, with how it went."""
    address = "success@simulator.amazonses.com"
    data = {"orderId": order_id, "email": address, "totalAmount": 59.98, **given}
    before = len(mails.letters(order_id))
    ended = mails.send(shop, shop.answer, data)
    found = mails.letters(order_id)[before:]
    return (found[0] if found else None), f"no letter, and the state {ended.words}"


def _says(shop: Shop, order_id: str, words: tuple[str, ...], because: str, **given: Any) -> Finding:
    letter, missing = _letter(shop, order_id, **given)
    text = letter.text.replace(",", "") if letter else ""
    said = " / ".join(line for line in text.splitlines() if line)
    held = bool(letter) and all(word in text for word in words)
    return Finding(
        " and ".join(words), said if letter else missing, held, f"{because} Got: {said or missing}."
    )


@exercise.scenario("Kim, 59.98")
def _kim(shop: Shop) -> Finding:
    return _says(
        shop,
        "order-of-kim",
        ("Hello Kim", " 59.98"),
        "Kim's letter must greet Kim and name 59.98. A letter that SES cannot fill in is accepted, "
        "and never sent.",
        name="Kim",
    )


@exercise.scenario("A round sum")
def _round(shop: Shop) -> Finding:
    return _says(
        shop,
        "order-of-sixty",
        (" 60.00",),
        "60 is 60.00 in a letter about money.",
        name="Kim",
        totalAmount=60,
    )


@exercise.scenario("A customer without a name")
def _nameless(shop: Shop) -> Finding:
    return _says(
        shop,
        "order-of-nobody",
        ("Hello customer",),
        "The input has no name, and the letter must go out all the same.",
    )


@exercise.scenario("An address that bounces")
def _bounces(shop: Shop) -> Finding:
    table = boto3.resource("dynamodb").Table(shop.stack.outputs["OrderMailsTableName"])
    table.put_item(Item={"orderId": "order-of-ben", "userId": "ben"})
    given = {"orderId": "order-of-ben", "totalAmount": 59.98, "name": "Ben"}
    mails.send(shop, shop.answer, {**given, "email": "bounce+ben@simulator.amazonses.com"})
    clock.advance(minutes=1)
    feedback = mails.row(shop, "order-of-ben").get("feedback", "nothing")
    return Finding(
        "Bounce in the order's row",
        f"{feedback} in the order's row",
        feedback == "Bounce",
        "Ben's address does not exist, and SES says so in an event. Which setting sends events "
        "anywhere, and what in them names the order?",
    )
