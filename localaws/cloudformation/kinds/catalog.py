"""Which handler makes resources of which type."""

from __future__ import annotations

from localaws.cloudformation import schemas
from localaws.cloudformation.kinds import (
    apis,
    email,
    eventing,
    functions,
    machines,
    messaging,
    monitoring,
    motokinds,
    roles,
    storage,
    tables,
)
from localaws.cloudformation.kinds.kind import Api, Handler, Made
from localaws.cloudformation.records import Properties


class WaitConditionHandle(Handler):
    """An address that nobody calls here."""

    name_property = "Id"  # it has none; CloudFormation makes one up

    def create(self, name: str, p: Properties) -> Made:
        address = f"https://cloudformation-waitcondition-{self.api.region}.s3.amazonaws.com/{name}"
        return Made(address)

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        pass


KINDS: dict[str, type[Handler]] = {
    "AWS::CloudFormation::WaitConditionHandle": WaitConditionHandle,
    **functions.KINDS,
    **machines.KINDS,
    **messaging.KINDS,
    **storage.KINDS,
    **tables.KINDS,
    **roles.KINDS,
    **apis.KINDS,
    **eventing.KINDS,
    **monitoring.KINDS,
    **email.KINDS,
}


class Catalog:
    """The resource types of one region."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._handlers: dict[str, Handler] = {}

    def knows(self, type_name: str) -> bool:
        return type_name in KINDS or motokinds.known(type_name)

    def handler(self, type_name: str) -> Handler:
        if type_name not in self._handlers:
            kind = KINDS.get(type_name)
            made = kind(self.api) if kind else motokinds.MotoHandler(self.api, type_name)
            self._handlers[type_name] = made
        return self._handlers[type_name]

    def has_attribute(self, type_name: str, name: str) -> bool:
        if not self.knows(type_name):
            return False
        handler = self.handler(type_name)
        if isinstance(handler, motokinds.MotoHandler):
            return handler.has_attribute(name)
        return name in handler.attributes

    def replaced_by(self, type_name: str, before: Properties, after: Properties) -> list[str]:
        """Properties that differ and whose change replaces a resource."""
        schema = schemas.of(type_name)
        by_schema = schema.replaced_by(before, after) if schema else []
        by_handler = self.handler(type_name).is_replaced_by(before, after)
        return list(dict.fromkeys([*by_schema, *by_handler]))
