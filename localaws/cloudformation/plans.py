"""What a template and its parameters ask for, checked, before anything of it is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from moto.cloudformation.exceptions import ExportNotFound, ValidationError

from localaws.cloudformation import checks, forms, graphs, parameters, schemas, templates
from localaws.cloudformation.intrinsics import NOTHING, UNKNOWN, Evaluation
from localaws.cloudformation.records import Output, Properties, Resource, Stack
from localaws.cloudformation.templates import Document

if TYPE_CHECKING:
    from localaws.cloudformation.kinds.catalog import Catalog

# docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
DYNAMIC = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]+)\}\}")
CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
MOST_RESOURCES = 500


class Plan:
    """A template read with the values of its parameters, for one stack.

    Attributes:
        document: the template after its transforms.
        wanted: logical ids of the resources whose condition holds, in the order to make them.

    Raises:
        ValidationError: the template or a parameter is refused.
    """

    def __init__(
        self,
        text: str,
        given: dict[str, str],
        stack: Stack,
        catalog: Catalog,
        exports: Mapping[str, Any],
    ) -> None:
        self.text = text
        self.given = given
        self.stack = stack
        self.imports: set[str] = set()
        self._catalog = catalog
        self._exports = exports
        original = templates.parse(text)
        forms.check_form(original)
        self.transformed = bool(templates.transforms(original))
        self.parameters = parameters.resolve(original, given, self._look_up)
        self.document = templates.expand(original, self._for_sam())
        if self.transformed:
            forms.check_form(self.document)
        self._refuse_unknown_types()
        checks.check_references(self.document, catalog.has_attribute)
        evaluation = self.evaluation({})
        self.wanted = graphs.order(self.document, self._made(original, evaluation))
        self._refuse_unwanted()

    def evaluation(
        self, resources: Mapping[str, Resource], unknown: Callable[[str], bool] | None = None
    ) -> Evaluation:
        """Evaluates the template where `resources` stand.

        Args:
            unknown: whether a resource's values are known only after the deployment.
        """

        def reference(name: str) -> Any:
            if name in self.parameters:
                return self.parameters[name]
            if name in checks.PSEUDO_PARAMETERS:
                return self._pseudo(name)
            found = _standing(resources, name, unknown)
            return found if not isinstance(found, Resource) else found.physical_id

        def attribute(name: str, wanted: str) -> Any:
            found = _standing(resources, name, unknown)
            if not isinstance(found, Resource):
                return found
            try:
                return found.attributes[wanted]
            except KeyError:
                raise ValidationError(
                    message=f"Attribute '{wanted}' does not exist on resource {name}"
                ) from None

        region = self._catalog.api.region
        return Evaluation(self.document, reference, attribute, self._imported, region)

    def properties(self, evaluation: Evaluation, logical_id: str) -> Properties:
        """A resource's properties, evaluated, with the stack's tags among them."""
        declared = self.document["Resources"][logical_id]
        found: Properties = evaluation.value(declared.get("Properties", {}))
        found = self._resolved(found)
        schema = schemas.of(declared["Type"])
        if self.stack.tags and schema and schema.tags:
            own = found.get("Tags", [])
            if isinstance(own, dict):
                found["Tags"] = {**self.stack.tags, **own}
            else:
                kept = {str(one.get("Key")) for one in own if isinstance(one, dict)}
                more = [{"Key": k, "Value": v} for k, v in self.stack.tags.items() if k not in kept]
                found["Tags"] = [*own, *more]
        return found

    def outputs(self, evaluation: Evaluation) -> list[Output]:
        """
        Raises:
            ValidationError: an output is no text.
        """
        found = []
        for key, declared in self.document.get("Outputs", {}).items():
            if not self._is_wanted(evaluation, declared):
                continue
            try:
                value = evaluation.value(declared["Value"])
            except ValidationError as error:
                raise ValidationError(
                    message=f"Template format error: Output {key} is malformed. {error.message}"
                ) from error
            if value is NOTHING or isinstance(value, dict | list):
                raise ValidationError(
                    message=f"Template format error: Output {key} is malformed. The Value field of "
                    "every Outputs member must evaluate to a String."
                )
            export = None
            if "Export" in declared:
                export = str(evaluation.value(declared["Export"]["Name"]))
            description = declared.get("Description")
            found.append(Output(key, _text(value), description, export))
        return found

    def _is_wanted(self, evaluation: Evaluation, declared: Document) -> bool:
        return "Condition" not in declared or evaluation.condition(declared["Condition"])

    def _made(self, original: Document, evaluation: Evaluation) -> list[str]:
        """What is made, in the order that SAM gives to it when there is nothing else.

        SAM's order changes with the number of resources. That of a stack should not change with
        what is not made in it, nor should what is drawn while it is made.
        """
        resources = self.document["Resources"]
        made = [name for name, one in resources.items() if self._is_wanted(evaluation, one)]
        if len(made) == len(resources):
            return made
        own = original["Resources"].items()
        alone = {name: one for name, one in own if self._is_wanted(evaluation, one)}
        try:
            expanded = templates.expand({**original, "Resources": alone}, self._for_sam())
        except templates.TransformError:  # what is made needs something that is not
            return made
        return sorted(made, key=[*expanded["Resources"], *made].index)

    def _refuse_unknown_types(self) -> None:
        kinds = {str(one["Type"]) for one in self.document["Resources"].values()}
        custom = sorted(kind for kind in kinds if kind.startswith(CUSTOM))
        if custom:
            raise ValidationError(
                message=f"The local AWS has no custom resources: [{', '.join(custom)}]"
            )
        unknown = sorted(kind for kind in kinds if not self._catalog.knows(kind))
        if unknown:
            raise ValidationError(
                message="Template format error: Unrecognized resource types: "
                f"[{', '.join(unknown)}]"
            )
        count = len(self.document["Resources"])
        if count > MOST_RESOURCES:
            raise ValidationError(
                message=f"Template format error: Number of resources, {count}, is greater than "
                f"maximum allowed, {MOST_RESOURCES}"
            )

    def _refuse_unwanted(self) -> None:
        """What is made must not need what is not made for its condition."""
        left_out = [name for name in self.document["Resources"] if name not in self.wanted]
        if not left_out:
            return
        for section in ("Resources", "Outputs"):
            evaluation = self.evaluation({name: _Asked(name) for name in self.wanted})
            for name, declared in self.document.get(section, {}).items():
                made = name in self.wanted if section == "Resources" else True
                if not made or not self._is_wanted(evaluation, declared):
                    continue
                try:
                    evaluation.value(
                        declared.get("Properties" if section == "Resources" else "Value")
                    )
                except _NotMadeError as error:
                    raise ValidationError(
                        message="Template format error: Unresolved resource dependencies "
                        f"[{error}] in the {section} block of the template"
                    ) from error
                except ValidationError:
                    pass  # what values it has is seen when it is made

    def _for_sam(self) -> dict[str, Any]:
        return {
            **self.parameters,
            "AWS::Region": self._catalog.api.region,
            "AWS::AccountId": self._catalog.api.account,
            "AWS::Partition": "aws",
            "AWS::StackName": self.stack.name,
            "AWS::StackId": self.stack.id,
            "AWS::URLSuffix": "amazonaws.com",
        }

    def _pseudo(self, name: str) -> Any:
        if name == "AWS::NotificationARNs":
            return self.stack.notifies
        return self._for_sam()[name]

    def _imported(self, name: str) -> Any:
        if name not in self._exports:
            raise ExportNotFound(name)
        self.imports.add(name)
        return self._exports[name].value

    def _resolved(self, value: Any) -> Any:
        """Dynamic references, read from their store."""
        if isinstance(value, dict):
            return {key: self._resolved(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._resolved(item) for item in value]
        if isinstance(value, str) and "{{resolve:" in value:
            return DYNAMIC.sub(lambda match: self._stored(*match.groups()), value)
        return value

    def _stored(self, store: str, key: str) -> str:
        if store != "secretsmanager":
            return self._look_up(key.partition(":")[0])
        secret, _, rest = key.partition(":SecretString")
        answer = self._catalog.api("secretsmanager").get_secret_value(SecretId=secret)
        field = rest.lstrip(":").partition(":")[0]
        if not field:
            return str(answer["SecretString"])
        return str(templates.parse(answer["SecretString"]).get(field, ""))

    def _look_up(self, name: str) -> str:
        client = self._catalog.api("ssm")
        try:
            return str(client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
        except client.exceptions.ParameterNotFound as error:
            raise ValidationError(
                message=f"Unable to fetch parameters [{name}] from parameter store for this "
                "account."
            ) from error


class _NotMadeError(Exception):
    """Something needs a resource whose condition does not hold."""


class _Asked(Resource):
    """Stands for a resource where only its being there matters."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "", {}, {}, physical_id=name, attributes=_Anything())


class _Anything(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return name


def _standing(
    resources: Mapping[str, Resource], name: str, unknown: Callable[[str], bool] | None
) -> Any:
    if unknown is not None and unknown(name):
        return UNKNOWN
    if name not in resources:
        raise _NotMadeError(name)
    return resources[name]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
