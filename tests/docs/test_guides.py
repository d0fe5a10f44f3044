"""The guides in docs/ say what state-machines/order-workflow.asl.json says.

The diagram and the tables are drawn here from the definition. When it changes, these tests fail and
show the lines that the guide must hold. Prose is held to the definition word by word: whatever
stands there in backticks with a capital letter or a "$" in front must be a name that exists.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW = ROOT / "docs" / "WORKFLOW_DIAGRAM.md"
GUIDE = ROOT / "docs" / "STEP_FUNCTIONS_GUIDE.md"
each_guide = pytest.mark.parametrize("guide", [WORKFLOW, GUIDE], ids=lambda guide: guide.stem)

DEFINITION = json.loads(
    (ROOT / "state-machines" / "order-workflow.asl.json").read_text(encoding="utf-8")
)
STATES: dict[str, dict[str, Any]] = DEFINITION["States"]
TEMPLATE = (ROOT / "template.yaml").read_text(encoding="utf-8")

# Words of Step Functions that the order workflow does not use itself.
OTHER_WORDS = {
    *("Pass", "Wait", "Succeed", "Parallel", "Map"),
    *("InputPath", "OutputPath", "QueryLanguage", "Arguments", "Output"),
    *("States.Runtime", "States.DataLimitExceeded"),  # what no Catch sees
    *("SUCCEEDED", "TIMED_OUT", "ABORTED", "DefinitionSubstitutions"),
    "PAID",  # RepairOrderFunction's word, as is a row's TIMED_OUT and ABORTED
}


# ---- What the definition says, as a guide shows it --------------------------------------------


def called(state: dict[str, Any]) -> str:
    """What a Task calls: "lambda:invoke" of "arn:aws:states:::lambda:invoke"."""
    return str(state.get("Resource", "")).removeprefix("arn:aws:states:::")


def resource(state: dict[str, Any]) -> str:
    """The template's resource behind a call: "OrdersTable" of "${OrdersTableName}"."""
    values = [v for v in state.get("Parameters", {}).values() if isinstance(v, str)]
    found = [re.fullmatch(r"\$\{(\w+?)(?:Arn|Name)\}", value) for value in values]
    return next((match[1] for match in found if match), "")


def rule(choice: dict[str, Any]) -> str:
    operator = next(key for key in choice if key not in ("Variable", "Next"))
    return f"{choice['Variable']} is {json.dumps(choice[operator])}"


def handlers(state: dict[str, Any]) -> list[dict[str, Any]]:
    return [*state.get("Retry", []), *state.get("Catch", [])]


def lambda_errors(states: list[dict[str, Any]]) -> list[str]:
    """The names that start with "Lambda.", each once, in the definition's order."""
    names = (n for state in states for handler in handlers(state) for n in handler["ErrorEquals"])
    return list(dict.fromkeys(name for name in names if name.startswith("Lambda.")))


def errors(names: list[str]) -> str:
    """Error names in backticks; "Lambda's service errors" where all of those are meant."""
    every = lambda_errors(list(STATES.values()))
    whole = set(every) <= set(names)
    shown = [f"`{name}`" for name in names if not (whole and name in every)]
    return ", ".join((["Lambda's service errors"] if whole else []) + shown)


def service_errors() -> Iterator[str]:
    names = [f"`{name}`" for name in lambda_errors(list(STATES.values()))]
    yield f"Lambda's service errors are {', '.join(names[:-1])} and {names[-1]}."


def diagram() -> Iterator[str]:
    """The workflow as a Mermaid flowchart. Solid: a state's own way on. Dotted: a Catch."""
    yield "flowchart TD"
    yield f"    Start((start)) --> {DEFINITION['StartAt']}"
    for name, state in STATES.items():
        sign = " ".join(filter(None, [state["Type"], called(state)]))
        left, right = {"Choice": ("{{", "}}"), "Fail": ("([", "])")}.get(state["Type"], ("[", "]"))
        yield f'    {name}{left}"<b>{name}</b><br/>{sign}"{right}'
        for choice in state.get("Choices", []):
            yield f'    {name} -- "{rule(choice)}" --> {choice["Next"]}'
        if "Default" in state:
            yield f'    {name} -- "otherwise" --> {state["Default"]}'
        if "Next" in state:
            yield f"    {name} --> {state['Next']}"
        if state.get("End"):
            yield f"    {name} --> Succeeded((SUCCEEDED))"
        if state["Type"] == "Fail":
            yield f"    {name} --> Failed((FAILED))"
        caught: dict[str, list[str]] = {}
        for catcher in state.get("Catch", []):
            caught.setdefault(catcher["Next"], []).extend(catcher["ErrorEquals"])
        for target, names in caught.items():
            yield f'    {name} -. "{", ".join(names)}" .-> {target}'


def states_table() -> Iterator[str]:
    yield "| State | Type | Calls | On error |"
    yield "|---|---|---|---|"
    for name, state in STATES.items():
        calls = " ".join(f"`{word}`" for word in (called(state), resource(state)) if word)
        reactions = [
            f"{often(retrier['MaxAttempts'])} {errors(retrier['ErrorEquals'])}"
            for retrier in state.get("Retry", [])
        ]
        reactions += [
            f"Catch {errors(catcher['ErrorEquals'])} → `{catcher['Next']}`"
            for catcher in state.get("Catch", [])
        ]
        on_error = "<br/>".join(reactions) or "-"
        yield f"| `{name}` | {state['Type']} | {calls or '-'} | {on_error} |"


