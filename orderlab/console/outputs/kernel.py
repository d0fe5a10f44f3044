"""The Jupyter kernel that this process may be: does somebody sit before it, which cell runs.

The request that runs a cell tells both
(jupyter-client.readthedocs.io/en/stable/messaging.html, "Execute").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from IPython.core.getipython import get_ipython


@dataclass(frozen=True)
class Request:
    """What runs: its message's id, and its cell's, where the front end tells that."""

    id: str
    cell: str | None


def in_notebook() -> bool:
    """Whether outputs can be drawn anew in place."""
    return hasattr(get_ipython(), "kernel")


def somebody_looks() -> bool:
    """Whether a person may see what is shown while a cell runs, and click it later.

    Only a front end with a person before it can be asked for input. nbconvert, nbclient and nbval
    cannot; what they save is then the same, byte for byte, in every run.
    """
    return bool(_parent().get("content", {}).get("allow_stdin"))


def request() -> Request:
    """The request that is answered now."""
    parent = _parent()
    cell = parent.get("metadata", {}).get("cellId")
    return Request(str(parent.get("header", {}).get("msg_id", "")), cell)


def _parent() -> Mapping[str, Any]:
    shell: Any = get_ipython()
    return dict(shell.get_parent()) if hasattr(shell, "get_parent") else {}
