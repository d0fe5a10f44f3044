"""13.1: a default for the name, a picture for the number, a set and a tag for the way back."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

NAME = "$exists($states.input.name) ? $states.input.name : 'customer'"
TOTAL = "$formatNumber($states.input.totalAmount, '0.00')"
TAGS = [{"Name": "orderId", "Value": "{% $states.input.orderId %}"}]


def arguments(data: str, **more: Any) -> dict[str, Any]:
    """The state's Arguments with this template data."""
    template = {"TemplateName": "dev-OrderConfirmed", "TemplateData": f"{{% $string({data}) %}}"}
    return {
        "FromEmailAddress": "shop@example.com",
        "Destination": {"ToAddresses": ["{% $states.input.email %}"]},
        "Content": {"Template": template},
        **more,
    }


def data(name: str = NAME, total: str = TOTAL) -> str:
    return f"{{'orderId': $states.input.orderId, 'name': {name}, 'total': {total}}}"


BACK = {"ConfigurationSetName": "dev-ShopMail", "EmailTags": TAGS}
TOLD = "Kim's letter must greet Kim"
SOLUTION = Attempt(answer=arguments(data(), **BACK))
WRONG = [
    WrongAnswer(
        "the number as it comes",
        Attempt(answer=arguments(data(total="$states.input.totalAmount"), **BACK)),
        "A round sum",
        "Hello Kim / thank you. Your order order-of-sixty is confirmed and paid: 60.",
    ),
    WrongAnswer(
        "every customer has a name",
        Attempt(answer=arguments(data(name="$states.input.name"), **BACK)),
        "A customer without a name",
        "no letter, and the state ",
    ),
    WrongAnswer(
        "events, but of nobody's order",
        Attempt(answer=arguments(data(), ConfigurationSetName="dev-ShopMail")),
        "An address that bounces",
        "nothing in the order's row",
    ),
    WrongAnswer(
        "a tag, and nobody who is told",
        Attempt(answer=arguments(data(), EmailTags=TAGS)),
        "An address that bounces",
        "nothing in the order's row",
    ),
]
