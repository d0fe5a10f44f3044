"""13.3: only executions of the new version count, and there must be some."""

from collections.abc import Callable
from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer


def release(sfn: Any, machine: str, alias: str, definition: str, watch: Callable[[], None]) -> bool:
    now = sfn.describe_state_machine_alias(stateMachineAliasArn=alias)["routingConfiguration"]
    old = now[0]["stateMachineVersionArn"]
    sfn.update_state_machine(stateMachineArn=machine, definition=definition)
    new = sfn.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]

    def route(**weights: int) -> None:
        arns = {"old": old, "new": new}
        routes = [
            {"stateMachineVersionArn": arns[name], "weight": weight}
            for name, weight in weights.items()
        ]
        sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=routes)

    route(old=90, new=10)
    watch()
    ended = {one["status"] for one in sfn.list_executions(stateMachineArn=new)["executions"]}
    taken = "SUCCEEDED" in ended and not ended & {"FAILED", "TIMED_OUT", "ABORTED"}
    if taken:
        route(new=100)
    else:
        route(old=100)
    return taken


def at_once(sfn: Any, machine: str, alias: str, definition: str, watch: Callable[[], None]) -> bool:
    now = sfn.describe_state_machine_alias(stateMachineAliasArn=alias)["routingConfiguration"]
    sfn.update_state_machine(stateMachineArn=machine, definition=definition)
    new = sfn.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    route = [{"stateMachineVersionArn": new, "weight": 100}]
    sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=route)
    watch()
    ended = {one["status"] for one in sfn.list_executions(stateMachineArn=new)["executions"]}
    taken = "SUCCEEDED" in ended and "FAILED" not in ended
    if not taken:
        sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=now)
    return taken


def counts_all(
    sfn: Any, machine: str, alias: str, definition: str, watch: Callable[[], None]
) -> bool:
    now = sfn.describe_state_machine_alias(stateMachineAliasArn=alias)["routingConfiguration"]
    old = now[0]["stateMachineVersionArn"]
    sfn.update_state_machine(stateMachineArn=machine, definition=definition)
    new = sfn.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    tenth = [
        {"stateMachineVersionArn": old, "weight": 90},
        {"stateMachineVersionArn": new, "weight": 10},
    ]
    sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=tenth)
    watch()
    ended = {one["status"] for one in sfn.list_executions(stateMachineArn=machine)["executions"]}
    taken = "SUCCEEDED" in ended and "FAILED" not in ended
    route = [{"stateMachineVersionArn": new if taken else old, "weight": 100}]
    sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=route)
    return taken


def no_news(sfn: Any, machine: str, alias: str, definition: str, watch: Callable[[], None]) -> bool:
    now = sfn.describe_state_machine_alias(stateMachineAliasArn=alias)["routingConfiguration"]
    old = now[0]["stateMachineVersionArn"]
    sfn.update_state_machine(stateMachineArn=machine, definition=definition)
    new = sfn.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    tenth = [
        {"stateMachineVersionArn": old, "weight": 90},
        {"stateMachineVersionArn": new, "weight": 10},
    ]
    sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=tenth)
    watch()
    ended = {one["status"] for one in sfn.list_executions(stateMachineArn=new)["executions"]}
    taken = not ended & {"FAILED", "TIMED_OUT", "ABORTED"}
    route = [{"stateMachineVersionArn": new if taken else old, "weight": 100}]
    sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=route)
    return taken


TOLD = "All executions of the new version succeeded"
SOLUTION = Attempt(answer=release)
WRONG = [
    WrongAnswer(
        "all traffic at once, and back if it fails",
        Attempt(answer=at_once),
        "While it is watched",
        "100 % to version 2",
    ),
    WrongAnswer(
        "counts the executions of both versions",
        Attempt(answer=counts_all),
        "Failures of the old version",
        "100 % to version 1, returned False",
    ),
    WrongAnswer(
        "no failure is a success",
        Attempt(answer=no_news),
        "Nobody comes",
        "100 % to version 2, returned True",
    ),
]