def often(max_attempts: int) -> str:
    return f"Retry {max_attempts} times:" if max_attempts else "Never retry"


def data_table() -> Iterator[str]:
    yield "| State | Its result goes to | It sets |"
    yield "|---|---|---|"
    for name, state in STATES.items():
        place = "-"
        if state["Type"] == "Task":
            path = state.get("ResultPath", "$")
            place = f"`{path}`" if path else "nowhere: `ResultPath` is null"
        sets = variables([state])
        if caught := variables(state.get("Catch", [])):
            sets.append(f"on a Catch {', '.join(caught)}")
        yield f"| `{name}` | {place} | {', '.join(sets) or '-'} |"


def variables(assigning: list[dict[str, Any]]) -> list[str]:
    names = [f"`${bare(name)}`" for one in assigning for name in one.get("Assign", {})]
    return list(dict.fromkeys(names))


def bare(name: str) -> str:
    """JSONPath marks a computed value with ".$" at the end of its name."""
    return name.removesuffix(".$")


def transitions() -> set[tuple[str, str]]:
    found = set()
    for name, state in STATES.items():
        rules = [*state.get("Choices", []), *state.get("Catch", [])]
        targets = [state.get("Next"), state.get("Default"), *(rule["Next"] for rule in rules)]
        found |= {(name, target) for target in targets if target}
    return found


def texts(value: Any) -> Iterator[str]:
    """Every key and every text in a JSON value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield bare(key)
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def words() -> set[str]:
    """Every name, error, path and variable of the definition, and the template's resources."""
    found = OTHER_WORDS | set(re.findall(r"^  (\w+):$", TEMPLATE, re.MULTILINE))
    for text in texts(DEFINITION):
        found.add(text)
        for path in re.findall(r"\$[\w.$]*\w", text):
            parts = path.split(".")
            found |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return found


# ---- What a guide says ------------------------------------------------------------------------


def read(guide: Path) -> str:
    return guide.read_text(encoding="utf-8")


def blocks(guide: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", read(guide), re.MULTILINE | re.DOTALL)


def prose(guide: Path) -> str:
    return re.sub(r"^```.*?^```", "", read(guide), flags=re.MULTILINE | re.DOTALL)


def is_part(part: Any, whole: Any) -> bool:
    """Whether the first JSON value says nothing that the second does not."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and is_part(part[key], whole[key]) for key in part)
    return bool(part == whole)


# ---- Tests ------------------------------------------------------------------------------------


@pytest.mark.parametrize("draw", [states_table, data_table, service_errors])
def test_table_is_the_definitions(draw: Callable[[], Iterator[str]]) -> None:
    lines = "\n".join(draw())

    assert lines in read(WORKFLOW), f"docs/WORKFLOW_DIAGRAM.md must hold\n{lines}"


def test_diagram_is_the_definitions() -> None:
    lines = "\n".join(diagram()) + "\n"

    assert blocks(WORKFLOW, "mermaid") == [lines], f"its Mermaid block must hold\n{lines}"


def test_paths_can_be_taken() -> None:
    """Each chain of "`A` → `B`" follows transitions, and together they reach every state."""
    how_it_ends = read(WORKFLOW).split("## How an order ends")[1]
    chains = [re.findall(r"\w+", c) for c in re.findall(r"`\w+`(?: → `\w+`)+", how_it_ends)]
    steps = {pair for chain in chains for pair in itertools.pairwise(chain)}

    assert steps - transitions() == set()
    assert {name for chain in chains for name in chain} == set(STATES)
    assert {chain[0] for chain in chains} == {DEFINITION["StartAt"]}


@each_guide
def test_names_in_prose_exist(guide: Path) -> None:
    quoted = re.findall(r"`([^`\n]+)`", prose(guide))
    names = {text for text in quoted if re.fullmatch(r"[A-Z]\w*(\.\w+)*|\$[\w.$]*", text)}

    assert set(STATES) <= names
    assert names - words() == set()


def test_state_types_are_the_definitions() -> None:
    """The guide's table of the eight types names, for each, the states that are of it."""
    rows = re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", read(GUIDE), re.MULTILINE)
    listed = {kind: re.findall(r"`(\w+)`", names) for kind, names in rows}

    assert len(listed) == 8
    for kind, names in listed.items():
        assert names == [name for name, state in STATES.items() if state["Type"] == kind]


def test_integrations_are_the_definitions() -> None:
    """What the guide says that Tasks call is what the workflow's Tasks call."""
    named = set(re.findall(r"`([a-z]+:[a-zA-Z]+)`", prose(GUIDE)))

    assert named == {called(state) for state in STATES.values() if "Resource" in state}


def test_excerpts_are_the_definitions() -> None:
    excerpts = [json.loads(block) for block in blocks(GUIDE, "json")]

    assert excerpts
    assert [excerpt for excerpt in excerpts if not is_part(excerpt, STATES)] == []


def test_data_is_what_the_states_make() -> None:
    (example,) = (json.loads(block) for block in blocks(WORKFLOW, "json"))
    made = {
        state["ResultPath"].removeprefix("$."): set(map(bare, state["ResultSelector"]))
        for state in STATES.values()
        if "ResultSelector" in state
    }

    assert {name: set(example[name]) for name in made} == made


@each_guide
def test_leads_into_the_lessons(guide: Path) -> None:
    for lesson in ("02_states", "03_data_flow", "04_order_workflow"):
        assert f"](../notebooks/{lesson}.ipynb)" in read(guide)
