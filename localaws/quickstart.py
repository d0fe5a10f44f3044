"""Load moto without a part of it that costs seconds and is never used here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_iri_grammar() -> Iterator[None]:
    """Keep jsonschema from compiling a grammar of IRIs while moto is imported.

    jsonschema does so wherever the package rfc3987-syntax is installed, as it is with JupyterLab,
    and takes 1.4 of the 5 seconds that a start took before. It then lacks the format "iri",
    which neither moto's OpenAPI documents nor we use.
    """
    name = "rfc3987_syntax"
    blocked = name not in sys.modules
    if blocked:
        sys.modules[name] = None  # type: ignore[assignment]  # an import of it now fails
    try:
        yield
    finally:
        if blocked:
            del sys.modules[name]
