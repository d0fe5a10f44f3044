"""Templates: their text, and the SAM transform.

On AWS the transform runs inside CreateStack, UpdateStack and CreateChangeSet; here too, so that
`template.yaml` is deployed as it stands.
"""

from __future__ import annotations

import json
from typing import Any

import yaml
from moto.cloudformation.exceptions import ValidationError
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import intrinsics_multi_constructor, yaml_parse

SAM_TRANSFORM = "AWS::Serverless-2016-10-31"
SERVERLESS = "AWS::Serverless::"
Document = dict[str, Any]
# libyaml's loader, where PyYAML has it, with SAM's short forms: a seventh of the time of Python's.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Loader.add_multi_constructor("!", intrinsics_multi_constructor)


class TransformError(ValidationError):
    """A transform has refused a template."""


class _ManagedPolicies:
    """What SAM asks for ARNs of policies that a template names without one."""

    def load(self) -> dict[str, str]:
        from moto.iam.aws_managed_policies import aws_managed_policies_data

        return {name: one["Arn"] for name, one in json.loads(aws_managed_policies_data).items()}


def parse(text: str) -> Document:
    """A template's text as a document, the short forms of functions written out.

    Raises:
        ValidationError: the text is neither JSON nor YAML, or no object.
    """
    try:
        document = json.loads(text)
    except ValueError:
        document = _parse_yaml(text)
    except RecursionError as error:
        raise ValidationError(message="Template format error: unsupported structure.") from error
    if not isinstance(document, dict):
        raise ValidationError(message="Template format error: unsupported structure.")
    return document


def _parse_yaml(text: str) -> Any:
    try:
        # As JSON: a date or a number that is a key is a text to CloudFormation.
        return json.loads(json.dumps(_load(text), default=str))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f"(line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        message = f"Template format error: YAML not well-formed. {at}".rstrip()
        raise ValidationError(message=message) from error
    except Exception as error:
        # A tag on a node of the wrong kind, a key that is a list, a date that is none.
        raise ValidationError(message=f"Template format error: {error}") from error


def _load(text: str) -> Any:
    try:
        return yaml.load(text, _Loader)
    except yaml.YAMLError:
        return yaml_parse(text)  # which says where the fault is, as Python's loader counts


def transforms(document: Document) -> list[str]:
    """The names of the transforms that a template declares."""
    declared = document.get("Transform") or []
    return [str(one) for one in ([declared] if isinstance(declared, str) else declared)]


def expand(document: Document, parameters: dict[str, Any]) -> Document:
    """Run the SAM transform over a template that asks for it; leaves the given one alone.

    Args:
        document: a template that has passed `forms.check_form`.
        parameters: values of its parameters by their names.

    Raises:
        TransformError: SAM refuses it; the message names the resources.
    """
    unknown = [name for name in transforms(document) if name != SAM_TRANSFORM]
    if unknown:
        raise TransformError(message=f"No transform named {unknown[0]} found.")
    if SAM_TRANSFORM not in transforms(document):
        return document
    try:
        expanded = _transform(document, parameters)
    except InvalidDocumentException as error:
        raise TransformError(message=_refused(error)) from error
    except Exception as error:  # it stumbles over what it did not foresee
        raise TransformError(message=_stumbled(document, parameters)) from error
    expanded.pop("Transform", None)
    return expanded


def _transform(document: Document, parameters: dict[str, Any]) -> Document:
    copy: Document = json.loads(json.dumps(document, default=str))
    expanded: Document = transform(copy, dict(parameters), _ManagedPolicies())
    return expanded


def _refused(error: InvalidDocumentException) -> str:
    causes = " ".join(cause.message for cause in error.causes)
    return f"Transform {SAM_TRANSFORM} failed with: {error.message} {causes}".rstrip()


def _stumbled(document: Document, parameters: dict[str, Any]) -> str:
    """Which resource it was: AWS says "Internal transform failure" alone, which helps nobody."""
    for name, resource in document["Resources"].items():
        if str(resource.get("Type")).startswith(SERVERLESS):
            try:
                _transform({**document, "Resources": {name: resource}}, parameters)
            except InvalidDocumentException:
                continue  # it refers to another resource
            except Exception:  # noqa: BLE001  whatever it is, it has found the place
                return (
                    f"Transform {SAM_TRANSFORM} failed with: Internal transform failure. "
                    f"Resource with id [{name}] is invalid."
                )
    return f"Transform {SAM_TRANSFORM} failed with: Internal transform failure."
