"""The condition keys of a request, as far as policies of the course may ask for them.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html; those of a service
stand in its page of the Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.sts.models import AssumedRole

from localaws.iam.actions.needs import Ask, Need
from localaws.timing.timekeeping import Clock

Keys = dict[str, list[str]]
# Those whose values may differ between two requests for the same action on the same resource.
VARYING = frozenset(
    (
        "aws:currenttime",
        "aws:epochtime",
        "aws:requestedregion",
        "cloudwatch:namespace",
        "dynamodb:leadingkeys",
        "events:detail-type",
        "events:source",
        "iam:passedtoservice",
        "s3:prefix",
        "ses:fromaddress",
        "states:statemachinequalifier",
        "sts:externalid",
        "sts:rolesessionname",
    )
)
PASSED_TO = {"lambda": "lambda", "states": "states", "scheduler": "scheduler", "pipes": "pipes"}


def of(session: AssumedRole, ask: Ask, need: Need, clock: Clock) -> Keys:
    """Every key of a request that is known, in small letters, and its values."""
    now = clock.now()
    keys = {
        "aws:currenttime": [now.isoformat()],
        "aws:epochtime": [str(int(now.timestamp()))],
        "aws:principalaccount": [session.account_id],
        "aws:principalarn": [session.role_arn],
        "aws:principaltype": ["AssumedRole"],
        "aws:requestedregion": [ask.region],
        "aws:resourceaccount": [ask.account],
        "aws:securetransport": ["true"],
        "aws:userid": [session.user_id],
    }
    own = OF_SERVICE.get(need.action.partition(":")[0])
    return {**keys, **(own(ask) if own else {})}


def _of_dynamodb(ask: Ask) -> Keys:
    """dynamodb:LeadingKeys: the partition keys that a request names."""
    keys = [value for name, key in _named_keys(ask) for value in _leading(ask, name, key)]
    return {"dynamodb:leadingkeys": list(dict.fromkeys(keys))} if keys else {}


def _named_keys(ask: Ask) -> Iterator[tuple[str, Any]]:
    table = str(ask.value("TableName") or "")
    for name in ("Key", "Item"):
        if ask.value(name):
            yield table, ask.value(name)
    for requested, what in (ask.value("RequestItems") or {}).items():
        keys: Iterable[Any] = what["Keys"] if isinstance(what, dict) else map(_written, what)
        yield from ((requested, key) for key in keys)
    for entry in ask.value("TransactItems") or []:
        for item in entry.values():
            yield item["TableName"], item.get("Key") or item.get("Item")
    for value in (ask.value("ExpressionAttributeValues") or {}).values():
        if "KeyConditionExpression" in ask.parameters:
            yield table, {"": value}


def _written(request: dict[str, Any]) -> Any:
    put = request.get("PutRequest")
    return put["Item"] if put else request["DeleteRequest"]["Key"]


def _leading(ask: Ask, table: str, key: dict[str, Any]) -> Iterator[str]:
    known = dynamodb_backends[ask.account][ask.region].tables.get(table.rpartition("/")[2])
    value = key.get(known.hash_key_attr) if known else None
    for one in (value or key.get("") or {}).values():
        yield str(one)


def _of_iam(ask: Ask) -> Keys:
    """iam:PassedToService"""
    service = PASSED_TO.get(ask.service)
    return {"iam:passedtoservice": [f"{service}.amazonaws.com"]} if service else {}


def _of_states(ask: Ask) -> Keys:
    """states:StateMachineQualifier: .../step-functions/latest/dg/auth-version-alias.html"""
    parts = str(ask.value("stateMachineArn") or "").split(":")
    return {"states:statemachinequalifier": parts[7:8]} if len(parts) > 7 else {}


def _named(key: str, parameter: str) -> Callable[[Ask], Keys]:
    def keys(ask: Ask) -> Keys:
        value = ask.value(parameter)
        return {key: [str(value)]} if value is not None else {}

    return keys


def _of_sts(ask: Ask) -> Keys:
    """sts:ExternalId and sts:RoleSessionName"""
    return {
        **_named("sts:externalid", "ExternalId")(ask),
        **_named("sts:rolesessionname", "RoleSessionName")(ask),
    }


def _of_events(ask: Ask) -> Keys:
    """events:source and events:detail-type"""
    entries = ask.value("Entries") or []
    found = {
        "events:source": [e["Source"] for e in entries if "Source" in e],
        "events:detail-type": [e["DetailType"] for e in entries if "DetailType" in e],
    }
    return {key: values for key, values in found.items() if values}


OF_SERVICE: dict[str, Callable[[Ask], Keys]] = {
    "cloudwatch": _named("cloudwatch:namespace", "Namespace"),
    "dynamodb": _of_dynamodb,
    "events": _of_events,
    "iam": _of_iam,
    "s3": _named("s3:prefix", "prefix"),
    "ses": _named("ses:fromaddress", "Source"),
    "states": _of_states,
    "sts": _of_sts,
}
