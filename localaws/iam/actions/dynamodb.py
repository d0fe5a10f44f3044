"""DynamoDB.

docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from __future__ import annotations

import re

from localaws.iam.actions.needs import Ask, Need, Rule, Rules, at, own

TABLE = at("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
TABLES = at("arn:aws:dynamodb:{region}:{account}:table/*")
# .../amazondynamodb/latest/developerguide/ql-iam.html
PARTIQL = {
    "select": "PartiQLSelect",
    "insert": "PartiQLInsert",
    "update": "PartiQLUpdate",
    "delete": "PartiQLDelete",
}
WRITES = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
STATEMENT = re.compile(
    r"\s*(?P<verb>\w+)\b(?:.*?\b(?:FROM|INTO|UPDATE))?\s+(?P<table>\"[^\"]+\"|[\w.-]+)"
    r"(?:\.(?P<index>\"[^\"]+\"|[\w-]+))?",
    re.IGNORECASE | re.DOTALL,
)


def _table(ask: Ask, name: str) -> str:
    if name.startswith("arn:"):
        return name
    return f"arn:aws:dynamodb:{ask.region}:{ask.account}:table/{name}"


def _read(action: str) -> Rule:
    """A read goes to the table, or to one of its indexes."""

    def rule(ask: Ask) -> list[Need]:
        index = ask.value("IndexName")
        return [Need(action, TABLE(ask) + (f"/index/{index}" if index else ""))]

    return rule


def _batch(action: str) -> Rule:
    """Each table of a batch."""

    def rule(ask: Ask) -> list[Need]:
        return [Need(action, _table(ask, name)) for name in ask.value("RequestItems") or {}]

    return rule


def _transaction(kinds: dict[str, str]) -> Rule:
    """A transaction has no action of its own: each item needs what it would need alone."""

    def rule(ask: Ask) -> list[Need]:
        found = [
            Need(f"dynamodb:{kinds[kind]}", _table(ask, item["TableName"]))
            for entry in ask.value("TransactItems") or []
            for kind, item in entry.items()
        ]
        return list(dict.fromkeys(found))

    return rule


def _statements(ask: Ask) -> list[Need]:
    single = ask.value("Statement")
    many = ask.value("Statements") or ask.value("TransactStatements") or []
    texts = [single] if single else [one["Statement"] for one in many]
    return list(dict.fromkeys(_statement(ask, text) for text in texts))


def _statement(ask: Ask, text: str) -> Need:
    found = STATEMENT.match(text)
    verb = found["verb"].lower() if found else ""
    if found is None or verb not in PARTIQL:
        return Need("dynamodb:PartiQLSelect", TABLES(ask))
    table = _table(ask, found["table"].strip('"'))
    index = f"/index/{found['index'].strip(chr(34))}" if found["index"] else ""
    return Need(f"dynamodb:{PARTIQL[verb]}", table + index)


RULES: Rules = {
    **own(
        "dynamodb",
        TABLE,
        "CreateTable DeleteItem DeleteTable DescribeContinuousBackups DescribeTable"
        " DescribeTimeToLive GetItem PutItem UpdateContinuousBackups UpdateItem UpdateTable"
        " UpdateTimeToLive",
    ),
    **own("dynamodb", TABLES, "DescribeLimits ListTables"),
    **own(
        "dynamodb",
        at("{ResourceArn}"),
        "ListTagsOfResource TagResource UntagResource",
    ),
    "Query": _read("dynamodb:Query"),
    "Scan": _read("dynamodb:Scan"),
    "BatchGetItem": _batch("dynamodb:BatchGetItem"),
    "BatchWriteItem": _batch("dynamodb:BatchWriteItem"),
    "TransactGetItems": _transaction({"Get": "GetItem"}),
    "TransactWriteItems": _transaction(WRITES),
    "ExecuteStatement": _statements,
    "BatchExecuteStatement": _statements,
    "ExecuteTransaction": _statements,
}
