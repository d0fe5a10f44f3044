"""Versions and aliases. The words of the errors were recorded from AWS."""

from __future__ import annotations

import itertools
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

NUMBERS = itertools.count()


@pytest.fixture
def sfn(cloud: Any) -> Any:
    return boto3.client("stepfunctions")


def definition(word: str) -> str:
    state = {"Type": "Pass", "Result": word, "End": True}
    return json.dumps({"StartAt": "A", "States": {"A": state}})


@pytest.fixture
def machine(make_machine: Any) -> str:
    return str(make_machine(json.loads(definition("first"))))


@pytest.fixture
def two(sfn: Any, machine: str) -> tuple[str, str]:
    """A machine's versions: of the first definition, and of the second."""
    first = sfn.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    second = sfn.update_state_machine(
        stateMachineArn=machine, definition=definition("second"), publish=True
    )["stateMachineVersionArn"]
    return first, second


def routes(**weights: int) -> list[dict[str, Any]]:
    return [{"stateMachineVersionArn": arn, "weight": weight} for arn, weight in weights.items()]


def test_a_version_is_published_once_for_a_revision(sfn: Any, machine: str) -> None:
    publish = sfn.publish_state_machine_version
    made = [publish(stateMachineArn=machine)["stateMachineVersionArn"] for _ in range(2)]
    assert made == [f"{machine}:1"] * 2
    assert "revisionId" not in sfn.describe_state_machine(stateMachineArn=machine)
    updated = sfn.update_state_machine(stateMachineArn=machine, definition=definition("new"))
    described = sfn.describe_state_machine(stateMachineArn=machine)
    assert described["revisionId"] == updated["revisionId"]
    again = publish(stateMachineArn=machine, description="the new one")
    assert again["stateMachineVersionArn"] == f"{machine}:2"
    version = sfn.describe_state_machine(stateMachineArn=f"{machine}:2")
    assert (version["description"], version["definition"]) == ("the new one", definition("new"))
    assert version["revisionId"] == updated["revisionId"]
    listed = sfn.list_state_machine_versions(stateMachineArn=machine)["stateMachineVersions"]
    assert [one["stateMachineVersionArn"] for one in listed] == [f"{machine}:2", f"{machine}:1"]


def test_an_outdated_revision_is_not_published(sfn: Any, machine: str) -> None:
    old, new = (
        sfn.update_state_machine(stateMachineArn=machine, definition=definition(word))["revisionId"]
        for word in ("a", "b")
    )
    with pytest.raises(
        sfn.exceptions.ConflictException,
        match=f"Failed to publish the State Machine version for revision {old}. "
        f"The current State Machine revision is {new}.",
    ):
        sfn.publish_state_machine_version(stateMachineArn=machine, revisionId=old)


def test_a_number_is_not_given_again(sfn: Any, machine: str, two: tuple[str, str]) -> None:
    for _ in range(2):
        sfn.delete_state_machine_version(stateMachineVersionArn=two[1])
    made = sfn.publish_state_machine_version(stateMachineArn=machine)
    assert made["stateMachineVersionArn"] == f"{machine}:3"


def test_published_when_it_is_created(sfn: Any, role: str) -> None:
    call = {"name": f"published-{next(NUMBERS)}", "definition": definition("x"), "roleArn": role}
    made = sfn.create_state_machine(**call, publish=True)
    assert made["stateMachineVersionArn"] == f"{made['stateMachineArn']}:1"
    updated = sfn.update_state_machine(stateMachineArn=made["stateMachineArn"], publish=True)
    assert updated["stateMachineVersionArn"] == f"{made['stateMachineArn']}:1"
    assert "revisionId" not in updated


