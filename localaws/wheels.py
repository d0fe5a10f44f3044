"""The packages of this environment as wheels: for `sam build`, where PyPI cannot be reached.

`sam build` has pip download what a handler's requirements.txt names. A page of the door lists what
a function finds here anyway, and pip takes it from there with PIP_FIND_LINKS. Only what is Python
and nothing else: a compiled module is of this machine, and Lambda's is another one.

Formats: packaging.python.org/en/latest/specifications/, "Binary distribution format" and
"Recording installed projects".
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
import zipfile
from collections.abc import Iterator
from email import message_from_string
from importlib.metadata import Distribution, distributions
from urllib.parse import quote

PURE = "-none-any"
# What an installer has left, and no wheel has.
INSTALLED = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "uv_cache.json")


def page() -> str:
    """What there is, as a page of links that pip reads."""
    names = sorted(name for name in map(_file_name, distributions()) if name)
    links = (f'<a href="{quote(name)}">{html.escape(name)}</a><br>' for name in names)
    return "\n".join(("<!DOCTYPE html>", *links, ""))


def wheel(file_name: str) -> bytes | None:
    """A wheel, packed from what is installed; None where there is no such package."""
    found = next((one for one in distributions() if _file_name(one) == file_name), None)
    return None if found is None else _pack(found)


def _file_name(distribution: Distribution) -> str | None:
    """The name of a distribution's wheel; None where it is not Python alone."""
    said = message_from_string(distribution.read_text("WHEEL") or "")
    tags = said.get_all("Tag", [])
    if not tags or not all(tag.endswith(PURE) for tag in tags):
        return None
    name = re.sub(r"[-_.]+", "_", distribution.metadata["Name"]).lower()
    return f"{name}-{distribution.version}-{tags[-1]}.whl"


def _pack(distribution: Distribution) -> bytes:
    buffer = io.BytesIO()
    record, folder = [], ""
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in contents(distribution):
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
            record.append(f"{path},sha256={digest.decode()},{len(content)}\n")
            archive.writestr(path, content)
            if path.endswith(".dist-info/WHEEL"):
                folder = path.removesuffix("WHEEL")
        archive.writestr(f"{folder}RECORD", "".join((*record, f"{folder}RECORD,,\n")))
    return buffer.getvalue()


def contents(distribution: Distribution) -> Iterator[tuple[str, bytes]]:
    """Its files below site-packages; programs, which lie elsewhere, are nothing for a function."""
    for path in distribution.files or ():
        left = path.name in INSTALLED and path.parent.name.endswith(".dist-info")
        if path.parts[0] != ".." and path.suffix != ".pyc" and not left:
            yield path.as_posix(), path.read_binary()
