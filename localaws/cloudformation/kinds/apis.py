"""AWS::ApiGateway::* and AWS::ApiGatewayV2::*."""

from __future__ import annotations

import json
from typing import Any

from moto.apigateway.models import apigateway_backends

from localaws.cloudformation.kinds.kind import Handler, Made, changed, tag_map, text, whole
from localaws.cloudformation.records import Properties


class RestApi(Handler):
    attributes = ("RestApiId", "RootResourceId")

    def create(self, name: str, p: Properties) -> Made:
        body = _body(p)
        title = p.get("Name") or (body or {}).get("info", {}).get("title")
        made = self.api.call(
            "apigateway",
            "create_rest_api",
            {key: value for key, value in p.items() if key not in ("Body", "Tags", "Mode")},
            name=text(title or name),
            tags=tag_map(p) or None,
        )
        with whole(lambda: self.delete(made["id"], p)):
            self._import(made["id"], p, body)
        return self._described(made["id"])

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        if changed(before, after, "Body"):
            self._import(made.physical_id, after, _body(after))
        changes = []
        if changed(before, after, "Name") and "Name" in after:
            changes.append(("/name", text(after["Name"])))
        if changed(before, after, "Description"):
            changes.append(("/description", text(after.get("Description", ""))))
        if changes:
            self.api("apigateway").update_rest_api(
                restApiId=made.physical_id, patchOperations=_replaced(changes)
            )
        return self._described(made.physical_id)

    def _import(self, api_id: str, p: Properties, body: dict[str, Any] | None) -> None:
        if body is None:
            return
        # moto knows OpenAPI 3 alone, and wants a description.
        body = {"openapi": "3.0.1", **body}
        body.pop("swagger", None)
        title = text(p.get("Name") or body.get("info", {}).get("title", ""))
        described = {"description": text(p.get("Description", "")), **body.get("info", {})}
        body["info"] = {**described, "title": title}
        self.api("apigateway").put_rest_api(
            restApiId=api_id, mode="overwrite", body=json.dumps(body).encode()
        )

    def _described(self, api_id: str) -> Made:
        root = apigateway_backends[self.api.account][self.api.region].get_rest_api(api_id)
        found = [one.id for one in root.resources.values() if one.path_part == "/"]
        return Made(api_id, {"RestApiId": api_id, "RootResourceId": found[0]})

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("apigateway").delete_rest_api(restApiId=physical_id)


def _body(p: Properties) -> dict[str, Any] | None:
    body = p.get("Body")
    if isinstance(body, str):
        body = json.loads(body)
    return dict(body) if body else None


def _replaced(changes: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"op": "replace", "path": path, "value": value} for path, value in changes]


class Resource(Handler):
    attributes = ("ResourceId",)

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call("apigateway", "create_resource", p)
        return Made(made["id"], {"ResourceId": made["id"]})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("apigateway").delete_resource(restApiId=p["RestApiId"], resourceId=physical_id)


class Method(Handler):
    def create(self, name: str, p: Properties) -> Made:
        self._put(p)
        return Made(f"{p['RestApiId']}|{p['ResourceId']}|{p['HttpMethod']}")

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        self._put(after)
        return made

    def _put(self, p: Properties) -> None:
        given = {"AuthorizationType": "NONE", **p}
        self.api.call("apigateway", "put_method", given)
        for one in p.get("MethodResponses", []):
            self.api.call("apigateway", "put_method_response", {**p, **one})
        if "Integration" in p:
            self._integrate(p, p["Integration"])

    def _integrate(self, p: Properties, integration: Properties) -> None:
        place = {key: p[key] for key in ("RestApiId", "ResourceId", "HttpMethod")}
        self.api.call(
            "apigateway",
            "put_integration",
            {**integration, **place},
            integrationHttpMethod=integration.get("IntegrationHttpMethod"),
        )
        for one in integration.get("IntegrationResponses", []):
            self.api.call("apigateway", "put_integration_response", {**place, **one})

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api.call("apigateway", "delete_method", p)


class Deployment(Handler):
    attributes = ("DeploymentId",)

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call(
            "apigateway",
            "create_deployment",
            {key: value for key, value in p.items() if key != "StageDescription"},
        )
        return Made(made["id"], {"DeploymentId": made["id"]})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("apigateway").delete_deployment(restApiId=p["RestApiId"], deploymentId=physical_id)


