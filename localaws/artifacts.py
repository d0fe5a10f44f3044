"""What a template names by a path on this disk, and its way to S3: `sam package`.

It goes there under the hash of its content, so that an update touches what has changed and nothing
else. What belongs to a resource whose condition is false stays here.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from moto.cloudformation.parsing import parse_condition

from localaws.functions import packaging

BUCKET = "aws-sam-cli-managed-default-samclisourcebucket"
# Fixed, so that equal files give an equal archive; the zip format begins in 1980.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints", ".pytest_cache", "events"}


class Artifact(NamedTuple):
    """A file of one resource.

    Attributes:
        key: where in the bucket it goes.
        condition: the name of the resource's condition; None without one.
    """

    key: str
    content: bytes
    condition: str | None


class MissingError(Exception):
    """The template names a file that is not there."""


class Artifacts:
    """A template's files. The template has their addresses in S3 from the start."""

    def __init__(self, document: dict[str, Any], folder: Path, *, built: bool) -> None:
        """Take them up, and write their addresses into the template.

        Args:
            document: the template. It is changed.
            folder: what its paths are relative to.
            built: whether functions bring the packages that they require, as from `sam build`.

        Raises:
            MissingError: one is not there.
        """
        self._document = document
        self._built = built
        self._left = list(_take_up(document, folder, _zip_built if built else _zip))

    def upload(self, s3: Any, parameters: Mapping[str, str]) -> None:
        """Upload what the template's resources need with these parameters, and is not there yet."""
        declared = self._document.get("Parameters", {})
        defaults = {name: one["Default"] for name, one in declared.items() if "Default" in one}
        conditions = _Conditions(self._document, {**defaults, **parameters})
        for artifact in self._left[:]:
            if artifact.condition is None or conditions.hold(artifact.condition):
                s3.put_object(Bucket=BUCKET, Key=artifact.key, Body=artifact.content)
                self._left.remove(artifact)

    def template(self, s3: Any) -> dict[str, str]:
        """How CloudFormation is told of the template: by itself or, as from `sam deploy`, in S3.

        There it may be longer than 51,200 bytes, to which AWS holds one that comes by itself:
        docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
        """
        text = json.dumps(self._document)
        if not self._built:
            return {"TemplateBody": text}
        key = f"{_hash(text.encode())}.template"
        s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())
        return {"TemplateURL": f"https://s3.{s3.meta.region_name}.amazonaws.com/{BUCKET}/{key}"}


class _Conditions(dict[str, bool]):
    """A template's conditions, by their names."""

    def __init__(self, document: dict[str, Any], parameters: Mapping[str, Any]) -> None:
        super().__init__()
        self._declared = document.get("Conditions", {})
        self._known: Any = {**document.get("Mappings", {}), **parameters}

    def __missing__(self, name: str) -> bool:
        found: bool = parse_condition(self._declared[name], self._known, self)
        self[name] = found
        return found

    def hold(self, name: str) -> bool:
        """Whether one holds; one that cannot be worked out is left to CloudFormation, and may."""
        try:
            return self[name]
        except (LookupError, TypeError, AttributeError):
            return True


def _take_up(
    document: dict[str, Any], folder: Path, pack: Callable[[Path], bytes]
) -> Iterable[Artifact]:
    for name, resource in document["Resources"].items():
        properties = resource.get("Properties") or {}
        if resource.get("Type") == "AWS::Serverless::Function":
            found = _content(name, properties, "CodeUri", folder, pack)
        elif resource.get("Type") == "AWS::Serverless::StateMachine":
            found = _content(name, properties, "DefinitionUri", folder, Path.read_bytes)
        else:
            continue
        if found is not None:
            yield Artifact(*found, resource.get("Condition"))


def _content(
    logical_id: str,
    properties: dict[str, Any],
    field: str,
    folder: Path,
    read: Callable[[Path], bytes],
) -> tuple[str, bytes] | None:
    """Key and content; None where the template names none of this disk."""
    local = properties.get(field)
    if not isinstance(local, str) or local.startswith("s3://"):
        return None
    path = folder / local
    if not path.exists():
        raise MissingError(f"{logical_id}: {field} names {path}, which is not there.")
    content = read(path)
    key = _hash(content)
    properties[field] = f"s3://{BUCKET}/{key}"
    return key, content


def _hash(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _zip(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            if path.is_file() and not LEFT_OUT.intersection(relative.parts):
                archive.writestr(
                    _entry(relative.as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED
                )
    return buffer.getvalue()


def _zip_built(folder: Path) -> bytes:
    """Megabytes of packages, and not to go far: they are not compressed."""
    buffer = io.BytesIO(_zip(folder))
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, content in packaging.built(folder):
            archive.writestr(_entry(name), content)
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.external_attr = 0o644 << 16
    return entry
