"""Run every reproduction on plain moto, in this process, which must be a fresh one.

    python tests/localaws/moto_defects [ID ...]

Prints one JSON object: True by a defect's id while the defect is there, False where moto has
mended it, and the traceback where the reproduction itself fails.
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
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3

MODULES = ("stepfunctions_api","stepfunctions_run","stepfunctions_language","cloudformation","services")


def reproductions() -> Iterator[tuple[str, Callable[[], bool]]]:
    """The id of each defect is its function's name, with hyphens."""
    for name in MODULES:
        module = importlib.import_module(name)
        for function_name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == name:
                if not function_name.startswith("_") and "_" in function_name:
                    yield function_name.replace("_", "-"), function


def outcome(reproduce: Callable[[], bool]) -> bool | str:
    try:
        return reproduce()
    except Exception:
        return traceback.format_exc()


def main() -> None:
    from moto import mock_aws

    config: Any = {
        "lambda": {"use_docker": False},
        "stepfunctions": {"execute_state_machine": True},
    }
    found = {}
    with mock_aws(config=config), contextlib.redirect_stdout(sys.stderr):
        for name, reproduce in reproductions():
            if len(sys.argv) > 1 and name not in sys.argv[1:]:
                continue
            t = time.time()
            found[name] = outcome(reproduce)
            print(name, round(time.time() - t, 2), found[name], file=sys.stderr)
    print(json.dumps(found))


if __name__ == "__main__":
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    logging.disable(logging.CRITICAL)
    main()
