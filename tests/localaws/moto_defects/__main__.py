"""Run every reproduction on plain moto, in this process, which must be a fresh one.

    python tests/localaws/moto_defects [ID ...]

Prints one JSON object: by a defect's id true while it is there, false where moto has mended it,
and a traceback where the reproduction itself fails.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import logging
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import _early  # noqa: F401  before moto is loaded

MODULES = (
    "stepfunctions_api",
    "stepfunctions_machines",
    "stepfunctions_run",
    "stepfunctions_waiting",
    "stepfunctions_nested",
    "stepfunctions_tasks",
    "stepfunctions_language",
    "jsonata_python",
    "stepfunctions_engine",
    "cloudformation",
    "services",
    "functions",
    "queues",
    "messaging",
    "mailing",
    "eventing",
    "observing",
    "permissions",
    "scale",
)


def reproductions() -> Iterator[tuple[str, Callable[[], bool]]]:
    """Every public function of the modules; its name is the defect's id, with hyphens."""
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        for name, function in vars(module).items():
            own = inspect.isfunction(function) and function.__module__ == module_name
            if own and not name.startswith("_"):
                yield name.replace("_", "-"), function


def outcome(reproduce: Callable[[], bool]) -> bool | str:
    try:
        return reproduce()
    except Exception:  # noqa: BLE001  the test that asked shows it
        return traceback.format_exc()


def main(wanted: list[str]) -> dict[str, bool | str]:
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # see localaws/quickstart.py
    from moto import mock_aws

    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    logging.disable(logging.CRITICAL)  # moto tells of every failure that is asked for here
    warnings.simplefilter("ignore")
    config: Any = {
        "lambda": {"use_docker": False},
        "stepfunctions": {"execute_state_machine": True},
    }
    with mock_aws(config=config):
        return {
            name: outcome(reproduce)
            for name, reproduce in reproductions()
            if not wanted or name in wanted
        }


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        found = main(sys.argv[1:])
    print(json.dumps(found))
