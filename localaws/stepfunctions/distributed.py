"""A Map in distributed mode: its definition, its Map Run, and the child executions of that.

moto runs the items within the parent, makes null of one that fails and tolerates every failure
(distributed_item_processor_worker.py:95), and its grammar has no word for ItemBatcher, for JSON
lines and for most of what ItemReader and ResultWriter may say. Here the fields that moto does not
know are kept from its parser, and each item, or batch of items, is an execution of its own.

Rules: docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from localaws.mending import Mends
from localaws.stepfunctions import mapruns
from localaws.timing.timekeeping import Clock

PROGRAMS = 64  # definitions kept parsed
OURS = ("ItemReader", "ItemBatcher", "ResultWriter")  # fields that moto need not know
TEMPLATES = ("Parameters", "Arguments")


def install(mends: Mends, clock: Clock) -> None:
    _keep_definitions(mends)
    _run_apart(mends, clock)
    _find_children(mends)
    mapruns.install(mends)


class Distribution:
    """What a definition says of a distributed Map.

    Attributes:
        child: the definition of a child execution's state machine.
        execution_type: of the child executions: STANDARD or EXPRESS.
        label: Label, if there is one.
        tolerances: which of the tolerated failures are given: "Count", "Percentage".
    """

    def __init__(self, state: dict[str, Any], ours: dict[str, Any], jsonata: bool) -> None:
        processor = state.get("ItemProcessor") or state["Iterator"]
        config = processor.get("ProcessorConfig", {})
        language = {"QueryLanguage": "JSONata"} if jsonata else {}
        machine = {key: value for key, value in processor.items() if key != "ProcessorConfig"}
        self.child = json.dumps({**language, **machine}, ensure_ascii=False)
        self.execution_type = config.get("ExecutionType", "STANDARD")
        self.label = state.get("Label")
        self.tolerances = [
            kind
            for kind in ("Count", "Percentage")
            if any(key.startswith(f"ToleratedFailure{kind}") for key in state)
        ]
        self._ours = ours
        self._language = language
        self._parsed = {name: _template(fields, language) for name, fields in ours.items()}

    def has(self, field: str) -> bool:
        return field in self._ours

    def resource(self, field: str) -> str:
        return str(self._ours[field].get("Resource", ""))

    def value(self, field: str, env: Environment) -> dict[str, Any]:
        """ItemReader, ItemBatcher or ResultWriter, with its paths and expressions evaluated."""
        parsed = self._parsed[field]
        before = list(env.stack)
        parsed.eval(env)
        value = env.stack[-1]
        env.stack[:] = before
        return dict(value)


def _template(fields: dict[str, Any], language: dict[str, str]) -> Any:
    """A field as a template of moto's, which can be evaluated.

    What stands in ReaderConfig, WriterConfig and ItemBatcher as a path (`MaxItemsPath`) is a
    template's path there (`MaxItems.$`); Parameters and Arguments stand under `Asked`.
    """
    spelled: dict[str, Any] = {}
    for key, value in fields.items():
        if key in TEMPLATES:
            spelled["Asked"] = value
        elif key in ("ReaderConfig", "WriterConfig"):
            spelled[key] = dict(_with_paths(value))
        elif key not in ("Resource", "Comment"):
            spelled |= dict(_with_paths({key: value}))
    holder = {"Output": spelled} if language else {"Parameters": spelled}
    state = {"Type": "Pass", **holder, "End": True}
    definition = json.dumps({**language, "StartAt": "T", "States": {"T": state}})
    program, _ = AmazonStateLanguageParser.parse(definition)
    parsed = program.states.states["T"]
    return parsed.output.jsonata_template_value if language else parsed.parameters


def _with_paths(fields: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in fields.items():
        yield (key.removesuffix("Path") + ".$" if key.endswith("Path") else key), value


def _keep_definitions(mends: Mends) -> None:
    """moto's grammar knows a part of these fields (asl/antlr)."""

    @functools.lru_cache(PROGRAMS)
    def parse(definition: str) -> Any:
        if "DISTRIBUTED" not in definition:
            return parse_plain(definition)
        machine = json.loads(definition)
        language = machine.get("QueryLanguage") == "JSONata"
        kept = list(_take_out(machine, (), language))
        program, tree = parse_plain(json.dumps(machine))
        for path, distribution in kept:
            state = _state_at(program, path)
            state.distribution = distribution
            if state.items_path:
                state.items_path.takes_objects = True
        return program, tree

    parse_plain: Callable[..., Any] = AmazonStateLanguageParser.parse
    mends.replace(AmazonStateLanguageParser, "parse", staticmethod(parse))


def _take_out(
    machine: dict[str, Any], path: tuple[Any, ...], jsonata: bool
) -> Iterator[tuple[tuple[Any, ...], Distribution]]:
    """Take what moto need not know out of a definition's distributed Maps; tells where they are."""
    for name, state in machine.get("States", {}).items():
        own = state.get("QueryLanguage", "JSONata" if jsonata else "JSONPath") == "JSONata"
        processor = state.get("ItemProcessor") or state.get("Iterator") or {}
        if processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            whole = copy.deepcopy(state)
            ours = {field: state.pop(field) for field in OURS if field in state}
            processor["ProcessorConfig"]["ExecutionType"] = "STANDARD"  # moto knows no other
            if isinstance(percentage := state.get("ToleratedFailurePercentage"), int):
                state["ToleratedFailurePercentage"] = float(percentage)  # nor an integer
            yield (*path, name), Distribution(whole, ours, own)
        yield from _take_out(processor, (*path, name, None), jsonata)
        for index, branch in enumerate(state.get("Branches", [])):
            yield from _take_out(branch, (*path, name, index), jsonata)


def _state_at(program: Any, path: tuple[Any, ...]) -> Any:
    states = program.states
    while True:
        state, *rest = states.states[path[0]], *path[1:]
        if not rest:
            return state
        within = state.iteration_component if rest[0] is None else state.branches.programs[rest[0]]
        states = within._states if rest[0] is None else within.states
        path = tuple(rest[1:])


def _run_apart(mends: Mends, clock: Clock) -> None:
    """moto evaluates the items within the parent (distributed_iteration_component.py:100)."""

    def execute(self: Any, env: Environment) -> None:
        distribution = getattr(self, "distribution", None)
        if distribution is None:
            execute_inline(self, env)
        else:
            mapruns.MapRun(self, distribution, env, clock).run()

    execute_inline: Callable[..., None] = mends.replace(StateMap, "_eval_execution", execute)


def _find_children(mends: Mends) -> None:
    """moto knows executions of state machines alone."""

    def describe(self: StepFunctionsParserBackend, execution_arn: str) -> Any:
        child = getattr(self, "map_run_children", {}).get(execution_arn)
        return find(self, execution_arn) if child is None else child

    find: Callable[..., Any] = mends.replace(
        StepFunctionsParserBackend, "describe_execution", describe
    )
