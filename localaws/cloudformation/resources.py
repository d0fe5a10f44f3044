"""CloudFormation resource types that moto lacks or builds only in part.

moto finds a type by looking through the direct subclasses of `CloudFormationModel`, the last one
defined winning, so that defining a class here is enough to register it. A class needs a module
name with a dot for moto's metaclass, which every module of this package has.

The attributes that `Fn::GetAtt` returns are those of the AWS CloudFormation Template Reference.
"""

from __future__ import annotations

import json
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends
from moto.stepfunctions.parser.models import stepfunctions_parser_backends
from moto.stepfunctions.utils import cfn_to_api_tags

Properties = dict[str, Any]


class Kept:
    """A resource that a service's backend keeps; CloudFormation knows its physical id alone."""

    def __init__(self, physical_id: str, attributes: dict[str, str] | None = None) -> None:
        self.physical_id = physical_id
        self.attributes = attributes or {}

    @property
    def physical_resource_id(self) -> str:
        return self.physical_id

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in ("Arn", "Name")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return self.attributes[attribute_name]


class Alarm(Kept, CloudFormationModel):
    """AWS::CloudWatch::Alarm: missing in moto."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::CloudWatch::Alarm"

    @staticmethod
    def cloudformation_name_type() -> str:
        return "AlarmName"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> Alarm:
        p: Properties = cloudformation_json["Properties"]
        alarm = cloudwatch_backends[account_id][region_name].put_metric_alarm(
            name=resource_name,
            namespace=p.get("Namespace"),
            metric_name=p.get("MetricName"),
            comparison_operator=p["ComparisonOperator"],
            evaluation_periods=int(p["EvaluationPeriods"]),
            datapoints_to_alarm=p.get("DatapointsToAlarm"),
            period=int(p.get("Period", 60)),
            threshold=float(p.get("Threshold", 0)),
            statistic=p.get("Statistic"),
            description=p.get("AlarmDescription", ""),
            dimensions=p.get("Dimensions", []),
            alarm_actions=p.get("AlarmActions", []),
            ok_actions=p.get("OKActions", []),
            treat_missing_data=p.get("TreatMissingData"),
        )
        return cls(resource_name, {"Arn": alarm.alarm_arn})

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Alarm:
        name = cloudformation_json["Properties"].get("AlarmName", original_resource.physical_id)
        if name != original_resource.physical_id:
            cls.delete_from_cloudformation_json(
                original_resource.physical_id, cloudformation_json, account_id, region_name
            )
        return cls.create_from_cloudformation_json(
            name, cloudformation_json, account_id, region_name
        )

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        cloudwatch_backends[account_id][region_name].delete_alarms([resource_name])


class MetricFilter(Kept, CloudFormationModel):
    """AWS::Logs::MetricFilter: missing in moto."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Logs::MetricFilter"

    @staticmethod
    def cloudformation_name_type() -> str:
        return "FilterName"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> MetricFilter:
        p: Properties = cloudformation_json["Properties"]
        transformations = [
            {key[0].lower() + key[1:]: str(value) for key, value in one.items()}
            for one in p["MetricTransformations"]
        ]
        logs_backends[account_id][region_name].put_metric_filter(
            resource_name, p["FilterPattern"], p["LogGroupName"], transformations
        )
        return cls(resource_name)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> MetricFilter:
        return cls.create_from_cloudformation_json(
            original_resource.physical_id, cloudformation_json, account_id, region_name
        )

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        logs_backends[account_id][region_name].delete_metric_filter(
            resource_name, cloudformation_json["Properties"]["LogGroupName"]
        )


class StateMachine(Kept, CloudFormationModel):
    """AWS::StepFunctions::StateMachine, on the backend that runs executions.

    moto's own goes to the backend that runs none, ignores DefinitionSubstitutions,
    DefinitionS3Location, LoggingConfiguration and StateMachineType, has no attribute Arn, and
    looks for the name under "StateMachine" (stepfunctions/models.py:254, 271, 291).
    """

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::StepFunctions::StateMachine"

    @staticmethod
    def cloudformation_name_type() -> str:
        return "StateMachineName"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> StateMachine:
        p: Properties = cloudformation_json["Properties"]
        machine = stepfunctions_parser_backends[account_id][region_name].create_state_machine(
            name=resource_name,
            definition=_definition(p, account_id),
            roleArn=p["RoleArn"],
            tags=cfn_to_api_tags(p.get("Tags", [])),
            loggingConfiguration=_api_keys(p.get("LoggingConfiguration")),
            tracingConfiguration=_api_keys(p.get("TracingConfiguration")),
            sm_type=p.get("StateMachineType", "STANDARD"),
        )
        return cls(machine.arn, {"Arn": machine.arn, "Name": machine.name})

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> StateMachine:
        p: Properties = cloudformation_json["Properties"]
        backend = stepfunctions_parser_backends[account_id][region_name]
        old_name = original_resource.attributes["Name"]
        if p.get("StateMachineName", old_name) != old_name:
            replacement = cls.create_from_cloudformation_json(
                new_resource_name, cloudformation_json, account_id, region_name
            )
            backend.delete_state_machine(original_resource.physical_id)
            return replacement
        backend.update_state_machine(
            original_resource.physical_id,
            definition=_definition(p, account_id),
            role_arn=p["RoleArn"],
            logging_configuration=_api_keys(p.get("LoggingConfiguration")),
        )
        return cls(original_resource.physical_id, original_resource.attributes)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        stepfunctions_parser_backends[account_id][region_name].delete_state_machine(resource_name)


def _definition(p: Properties, account_id: str) -> str:
    """The definition's text with its substitutions made."""
    if "DefinitionS3Location" in p:
        location = p["DefinitionS3Location"]
        stored = s3_backends[account_id]["aws"].get_object(location["Bucket"], location["Key"])
        text = stored.value.decode("utf-8")
    elif "DefinitionString" in p:
        text = p["DefinitionString"]
    else:
        text = json.dumps(p["Definition"], indent=2)
    for name, value in (p.get("DefinitionSubstitutions") or {}).items():
        text = text.replace("${" + name + "}", str(value))
    return str(text)


def _api_keys(value: Any) -> Any:
    """CloudFormation's names begin with a capital where those of the service's API do not."""
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _api_keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_api_keys(item) for item in value]
    if value in ("true", "false"):
        return value == "true"
    return value
