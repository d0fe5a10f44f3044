"""CloudFormation resource types of API Gateway that moto lacks or builds only in part."""

from __future__ import annotations

from typing import Any

from moto.apigateway.models import RestAPI, apigateway_backends
from moto.core.common_models import CloudFormationModel

from localaws.cloudformation.resources import Kept, Properties


class RestApi(RestAPI, CloudFormationModel):
    """AWS::ApiGateway::RestApi: moto wants a Name and ignores the Body (models.py:1165)."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::ApiGateway::RestApi"

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Name"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> RestAPI:
        p: Properties = cloudformation_json["Properties"]
        backend = apigateway_backends[account_id][region_name]
        api = backend.create_rest_api(
            name=resource_name,
            description=p.get("Description", ""),
            endpoint_configuration=p.get("EndpointConfiguration"),
        )
        return _with_body(api, p, account_id, region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> RestAPI:
        return _with_body(
            original_resource, cloudformation_json["Properties"], account_id, region_name
        )

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        apigateway_backends[account_id][region_name].delete_rest_api(resource_name)


def _with_body(api: RestAPI, p: Properties, account_id: str, region_name: str) -> RestAPI:
    if p.get("Body"):
        body = {**p["Body"], "openapi": "3.0.1"}
        body.setdefault("info", {}).setdefault("description", p.get("Description", ""))
        body.pop("swagger", None)
        apigateway_backends[account_id][region_name].put_rest_api(
            api.id, body, mode="overwrite", fail_on_warnings=False
        )
        api.name = p.get("Name", api.name)
    return api


class Stage(Kept, CloudFormationModel):
    """AWS::ApiGateway::Stage: missing in moto."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::ApiGateway::Stage"

    @staticmethod
    def cloudformation_name_type() -> str:
        return "StageName"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> Stage:
        p: Properties = cloudformation_json["Properties"]
        backend = apigateway_backends[account_id][region_name]
        backend.create_stage(
            p["RestApiId"],
            resource_name,
            p["DeploymentId"],
            variables=p.get("Variables"),
            description=p.get("Description", ""),
        )
        backend.get_rest_api(p["RestApiId"]).update_integration_mocks(resource_name)
        return cls(resource_name)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Stage:
        p: Properties = cloudformation_json["Properties"]
        backend = apigateway_backends[account_id][region_name]
        stage = backend.get_stage(p["RestApiId"], original_resource.physical_id)
        stage.deployment_id = p["DeploymentId"]
        backend.get_rest_api(p["RestApiId"]).update_integration_mocks(stage.name)
        return cls(original_resource.physical_id)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        apigateway_backends[account_id][region_name].delete_stage(
            cloudformation_json["Properties"]["RestApiId"], resource_name
        )
