"""AWS::StepFunctions::*."""

from __future__ import annotations

import json
from typing import Any

from localaws.cloudformation.kinds.kind import Handler, Made, changed, tag_changes, tags, text
from localaws.cloudformation.records import Properties

LOGGING_OFF = {"Level": "OFF", "IncludeExecutionData": False, "Destinations": []}
DEFINITION = ("Definition", "DefinitionString", "DefinitionS3Location", "DefinitionSubstitutions")


class StateMachine(Handler):
    name_property = "StateMachineName"
    longest_name = 80
    attributes = ("Arn", "Name", "StateMachineRevisionId")

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call(
            "stepfunctions",
            "create_state_machine",
            {key: value for key, value in p.items() if key != "Tags"},
            name=name,
            definition=self._definition(p),
            type=p.get("StateMachineType"),
            tags=tags(p, "key", "value") or None,
        )
        return self._described(made["stateMachineArn"])

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        arn = made.physical_id
        if changed(before, after, *DEFINITION, "RoleArn", "LoggingConfiguration") or changed(
            before, after, "TracingConfiguration"
        ):
            defaults = {
                "LoggingConfiguration": LOGGING_OFF,
                "TracingConfiguration": {"Enabled": False},
            }
            given = {**{k: v for k, v in defaults.items() if k in before}, **after}
            self.api.call(
                "stepfunctions",
                "update_state_machine",
                {key: value for key, value in given.items() if key not in DEFINITION},
                stateMachineArn=arn,
                definition=self._definition(after),
            )
        to_set, to_remove = tag_changes(before, after)
        if to_set:
            listed = [{"key": key, "value": value} for key, value in to_set.items()]
            self.api("stepfunctions").tag_resource(resourceArn=arn, tags=listed)
        if to_remove:
            self.api("stepfunctions").untag_resource(resourceArn=arn, tagKeys=to_remove)
        return self._described(arn)

    def _described(self, arn: str) -> Made:
        machine = self.api("stepfunctions").describe_state_machine(stateMachineArn=arn)
        revision = machine.get("revisionId", "INITIAL")
        return Made(arn, {"Arn": arn, "Name": machine["name"], "StateMachineRevisionId": revision})

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("stepfunctions").delete_state_machine(stateMachineArn=physical_id)

    def _definition(self, p: Properties) -> str:
        """The definition's text with its substitutions made."""
        if "DefinitionS3Location" in p:
            location = p["DefinitionS3Location"]
            stored = self.api("s3").get_object(Bucket=location["Bucket"], Key=location["Key"])
            definition = stored["Body"].read().decode("utf-8")
        elif "DefinitionString" in p:
            definition = text(p["DefinitionString"])
        else:
            definition = json.dumps(p.get("Definition", {}), indent=2)
        for name, value in (p.get("DefinitionSubstitutions") or {}).items():
            definition = definition.replace("${" + name + "}", text(value))
        return str(definition)


class StateMachineVersion(Handler):
    attributes = ("Arn",)

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call(
            "stepfunctions",
            "publish_state_machine_version",
            p,
            revisionId=p.get("StateMachineRevisionId"),
        )
        arn = made["stateMachineVersionArn"]
        return Made(arn, {"Arn": arn})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("stepfunctions").delete_state_machine_version(stateMachineVersionArn=physical_id)


class StateMachineAlias(Handler):
    name_property = "Name"
    longest_name = 80
    attributes = ("Arn",)

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call(
            "stepfunctions",
            "create_state_machine_alias",
            {key: value for key, value in p.items() if key == "Description"},
            name=name,
            routingConfiguration=_routing(p),
        )
        arn = made["stateMachineAliasArn"]
        return Made(arn, {"Arn": arn})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        self.api("stepfunctions").update_state_machine_alias(
            stateMachineAliasArn=made.physical_id,
            description=text(after.get("Description", "")),
            routingConfiguration=_routing(after),
        )
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("stepfunctions").delete_state_machine_alias(stateMachineAliasArn=physical_id)


def _routing(p: Properties) -> list[dict[str, Any]]:
    """Where an alias leads; a gradual deployment is at its end at once."""
    if "DeploymentPreference" in p:
        version = p["DeploymentPreference"]["StateMachineVersionArn"]
        return [{"stateMachineVersionArn": version, "weight": 100}]
    return [
        {"stateMachineVersionArn": one["StateMachineVersionArn"], "weight": int(one["Weight"])}
        for one in p.get("RoutingConfiguration", [])
    ]


class Activity(Handler):
    name_property = "Name"
    longest_name = 80
    attributes = ("Arn", "Name")

    def create(self, name: str, p: Properties) -> Made:
        given = tags(p, "key", "value")
        made = self.api("stepfunctions").create_activity(
            name=name, **({"tags": given} if given else {})
        )
        return Made(made["activityArn"], {"Arn": made["activityArn"], "Name": name})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        to_set, to_remove = tag_changes(before, after)
        client, arn = self.api("stepfunctions"), made.physical_id
        if to_set:
            listed = [{"key": key, "value": value} for key, value in to_set.items()]
            client.tag_resource(resourceArn=arn, tags=listed)
        if to_remove:
            client.untag_resource(resourceArn=arn, tagKeys=to_remove)
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("stepfunctions").delete_activity(activityArn=physical_id)


KINDS: dict[str, type[Handler]] = {
    "AWS::StepFunctions::StateMachine": StateMachine,
    "AWS::StepFunctions::StateMachineVersion": StateMachineVersion,
    "AWS::StepFunctions::StateMachineAlias": StateMachineAlias,
    "AWS::StepFunctions::Activity": Activity,
}
