"""E-mail templates: kept where moto keeps those of the first SES, and rendered by its parser.

docs.aws.amazon.com/ses/latest/dg/send-personalized-email-api.html
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from moto.ses.exceptions import MissingRenderingAttributeException
from moto.ses.models import SESBackend
from moto.ses.template import parse_template

from localaws.ses.errors import RefusedError, missing, taken

PARTS = ("Subject", "Text", "Html")


class RenderingError(Exception):
    """The data lacks what the template names. SES tells of it in an event, not in its answer."""


class Rendered(NamedTuple):
    """What a reader sees: the text, or the HTML where there is no text."""

    subject: str
    text: str


class Templates:
    """The templates of one region."""

    def __init__(self, backend: SESBackend) -> None:
        self._backend = backend

    def create(self, name: str, content: dict[str, str]) -> None:
        """Raises RefusedError where there is one of this name, or it has no subject."""
        if name in self._backend.templates:
            raise taken("Template", name)
        self._put(name, content)

    def update(self, name: str, content: dict[str, str]) -> None:
        """Raises RefusedError where there is none of this name."""
        self.content(name)
        self._put(name, content)

    def content(self, name: str) -> dict[str, str]:
        """Subject, Text and Html, as far as there are.

        Raises:
            RefusedError: there is no such template.
        """
        if name not in self._backend.templates:
            raise missing("Template", name)
        kept = self._backend.templates[name]
        return {part: kept[f"{part}Part"] for part in PARTS if kept.get(f"{part}Part")}

    def delete(self, name: str) -> None:
        """Deleting one that is not there is no error."""
        self._backend.templates.pop(name, None)

    def names(self) -> list[str]:
        return sorted(self._backend.templates)

    def _put(self, name: str, content: dict[str, str]) -> None:
        if not content.get("Subject"):
            raise RefusedError("BadRequestException", "Template content must have a subject.")
        kept = {f"{part}Part": content[part] for part in PARTS if content.get(part)}
        self._backend.templates[name] = {"TemplateName": name, **kept}


def data_of(text: str) -> dict[str, Any]:
    """TemplateData as an object.

    Raises:
        RefusedError: it is no JSON object.
    """
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise RefusedError("BadRequestException", "TemplateData must be a JSON object.")
    return data


def render(content: dict[str, str], data: dict[str, Any]) -> Rendered:
    """A template filled with data.

    Raises:
        RenderingError: the template names what the data has not.
    """
    data = _texts(data)
    try:
        parts = {part: parse_template(text, data) for part, text in content.items()}
    except MissingRenderingAttributeException as error:
        raise RenderingError(str(error.message)) from error
    return Rendered(parts["Subject"], parts.get("Text") or parts.get("Html", ""))


def _texts(value: Any) -> Any:
    """Numbers as texts: moto's parser puts texts together, and fails at others."""
    if isinstance(value, dict):
        return {name: _texts(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_texts(one) for one in value]
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return json.dumps(value) if is_number else value