def test_a_version_is_started(sfn: Any, shop: Any, machine: str, two: tuple[str, str]) -> None:
    done = shop.run({}, "of-version", two[0])
    assert json.loads(done.description["output"]) == "first"
    assert done.description["stateMachineArn"] == machine
    assert done.description["stateMachineVersionArn"] == two[0]
    assert "stateMachineAliasArn" not in done.description
    shop.run({}, "of-machine", machine)
    of_machine = sfn.list_executions(stateMachineArn=machine)["executions"]
    assert [one.get("stateMachineVersionArn") for one in of_machine] == [None, two[0]]
    of_version = sfn.list_executions(stateMachineArn=two[0])["executions"]
    assert [one["name"] for one in of_version] == ["of-version"]
    with pytest.raises(sfn.exceptions.StateMachineDoesNotExist):
        sfn.start_execution(stateMachineArn=f"{machine}:9")


def test_an_alias_leads_to_versions_by_weight(sfn: Any, shop: Any, two: tuple[str, str]) -> None:
    alias = sfn.create_state_machine_alias(
        name="live", routingConfiguration=routes(**{two[0]: 50, two[1]: 50})
    )["stateMachineAliasArn"]
    done = [shop.run({}, f"of-alias-{number}", alias).description for number in range(12)]
    assert {one["stateMachineVersionArn"] for one in done} == set(two)
    assert {one["stateMachineAliasArn"] for one in done} == {alias}
    words = {two[0]: "first", two[1]: "second"}
    for one in done:
        assert json.loads(one["output"]) == words[one["stateMachineVersionArn"]]
    sfn.update_state_machine_alias(
        stateMachineAliasArn=alias, routingConfiguration=routes(**{two[1]: 100})
    )
    assert shop.run({}, "after", alias).description["stateMachineVersionArn"] == two[1]
    described = sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert described["routingConfiguration"] == routes(**{two[1]: 100})
    listed = sfn.list_state_machine_aliases(stateMachineArn=two[1])["stateMachineAliases"]
    assert [one["stateMachineAliasArn"] for one in listed] == [alias]
    assert not sfn.list_state_machine_aliases(stateMachineArn=two[0])["stateMachineAliases"]


def test_an_aliased_version_is_not_deleted(sfn: Any, two: tuple[str, str]) -> None:
    alias = sfn.create_state_machine_alias(
        name="live", routingConfiguration=routes(**{two[0]: 100})
    )["stateMachineAliasArn"]
    with pytest.raises(
        sfn.exceptions.ConflictException,
        match=r"Version to be deleted must not be referenced by an alias. "
        r"Current list of aliases referencing this version: \[live\]",
    ):
        sfn.delete_state_machine_version(stateMachineVersionArn=two[0])
    for _ in range(2):
        sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
    sfn.delete_state_machine_version(stateMachineVersionArn=two[0])
    with pytest.raises(
        sfn.exceptions.ResourceNotFound,
        match="Request references a resource that does not exist",
    ):
        sfn.update_state_machine_alias(stateMachineAliasArn=alias, description="gone")


@pytest.mark.parametrize(
    ("name", "configuration", "words"),
    [
        ("live", {"{machine}": 100}, "must contain state machine version ARNs. Received: "),
        ("live", {"{machine}:1": 70, "{machine}:2": 29}, r"must equal 100. Received: \[70, 29\]"),
        ("123", {"{machine}:1": 100}, "Value '123' at 'name' failed to satisfy constraint"),
        ("a b", {"{machine}:1": 100}, "must satisfy regular expression pattern"),
    ],
)
def test_an_alias_that_cannot_be(
    sfn: Any, machine: str, two: tuple[str, str], name: str, configuration: Any, words: str
) -> None:
    weights = {arn.format(machine=machine): weight for arn, weight in configuration.items()}
    with pytest.raises(ClientError, match=words) as refused:
        sfn.create_state_machine_alias(name=name, routingConfiguration=routes(**weights))
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_an_alias_is_created_once(sfn: Any, two: tuple[str, str]) -> None:
    call = {"name": "live", "routingConfiguration": routes(**{two[0]: 100})}
    made = [sfn.create_state_machine_alias(**call)["stateMachineAliasArn"] for _ in range(2)]
    assert made[0] == made[1]
    with pytest.raises(
        sfn.exceptions.ConflictException,
        match="an alias with the same name and a different routing configuration already exists",
    ):
        sfn.create_state_machine_alias(**call, description="other")
