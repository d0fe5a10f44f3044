"""What makes an execution fast on moto's interpreter: nothing is parsed or built twice.

Measured with benchmarks/order_workflow.py; docs/moto.md says what each of these brings.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import threading
from typing import Any

import jsonpath_ng.ext
import moto.stepfunctions.parser.asl.component as component
from botocore import UNSIGNED
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.program import program
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils import boto_client

from localaws.iam import principals
from localaws.mending import Mends

NO_ROLE = "ak"  # moto's own key, of a task whose role nobody knows
PROGRAMS = 64  # definitions kept parsed; each change of a definition is a new one


def install(mends: Mends) -> None:
    _load_interpreter()
    _cache_programs(mends)
    _share_programs(mends)
    _cache_clients(mends)
    _cache_paths(mends)
    _silence_components(mends)


def _load_interpreter() -> None:
    """Load every kind of state and task, so that a name can be replaced wherever it is held."""
    for module in pkgutil.walk_packages(component.__path__, component.__name__ + "."):
        importlib.import_module(module.name)


def _cache_programs(mends: Mends) -> None:
    """moto parses the definition at every execution (execution_worker.py:61)."""
    parse = functools.lru_cache(PROGRAMS)(AmazonStateLanguageParser.parse)

    mends.replace(AmazonStateLanguageParser, "parse", staticmethod(parse))


def _share_programs(mends: Mends) -> None:
    """A component's key is made when it is first asked for, which two executions may do at once."""

    def heap_key(self: EvalComponent) -> str:
        return str(id(self))  # it lives as long as its program

    mends.replace(EvalComponent, "heap_key", property(heap_key))


def _cache_clients(mends: Mends) -> None:
    """moto builds a boto client for every call of a task (asl/utils/boto_client.py:14)."""
    build = boto_client.boto_client_for
    clients: dict[tuple[str, str, str | None], Any] = {}
    building = threading.Lock()

    def boto_client_for(region: str, service: str, state_credentials: Any = None) -> Any:
        role = getattr(state_credentials, "role_arn", None)
        key = (region, service, role)
        with building:
            if key not in clients:
                clients[key] = client = build(region, service, state_credentials)
                _sign_once(client, region, role)
            return clients[key]

    mends.replace_everywhere(build, boto_client_for)


def _sign_once(client: Any, region: str, role: str | None) -> None:
    """Nobody checks a signature here; whose request it is, and of what service, is read."""
    key = principals.of_state_machine(role, region).access_key_id if role else NO_ROLE
    service = client.meta.service_model.signing_name
    signature = (
        f"AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/{service}/aws4_request, "
        "SignedHeaders=host, Signature=0"
    )

    def add(params: dict[str, Any], **_: Any) -> None:
        params["headers"]["Authorization"] = signature

    client.meta.events.register("choose-signer", lambda **_: UNSIGNED)
    client.meta.events.register("before-call", add)


def _cache_paths(mends: Mends) -> None:
    """moto parses each JSONPath at every evaluation."""
    for parse in (jsonpath_ng.ext.parser.parse, jsonpath_ng.parser.parse):
        mends.replace_everywhere(parse, functools.lru_cache(4096)(parse), "moto.stepfunctions")


def _silence_components(mends: Mends) -> None:
    """A failing state makes moto print a page of its own internals at every level it unwinds."""

    def nothing(*_: Any, **__: Any) -> None:
        """The execution's history says what failed."""

    mends.replace(EvalComponent, "_log_failure_event_exception", nothing)
    mends.replace(EvalComponent, "_log_exception", nothing)
    for module in (program, execute_state):
        mends.replace(module.LOG, "disabled", True)
