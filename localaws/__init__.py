"""AWS on this machine: moto, finished where it is unfinished.

Runs a SAM stack with its real Lambda handlers, without Docker, account or network::

    import localaws

    localaws.start()
    stack = localaws.deploy("template.yaml")
    ...  # plain boto3
    localaws.stop()
"""

from __future__ import annotations

import importlib
from typing import Any

from localaws import branching, clock, cloud, faults, outbox
from localaws.cloud import deploy, reset, start, stop

__all__ = [
    "DeployError",
    "Stack",
    "branching",
    "clock",
    "deploy",
    "endpoint_url",
    "faults",
    "load",
    "outbox",
    "reset",
    "start",
    "stop",
]


def __getattr__(name: str) -> Any:
    """What is made when it is asked for, or would bring boto3 into every process."""
    if name == "endpoint_url":
        return cloud.endpoint_url()
    if name == "load":
        return importlib.import_module("localaws.load")
    if name in ("DeployError", "Stack"):
        from localaws import deployment

        return getattr(deployment, name)
    raise AttributeError(f"module 'localaws' has no attribute {name!r}")
