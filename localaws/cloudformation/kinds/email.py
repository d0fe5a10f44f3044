"""AWS::SES::*."""

from __future__ import annotations

from typing import Any

from localaws.cloudformation.kinds.kind import Handler, Made, text
from localaws.cloudformation.records import Properties


class EmailIdentity(Handler):
    name_property = "EmailIdentity"

    def create(self, name: str, p: Properties) -> Made:
        self.api.call("sesv2", "create_email_identity", p)
        return Made(name)

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("sesv2").delete_email_identity(EmailIdentity=physical_id)


class Template(Handler):
    """Its parts are called otherwise in a template of CloudFormation than in the API."""

    name_property = "TemplateName"  # a level below; CloudFormation makes one up where it is not
    longest_name = 64
    attributes = ("Id",)

    def create(self, name: str, p: Properties) -> Made:
        name = str(_part(p, "TemplateName") or name)
        self.api("sesv2").create_email_template(TemplateName=name, TemplateContent=_content(p))
        return Made(name, {"Id": name})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        name = made.physical_id
        self.api("sesv2").update_email_template(TemplateName=name, TemplateContent=_content(after))
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("sesv2").delete_email_template(TemplateName=physical_id)


def _part(p: Properties, name: str) -> Any:
    return p.get("Template", {}).get(name)


def _content(p: Properties) -> dict[str, str]:
    parts = {name: _part(p, f"{name}Part") for name in ("Subject", "Text", "Html")}
    return {name: str(text) for name, text in parts.items() if text}


class ConfigurationSet(Handler):
    name_property = "Name"
    longest_name = 64

    def create(self, name: str, p: Properties) -> Made:
        self.api.call("sesv2", "create_configuration_set", p, ConfigurationSetName=name)
        return Made(name)

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("sesv2").delete_configuration_set(ConfigurationSetName=physical_id)


class EventDestination(Handler):
    name_property = "Id"  # its name is the destination's, a level below
    attributes = ("Id",)

    def create(self, name: str, p: Properties) -> Made:
        name = str(p["EventDestination"].get("Name") or name)
        self.api("sesv2").create_configuration_set_event_destination(
            ConfigurationSetName=p["ConfigurationSetName"],
            EventDestinationName=name,
            EventDestination=_destination(p),
        )
        return Made(name, {"Id": name})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        self.api("sesv2").update_configuration_set_event_destination(
            ConfigurationSetName=after["ConfigurationSetName"],
            EventDestinationName=made.physical_id,
            EventDestination=_destination(after),
        )
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("sesv2").delete_configuration_set_event_destination(
            ConfigurationSetName=p["ConfigurationSetName"], EventDestinationName=physical_id
        )


# CloudFormation writes the types as the first SES does, renderingFailure; the API of version 2
# RENDERING_FAILURE.
KINDS_OF_EVENT = {"renderingFailure": "RENDERING_FAILURE", "deliveryDelay": "DELIVERY_DELAY"}


def _destination(p: Properties) -> dict[str, Any]:
    given = p["EventDestination"]
    kinds = [KINDS_OF_EVENT.get(kind, str(kind).upper()) for kind in given["MatchingEventTypes"]]
    made = {"Enabled": text(given.get("Enabled", False)) == "true", "MatchingEventTypes": kinds}
    if "SnsDestination" in given:
        made["SnsDestination"] = {"TopicArn": given["SnsDestination"]["TopicARN"]}
    return made


KINDS: dict[str, type[Handler]] = {
    "AWS::SES::EmailIdentity": EmailIdentity,
    "AWS::SES::Template": Template,
    "AWS::SES::ConfigurationSet": ConfigurationSet,
    "AWS::SES::ConfigurationSetEventDestination": EventDestination,
}