class Stage(Handler):
    name_property = "StageName"
    longest_name = 128

    def create(self, name: str, p: Properties) -> Made:
        self.api.call(
            "apigateway",
            "create_stage",
            {key: value for key, value in p.items() if key != "Tags"},
            stageName=name,
            tags=tag_map(p) or None,
        )
        self._serve(name, p)
        return Made(name)

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        changes = []
        if changed(before, after, "DeploymentId") and "DeploymentId" in after:
            changes.append(("/deploymentId", text(after["DeploymentId"])))
        if changed(before, after, "Description"):
            changes.append(("/description", text(after.get("Description", ""))))
        listed = _replaced(changes)
        old, new = before.get("Variables", {}), after.get("Variables", {})
        set_anew = [(f"/variables/{k}", text(v)) for k, v in new.items() if old.get(k) != v]
        listed += _replaced(set_anew)
        listed += [{"op": "remove", "path": f"/variables/{k}"} for k in old if k not in new]
        if listed:
            self.api("apigateway").update_stage(
                restApiId=after["RestApiId"], stageName=made.physical_id, patchOperations=listed
            )
        self._serve(made.physical_id, after)
        return made

    def _serve(self, stage: str, p: Properties) -> None:
        """moto answers the paths of a stage only once it is told of them."""
        backend = apigateway_backends[self.api.account][self.api.region]
        backend.get_rest_api(p["RestApiId"]).update_integration_mocks(stage)

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("apigateway").delete_stage(restApiId=p["RestApiId"], stageName=physical_id)


class HttpApi(Handler):
    attributes = ("ApiId", "ApiEndpoint")

    def create(self, name: str, p: Properties) -> Made:
        client = self.api("apigatewayv2")
        body = _body(p)
        if body is None:
            given = {key: value for key, value in p.items() if key != "Tags"}
            made = self.api.call("apigatewayv2", "create_api", given, Tags=tag_map(p) or None)
        else:
            # ImportApi is missing in moto; what it does is to create an API and import into it.
            title = text(p.get("Name") or body.get("info", {}).get("title", name))
            made = client.create_api(Name=title, ProtocolType="HTTP", Tags=tag_map(p))
            client.reimport_api(ApiId=made["ApiId"], Body=json.dumps(body))
        api_id = made["ApiId"]
        endpoint = f"https://{api_id}.execute-api.{self.api.region}.amazonaws.com"
        return Made(api_id, {"ApiId": api_id, "ApiEndpoint": endpoint})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        client = self.api("apigatewayv2")
        body = _body(after)
        if body is not None and changed(before, after, "Body"):
            client.reimport_api(ApiId=made.physical_id, Body=json.dumps(body))
        names = ("Name", "Description", "CorsConfiguration", "DisableExecuteApiEndpoint")
        if changed(before, after, *names):
            given = {key: after[key] for key in names if key in after}
            self.api.call("apigatewayv2", "update_api", given, ApiId=made.physical_id)
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("apigatewayv2").delete_api(ApiId=physical_id)


class _OfAnApi(Handler):
    """A part of an HTTP API: its own operations create, update and delete it."""

    part = ""
    key = ""  # the member that holds its id

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call("apigatewayv2", f"create_{self.part}", p)
        return self._made(made)

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        changed_part = {self.key: made.physical_id}
        answer = self.api.call("apigatewayv2", f"update_{self.part}", after, **changed_part)
        return self._made(answer)

    def _made(self, answer: dict[str, Any]) -> Made:
        part_id = answer[self.key]
        return Made(part_id, {self.key: part_id} if self.attributes else {})

    def delete(self, physical_id: str, p: Properties) -> None:
        delete = getattr(self.api("apigatewayv2"), f"delete_{self.part}")
        delete(**{"ApiId": p["ApiId"], self.key: physical_id})


class HttpStage(_OfAnApi):
    part, key = "stage", "StageName"

    def create(self, name: str, p: Properties) -> Made:
        given = {key: value for key, value in p.items() if key not in ("Tags", "RouteSettings")}
        self.api.call("apigatewayv2", "create_stage", given, Tags=tag_map(p) or None)
        return Made(str(p["StageName"]))


class Route(_OfAnApi):
    part, key, attributes = "route", "RouteId", ("RouteId",)


class Integration(_OfAnApi):
    part, key, attributes = "integration", "IntegrationId", ("IntegrationId",)


KINDS: dict[str, type[Handler]] = {
    "AWS::ApiGateway::RestApi": RestApi,
    "AWS::ApiGateway::Resource": Resource,
    "AWS::ApiGateway::Method": Method,
    "AWS::ApiGateway::Deployment": Deployment,
    "AWS::ApiGateway::Stage": Stage,
    "AWS::ApiGatewayV2::Api": HttpApi,
    "AWS::ApiGatewayV2::Stage": HttpStage,
    "AWS::ApiGatewayV2::Route": Route,
    "AWS::ApiGatewayV2::Integration": Integration,
}
