"""20.2: read a change set: which tables would lose their rows?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging.stacks import Resources, SmallStack

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

TOPIC = {"Type": "AWS::SNS::Topic"}
RETAIN = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}

exercise = Exercise(
    id="20.2",
    title="Will this deploy lose rows?",
    level="core",
    task="""\
Somebody has to say yes to a change set at nine in the evening. Write `loses_rows(change_set)`: from
what `describe_change_set` answers, the logical ids of all DynamoDB tables whose rows the deploy
would delete, **or might**, as a sorted list. A table loses its rows when it is removed or replaced,
unless its policy keeps the old one: `PolicyAction` says so. A change in place, a new table, and
whatever is no table, lose none. `lesson.check("20.2", loses_rows)` runs the function.""",
    files=(),
    hints=(
        (
            "Each entry of `Changes` has a `ResourceChange`. Look at four of its fields: "
            "`ResourceType`, `Action`, `Replacement`, `PolicyAction`."
        ),
        (
            "`Replacement` has three values. `Conditional` means that CloudFormation cannot know "
            "yet, because the new value comes from another resource."
        ),
        (
            "Of the tables: those with `Action` `Remove`, and those with `Replacement` `True` or "
            "`Conditional` (both are texts); without those whose `PolicyAction` is `Retain` or "
            "`ReplaceAndRetain`."
        ),
    ),
)


def _table(key: str = "orderId", **parts: Any) -> dict[str, Any]:
    """A table by its key, and further attributes or properties."""
    properties = {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
    }
    attributes = {name: parts.pop(name) for name in RETAIN if name in parts}
    return {"Type": "AWS::DynamoDB::Table", "Properties": {**properties, **parts}, **attributes}


def _expects(
    shop: Shop, before: Resources, after: Resources, lost: Sequence[str], because: str
) -> Finding:
    expected = sorted(lost)
    proposed = SmallStack(before).proposed(after)
    try:
        answer = shop.answer(proposed)
        got = str(answer)
    except Exception as error:  # noqa: BLE001 - the learner's own
        answer, got = None, f"{type(error).__name__}: {error}"
    return Finding(str(expected), got, answer == expected, because)


@exercise.scenario("Another key, and a lifetime for rows")
def _key(shop: Shop) -> Finding:
    before = {"Orders": _table(), "Sessions": _table()}
    lifetime = {"AttributeName": "expiresAt", "Enabled": True}
    after = {"Orders": _table("userId"), "Sessions": _table(TimeToLiveSpecification=lifetime)}
    because = (
        "The key of Orders changes, which makes a new and empty table; Sessions is changed in "
        "place."
    )
    return _expects(shop, before, after, ["Orders"], because)


@exercise.scenario("A table that is no longer in the template")
def _removed(shop: Shop) -> Finding:
    because = "Carts is removed, and it has no policy that keeps it. A removal replaces nothing."
    return _expects(
        shop, {"Orders": _table(), "Carts": _table()}, {"Orders": _table()}, ["Carts"], because
    )


@exercise.scenario("Removed, and kept")
def _kept(shop: Shop) -> Finding:
    because = (
        "Carts leaves the stack with DeletionPolicy: Retain. The table and its rows stay, and "
        "nobody's template knows of them any more."
    )
    before = {"Orders": _table(), "Carts": _table(**RETAIN)}
    return _expects(shop, before, {"Orders": _table()}, [], because)


@exercise.scenario("Replaced, and kept")
def _replaced(shop: Shop) -> Finding:
    because = "The new Orders is empty, and the old one is kept (ReplaceAndRetain) with its rows."
    return _expects(
        shop, {"Orders": _table(**RETAIN)}, {"Orders": _table("userId", **RETAIN)}, [], because
    )


@exercise.scenario("It depends")
def _conditional(shop: Shop) -> Finding:
    def named(topic: str) -> Resources:
        name = {"Fn::Sub": "${Shop.TopicName}-Orders"}
        own = {"TopicName": {"Fn::Sub": f"${{AWS::StackName}}-{topic}"}}
        return {"Shop": {**TOPIC, "Properties": own}, "Orders": _table(TableName=name)}

    because = (
        "The table's name is made of a topic's, and the topic is replaced. CloudFormation says "
        "Conditional: it might be replaced, so somebody has to look."
    )
    return _expects(shop, named("mice"), named("keyboards"), ["Orders"], because)


@exercise.scenario("A queue is replaced, a table is new")
def _others(shop: Shop) -> Finding:
    def queue(name: str) -> dict[str, Any]:
        own = {"QueueName": {"Fn::Sub": f"${{AWS::StackName}}-{name}"}}
        return {"Type": "AWS::SQS::Queue", "Properties": own}

    after = {"Queue": queue("second"), "Orders": _table(), "Carts": _table()}
    because = "A queue has no rows, and a table that is new has none yet."
    return _expects(shop, {"Queue": queue("first"), "Orders": _table()}, after, [], because)
