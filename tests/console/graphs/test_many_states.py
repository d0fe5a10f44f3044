"""What keeps a picture of many states readable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.console.definition.parsing import Definition
from orderlab.console.graphs import graph
from orderlab.console.graphs.overlay import overlay_of
from tests.console.graphs.pictures import (
    LAMBDA,
    STARTED,
    box_of,
    defined,
    draw,
    drawn,
    entered,
    words_of,
)


def forty() -> Definition:
    """Ten stages of a task, a choice, a review and a wait, whose errors lead to one handler."""
    states: dict[str, Any] = {}
    handled = [{"ErrorEquals": ["States.ALL"], "Next": "HandleFailure"}]
    for n in range(10):
        ahead = f"Stage{n + 1}" if n < 9 else "Done"
        rules = [("DONE", ahead), ("REVIEW", f"Review{n}")]
        states |= {
            f"Stage{n}": {"Type": "Task", "Resource": LAMBDA, "Catch": handled, "Next": f"Is{n}"},
            f"Is{n}": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.s", "StringEquals": s, "Next": t} for s, t in rules],
                "Default": f"Wait{n}" if n < 7 else "HandleFailure",
            },
            f"Review{n}": {"Type": "Pass", "Next": ahead},
        }
        if n < 7:
            states[f"Wait{n}"] = {"Type": "Wait", "Seconds": 300, "Next": f"Stage{n}"}
    fail = {"Type": "Fail", "Error": "OrderFailed"}
    handler = {"Type": "Pass", "Next": "Failed"}
    return defined(
        {**states, "HandleFailure": handler, "Failed": fail, "Done": {"Type": "Succeed"}}
    )


def test_forty_states() -> None:
    definition = forty()
    picture = drawn(definition)
    assert len(definition.states) == 40
    assert picture.size[0] < 1000  # wider than a notebook, it would be shrunk
    assert picture.size[1] < 3000
    assert all(name in words_of(picture) for name in definition.states)
    assert "  Stage7 (λ Lambda invoke): then Is7; HandleFailure on States.ALL" in picture.text


def test_a_handler_of_many_states_gets_one_arrow() -> None:
    definition = forty()
    handler = graph.ids(definition)["HandleFailure"]
    lines = graph.source(definition).splitlines()
    [arrow] = [line for line in lines if f"-> {handler} [" in line]
    assert arrow.startswith("c0 -> ")
    assert "from 13 states" in words_of(drawn(definition))
    box = box_of(drawn(definition), definition, "Stage0")
    assert box.endswith("! States.ALL → HandleFailure")
    assert box_of(drawn(definition), definition, "Is8").endswith("default → HandleFailure")


def test_the_catch_that_was_taken_is_drawn_all_the_same(written: Callable[..., Any]) -> None:
    states = {name: dict(state.raw) for name, state in forty().states.items()}
    events = [
        STARTED,
        entered("Task", 0, "Stage0"),
        ("TaskScheduled", 2, {}),
        ("TaskFailed", 3, {"error": "E"}),
        ("TaskStateExited", 4, {"name": "Stage0"}),
        entered("Pass", 5, "HandleFailure"),
    ]
    case = written({"StartAt": "Stage0", "States": states}, "RUNNING", events)
    ids = graph.ids(case.definition)
    lines = graph.source(case.definition, overlay_of(case.execution)).splitlines()
    [arrow] = [x for x in lines if x.startswith(f"{ids['Stage0']} -> {ids['HandleFailure']} [")]
    assert "style=dashed" in arrow
    assert "penwidth=3" in arrow
    assert "from 12 states" in words_of(draw(case))
