"""11.3: take what is needed, and refuse what is not known."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer


def read(body: str) -> dict[str, Any]:
    import json

    event = json.loads(body)
    if event.get("Type") == "Notification":
        event = json.loads(event["Message"])
    if event.get("version") != 1:
        raise ValueError(f"version {event.get('version')}")
    return {"order": event["order"], "amount": event["amount"]}


def in_envelopes(body: str) -> dict[str, Any]:
    import json

    event = json.loads(json.loads(body)["Message"])
    if event["version"] != 1:
        raise ValueError(event["version"])
    return {"order": event["order"], "amount": event["amount"]}


def strict(body: str) -> dict[str, Any]:
    import json

    event = json.loads(body)
    event = json.loads(event["Message"]) if "Message" in event else event
    if event.pop("version") != 1:
        raise ValueError("version")
    if set(event) != {"order", "amount"}:
        raise ValueError(f"fields {sorted(event)}")
    return dict(event)


def any_version(body: str) -> dict[str, Any]:
    import json

    event = json.loads(body)
    event = json.loads(event["Message"]) if "Message" in event else event
    return {"order": event["order"], "amount": event["amount"]}


def two_alone(body: str) -> dict[str, Any]:
    import json

    event = json.loads(body)
    event = json.loads(event["Message"]) if "Message" in event else event
    if event["version"] == 2:
        raise ValueError("version 2")
    return {"order": event["order"], "amount": event["amount"]}


def asserting(body: str) -> dict[str, Any]:
    import json

    event = json.loads(body)
    event = json.loads(event["Message"]) if "Message" in event else event
    assert event["version"] == 1
    return {"order": event["order"], "amount": event["amount"]}


TOLD = "the event is the text under its Message"
SOLUTION = Attempt(answer=read)
WRONG = [
    WrongAnswer("in envelopes alone", Attempt(answer=in_envelopes), "Raw", "KeyError: 'Message'"),
    WrongAnswer(
        "strict: these fields and no others",
        Attempt(answer=strict),
        "With fields that nobody knew",
        "ValueError: fields",
    ),
    WrongAnswer(
        "any version",
        Attempt(answer=any_version),
        "Version 2",
        '{"order": "order-declined", "amount": 14995}',
    ),
    WrongAnswer(
        "an error of another name", Attempt(answer=asserting), "Version 2", "AssertionError"
    ),
    WrongAnswer(
        "refuses the one version that it knows of",
        Attempt(answer=two_alone),
        "Version 3, of which nobody has heard",
        '{"order": "order-declined", "amount": 149.95}',
    ),
]
