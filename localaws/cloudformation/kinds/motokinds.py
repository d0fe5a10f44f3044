"""Types that moto makes itself, and which no lesson needs: left to moto's own models."""

from __future__ import annotations

from typing import Any

import moto.cloudformation.parsing as parsing
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

from localaws.cloudformation.kinds.kind import Api, Handler, Made
from localaws.cloudformation.records import Properties

OURS_ALONE = ("AWS::CloudFormation::Stack", "AWS::CloudFormation::CustomResource")


class MotoHandler(Handler):
    """Asks the model that moto has for a type."""

    def __init__(self, api: Api, type_name: str) -> None:
        super().__init__(api)
        self._type = type_name
        self._model = parsing.get_model_map()[type_name]
        self.name_property = parsing.get_name_type_map()[type_name] or ""
        self._instances: dict[str, Any] = {}

    def has_attribute(self, name: str) -> bool:
        return bool(self._model.has_cfn_attr(name))

    def create(self, name: str, p: Properties) -> Made:
        return self._made(
            self._model.create_from_cloudformation_json(
                name, self._as_moto(p), self.api.account, self.api.region, LogicalId="", StackId=""
            )
        )

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        name = after.get(self.name_property, made.physical_id)
        changed = self._model.update_from_cloudformation_json(
            original_resource=self._instances[made.physical_id],
            new_resource_name=name,
            cloudformation_json=self._as_moto(after),
            account_id=self.api.account,
            region_name=self.api.region,
        )
        return made if changed is None else self._made(changed)

    def delete(self, physical_id: str, p: Properties) -> None:
        self._model.delete_from_cloudformation_json(
            physical_id, self._as_moto(p), self.api.account, self.api.region
        )

    def _as_moto(self, p: Properties) -> dict[str, Any]:
        return {"Type": self._type, "Properties": p}

    def _made(self, instance: Any) -> Made:
        physical_id = str(instance.physical_resource_id)
        self._instances[physical_id] = instance
        return Made(physical_id, _Attributes(instance))


class _Attributes(dict[str, Any]):
    """Attributes, asked for one at a time: moto cannot list them."""

    def __init__(self, instance: Any) -> None:
        super().__init__()
        self._instance = instance

    def __missing__(self, name: str) -> Any:
        try:
            return self._instance.get_cfn_attribute(name)
        except (UnformattedGetAttTemplateException, NotImplementedError) as error:
            raise KeyError(name) from error


def known(type_name: str) -> bool:
    return type_name in parsing.get_model_map() and type_name not in OURS_ALONE
