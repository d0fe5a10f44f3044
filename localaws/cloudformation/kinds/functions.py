"""AWS::Lambda::*."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from localaws.cloudformation.kinds.kind import (
    Handler,
    Made,
    changed,
    tag_changes,
    tag_map,
    whole,
)
from localaws.cloudformation.records import Properties

# docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
# aws-properties-lambda-function-code.html
INLINE_FILE = {"python": "index.py", "nodejs": "index.js"}
# docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
CONFIGURATION: dict[str, Any] = {
    "Role": None,
    "Handler": None,
    "Runtime": None,
    "Description": "",
    "Timeout": 3,
    "MemorySize": 128,
    "Environment": {"Variables": {}},
    "DeadLetterConfig": {"TargetArn": ""},
    "TracingConfig": {"Mode": "PassThrough"},
    "EphemeralStorage": {"Size": 512},
    "Layers": [],
    "LoggingConfig": {"LogFormat": "Text"},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
}


class Function(Handler):
    name_property = "FunctionName"
    longest_name = 64
    attributes = ("Arn", "SnapStartResponse.ApplyOn", "SnapStartResponse.OptimizationStatus")

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call(
            "lambda",
            "create_function",
            {key: value for key, value in p.items() if key not in ("Code", "Tags")},
            FunctionName=name,
            Code=_code(p),
            Tags=tag_map(p) or None,
        )
        with whole(lambda: self.delete(name, p)):
            self._reserve(name, {}, p)
        return _function(name, made["FunctionArn"])

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        name = made.physical_id
        if changed(before, after, "Code", "Architectures"):
            code = _code(after)
            architectures = after.get("Architectures")
            self.api("lambda").update_function_code(
                FunctionName=name,
                **code,
                **({"Architectures": architectures} if architectures else {}),
            )
        if changed(before, after, *CONFIGURATION):
            given = {
                key: after.get(key, default)
                for key, default in CONFIGURATION.items()
                if key in after or key in before
            }
            self.api.call("lambda", "update_function_configuration", given, FunctionName=name)
        self._reserve(name, before, after)
        arn = made.attributes["Arn"]
        to_set, to_remove = tag_changes(before, after)
        if to_set:
            self.api("lambda").tag_resource(Resource=arn, Tags=to_set)
        if to_remove:
            self.api("lambda").untag_resource(Resource=arn, TagKeys=to_remove)
        return made

    def _reserve(self, name: str, before: Properties, after: Properties) -> None:
        key = "ReservedConcurrentExecutions"
        if not changed(before, after, key):
            return
        if key in after:
            self.api.call("lambda", "put_function_concurrency", after, FunctionName=name)
        else:
            self.api("lambda").delete_function_concurrency(FunctionName=name)

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("lambda").delete_function(FunctionName=physical_id)


def _function(name: str, arn: str) -> Made:
    snap_start = {"ApplyOn": "None", "OptimizationStatus": "Off"}
    off = {f"SnapStartResponse.{key}": value for key, value in snap_start.items()}
    return Made(name, {"Arn": arn, **off})


def _code(p: Properties) -> dict[str, Any]:
    code = dict(p["Code"])
    if "ZipFile" in code:
        runtime = str(p.get("Runtime", "python")).rstrip("0123456789.x")
        code["ZipFile"] = _zip(INLINE_FILE.get(runtime, "index.py"), str(code["ZipFile"]))
    known = ("ZipFile", "S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri")
    return {key: code[key] for key in known if key in code}


def _zip(name: str, text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


class Version(Handler):
    attributes = ("Version", "FunctionArn")

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call("lambda", "publish_version", p)
        arn = made["FunctionArn"]
        if not arn.endswith(f":{made['Version']}"):
            arn = f"{arn}:{made['Version']}"
        return Made(arn, {"Version": made["Version"], "FunctionArn": arn})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        function, _, version = physical_id.rpartition(":")
        self.api("lambda").delete_function(FunctionName=function, Qualifier=version)


class Alias(Handler):
    attributes = ("AliasArn",)

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call("lambda", "create_alias", p, RoutingConfig=_weights(p))
        return Made(made["AliasArn"], {"AliasArn": made["AliasArn"]})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        self.api.call(
            "lambda",
            "update_alias",
            {"Description": "", **after},
            RoutingConfig=_weights(after) or {"AdditionalVersionWeights": {}},
        )
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api.call("lambda", "delete_alias", p)


def _weights(p: Properties) -> dict[str, Any] | None:
    listed = (p.get("RoutingConfig") or {}).get("AdditionalVersionWeights")
    if not listed:
        return None
    weights = {str(one["FunctionVersion"]): float(one["FunctionWeight"]) for one in listed}
    return {"AdditionalVersionWeights": weights}


class Permission(Handler):
    name_property = "Id"  # it has none; CloudFormation makes one up
    longest_name = 100
    attributes = ("Id",)

    def create(self, name: str, p: Properties) -> Made:
        self.api.call("lambda", "add_permission", p, StatementId=name)
        return Made(name, {"Id": name})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api.call("lambda", "remove_permission", p, StatementId=physical_id)


# docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
MAPPING: dict[str, Any] = {
    "Enabled": True,
    "BatchSize": 10,
    "MaximumBatchingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
    "FilterCriteria": {},
    "ScalingConfig": {},
}


class EventSourceMapping(Handler):
    attributes = ("Id", "EventSourceMappingArn")

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call("lambda", "create_event_source_mapping", p, Tags=tag_map(p) or None)
        arn = made.get("EventSourceMappingArn") or (
            f"arn:aws:lambda:{self.api.region}:{self.api.account}:event-source-mapping:"
            + made["UUID"]
        )
        return Made(made["UUID"], {"Id": made["UUID"], "EventSourceMappingArn": arn})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        removed = {k: v for k, v in MAPPING.items() if k in before and k not in after}
        self.api.call(
            "lambda", "update_event_source_mapping", {**removed, **after}, UUID=made.physical_id
        )
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("lambda").delete_event_source_mapping(UUID=physical_id)


class EventInvokeConfig(Handler):
    def create(self, name: str, p: Properties) -> Made:
        self.api.call("lambda", "put_function_event_invoke_config", p)
        return Made(f"{p['FunctionName']}|{p['Qualifier']}")

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        self.api.call("lambda", "put_function_event_invoke_config", after)
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api.call("lambda", "delete_function_event_invoke_config", p)


KINDS: dict[str, type[Handler]] = {
    "AWS::Lambda::Function": Function,
    "AWS::Lambda::Version": Version,
    "AWS::Lambda::Alias": Alias,
    "AWS::Lambda::Permission": Permission,
    "AWS::Lambda::EventSourceMapping": EventSourceMapping,
    "AWS::Lambda::EventInvokeConfig": EventInvokeConfig,
}
