"""A definition that is not deployed: a file, text or a dict, drawn before AWS sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orderlab.console import text
from orderlab.console.definition.parsing import parse
from orderlab.console.graphs import graph
from orderlab.console.outputs.picture import Picture

Written = str | Path | Mapping[str, Any]


def is_text(what: str) -> bool:
    """Whether a string is a definition or the path of one; an ARN is neither."""
    return what.lstrip().startswith("{") or what.endswith(".json")


def picture_of(definition: Written) -> Picture:
    """The picture of a definition as it is written, with what is wrong with it marked.

    Args:
        definition: path of a file, JSON text or a dict. What SAM would substitute in it (`${...}`)
            stays as it is.

    Raises:
        FileNotFoundError: no such file.
        ValueError: it is not JSON (with line and column), or there is no state in it to draw.
    """
    if isinstance(definition, Mapping):
        name, written = "as written", json.dumps(definition, ensure_ascii=False)
    elif isinstance(definition, str) and definition.lstrip().startswith("{"):
        name, written = "as written", definition
    else:
        name, written = Path(definition).name, Path(definition).read_text(encoding="utf-8")
    try:
        parsed = parse(written)
    except json.JSONDecodeError as error:
        line = written.splitlines()[error.lineno - 1] if written.strip() else ""
        where = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"{name} is not JSON: {error.msg} at {where}: {line.strip()}") from None
    return Picture(graph.source(parsed), text.describe_machine(name, parsed))
