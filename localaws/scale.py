"""What lets moto carry thousands of executions: nothing is searched, copied or parsed needlessly.

Measured with benchmarks/simulated_orders.py; docs/moto.md says what each of these brings.
"""

from __future__ import annotations

import copy
import functools
import pickle
from collections.abc import Callable
from typing import Any

import boto3
from moto.core import responses, utils
from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.core.loaders import Loader, moto_root
from moto.core.utils import method_names_from_class
from moto.dynamodb.parsing import validators
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Node, UpdateExpression
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.parsing.validators import ActionCountValidator, OverlappingPathsValidator
from moto.stepfunctions import models
from moto.stepfunctions.exceptions import ExecutionAlreadyExists, ExecutionDoesNotExist
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from localaws.mending import Mends, variant

EXPRESSIONS = 512  # update expressions kept parsed
PLAIN = frozenset((str, int, float, bool, type(None), bytes))
copy_anything = copy.deepcopy


def install(mends: Mends) -> None:
    _index_executions(mends)
    _copy_fast(mends)
    _keep_expressions(mends)
    _walk_fast(mends)
    _look_up_methods(mends)
    _share_models(mends)
    _find_backends(mends)


class _Executions(list[Any]):
    """The executions of a machine, in the order of their start, and by name."""

    def __init__(self) -> None:
        super().__init__()
        self.by_name: dict[str, Any] = {}

    def append(self, execution: Any) -> None:
        super().append(execution)
        self.by_name[execution.name] = execution

    def remove(self, execution: Any) -> None:
        super().remove(execution)
        del self.by_name[execution.name]


def _index_executions(mends: Mends) -> None:
    """moto looks through all executions of a machine for one (models.py:186, models.py:846)."""

    def create(self: models.StateMachine, *args: Any, **given: Any) -> None:
        begin(self, *args, **given)
        self.executions = _Executions()

    def describe(self: StepFunctionsParserBackend, execution_arn: str) -> Any:
        self._validate_execution_arn(execution_arn)
        machine = self._get_state_machine_for_execution(execution_arn)
        found = machine.executions.by_name.get(execution_arn.split(":")[7])
        if found is None:
            raise ExecutionDoesNotExist(f"Execution Does Not Exist: '{execution_arn}'")
        return found

    def same(self: models.StateMachine, name: str, execution_input: str) -> Any:
        found = self.executions.by_name.get(name)
        if found is None:
            return None
        if found.status == "RUNNING" and found.execution_input == execution_input:
            return found
        raise ExecutionAlreadyExists(f"Execution Already Exists: '{found.execution_arn}'")

    begin: Callable[..., None] = mends.replace(models.StateMachine, "__init__", create)
    mends.replace(StepFunctionsParserBackend, "describe_execution", describe)
    mends.replace(models.StateMachine, "_handle_name_input_idempotency", same)


def copy_plain(value: Any, memo: Any = None) -> Any:
    """copy.deepcopy, at a tenth of the time for what JSON can hold."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is dict:
        return {key: copy_plain(one) for key, one in value.items()}
    if kind is list:
        return [copy_plain(one) for one in value]
    return copy_anything(value, memo)


def _copy_fast(mends: Mends) -> None:
    """A third of an execution's time goes into copies of its data."""
    fast = variant(copy, deepcopy=copy_plain)
    for package in ("moto.stepfunctions", "moto.dynamodb"):
        mends.replace_everywhere(copy, fast, package)
        mends.replace_everywhere(copy.deepcopy, copy_plain, package)


def _keep_expressions(mends: Mends) -> None:
    """moto parses an update expression twice a call, and copies its tree with copy.deepcopy."""
    parse = functools.lru_cache(EXPRESSIONS)(UpdateExpressionParser.make)
    packed: dict[int, tuple[Any, bytes]] = {}

    def copy_tree(tree: Any, memo: Any = None) -> Any:
        """It is changed while it is evaluated. pickle copies it four times as fast as copy."""
        if not isinstance(tree, UpdateExpression):
            return copy_plain(tree, memo)
        kept = packed.get(id(tree))
        if kept is None or kept[0] is not tree:
            kept = packed[id(tree)] = (tree, pickle.dumps(tree))
        return pickle.loads(kept[1])

    mends.replace(UpdateExpressionParser, "make", parse)
    mends.replace(validators, "deepcopy", copy_tree)


def _walk_fast(mends: Mends) -> None:
    """moto walks an expression's tree ten times, and asks anew at each node what it looks for."""
    # What these look at is all below the root, and they look at it from each node.
    from_the_root = (ActionCountValidator, OverlappingPathsValidator)

    def traverse(self: DepthFirstTraverser, root: Node) -> Node:
        processors = self._processing_map()
        if isinstance(self, from_the_root):
            return processors[UpdateExpression](root)
        of_kind: dict[type, Any] = {}

        def walk(node: Any, place: int) -> Any:
            parent = node.parent
            for number, child in enumerate(node.children or ()):
                self.pre_processing_of_child(node, number)
                if isinstance(child, Node):
                    walk(child, number)
            kind = type(node)
            if kind not in of_kind:
                found = (work for key, work in processors.items() if issubclass(kind, key))
                of_kind[kind] = next(found, None)
            if of_kind[kind] is None:
                return node
            node = of_kind[kind](node)
            node.parent = parent
            if parent:
                parent.children[place] = node
            return node

        return walk(root, -1)

    mends.replace(DepthFirstTraverser, "traverse", traverse)


def _look_up_methods(mends: Mends) -> None:
    """moto lists the methods of a response's class at every call (core/responses.py:451)."""
    mends.replace(responses, "method_names_from_class", functools.cache(method_names_from_class))


def _share_models(mends: Mends) -> None:
    """moto reads the model of each service again, which boto3 has read (core/utils.py:438)."""

    class SharedLoader(Loader):
        """Loads what boto3 has loaded; what moto adds to a model goes into a copy."""

        def load_service_model(self, name: str, kind: str, version: str | None = None) -> Any:
            if name == "s3":  # boto3 changes this one as it goes (botocore/handlers.py:1106)
                return super().load_service_model(name, kind, version)
            shared = boto3._get_default_session()._session.get_component("data_loader")
            model = shared.load_service_model(name, kind, version)
            version = version or shared.determine_latest_version(name, kind)
            extras = list(self._find_extras(name, kind, version))
            if extras:
                model = copy_anything(model)
                self._extras_processor.process(model, extras)
            return model

    mends.replace(utils, "create_loader", lambda: SharedLoader(extra_search_paths=[moto_root]))
    # And again in a session of its own, to learn where a service is (core/base_backend.py:232).
    mends.replace(AccountSpecificBackend, "get_session", boto3._get_default_session)


def _find_backends(mends: Mends) -> None:
    """moto compares all its backends with each other at every look-up (base_backend.py:369)."""

    def look_up(self: BackendDict, account_id: str) -> Any:
        known = dict.get(self, account_id)
        return known if known is not None else create(self, account_id)

    create: Callable[..., Any] = mends.replace(BackendDict, "__getitem__", look_up)
