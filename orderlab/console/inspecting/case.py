"""All that is known of one attempt: the history's part, and what TestState says to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.console.executions.eventdetails import previous
from orderlab.console.executions.execution import Attempt, Visit
from orderlab.console.executions.reading import Recording
from orderlab.console.inspecting import scope, standins
from orderlab.console.inspecting.choosing import Chosen
from orderlab.console.inspecting.evaluating import (
    MANY,
    Evaluation,
    error_of,
    evaluate,
    result_of,
    tester_of,
)
from orderlab.console.inspecting.frames import inputs_of_frame, result_of_frame
from orderlab.console.inspecting.values import UNKNOWN, load


@dataclass(frozen=True)
class Case:
    """One attempt of one visit.

    Attributes:
        raw: the state as its definition has it; `language` is its QueryLanguage.
        variables: in scope before it, by name; `context` is the context object it had.
        items: of a Map or Parallel, what its iterations or branches began with.
        result: what the service, the branches or the iterations answered.
        tester: the client of TestState.
        evaluation: its answer; empty, with a `refusal`, where it cannot be used.
        next_state: where the execution went from here.
    """

    recording: Recording
    chosen: Chosen
    visit: Visit
    raw: Mapping[str, Any]
    language: str
    variables: Mapping[str, Any]
    context: Mapping[str, Any]
    items: Any
    result: Any
    tester: Any
    evaluation: Evaluation
    next_state: str | None

    @property
    def attempt(self) -> Attempt:
        return self.chosen.attempt

    @property
    def jsonata(self) -> bool:
        return self.language == standins.JSONATA

    @property
    def input(self) -> Any:
        return load(self.visit.input)

    @property
    def output(self) -> Any:
        """Of the state; UNKNOWN, where this attempt did not bring it."""
        return load(self.visit.output) if self.chosen.is_last else UNKNOWN

    @property
    def assigned(self) -> dict[str, Any]:
        return _assigned(self.visit) if self.chosen.is_last else {}

    @property
    def failed(self) -> bool:
        return self.attempt.failed

    @property
    def retried(self) -> bool:
        """Whether another attempt followed by its Retry, not by a redrive."""
        return _retried(self.chosen, self.visit)

    @property
    def called(self) -> bool:
        """Whether the service was called, or the branches or iterations begun."""
        return self.attempt.scheduled is not None

    @property
    def location(self) -> str | None:
        """The field whose JSONata expression failed, as the history names it."""
        begin, end = self.visit.entered_event, self.visit.exited_event
        for event in self.recording.events:
            found = event.get("evaluationFailedEventDetails", {})
            within = begin < event["id"] and (end is None or event["id"] < end)
            if within and self.failed and found.get("state") == self.visit.name:
                return str(found.get("location", "")).partition("/")[0] or None
        return None


def retries_before(chosen: Chosen) -> int:
    """$$.State.RetryCount: the attempts before this one, since the last redrive."""
    assert chosen.visit is not None
    before = chosen.visit.attempts[: chosen.attempt_number - 1]
    return sum(one.redrive == chosen.attempt.redrive for one in before)


def case_of(recording: Recording, chosen: Chosen) -> Case:
    """Read the history, ask TestState, and compare its answer with what happened."""
    visit = chosen.visit
    assert visit is not None
    raw = recording.definition.states[visit.name].raw
    language = standins.language_of(json.loads(recording.machine["definition"]), raw)
    before = scope.variables(recording, visit)
    context = scope.context(recording, visit, retries_before(chosen))
    frame = visit.type in ("Parallel", "Map")
    items = inputs_of_frame(recording, chosen) if frame else UNKNOWN
    result = load(chosen.attempt.result)
    if frame and not chosen.attempt.failed:
        result = _result_of_frame(recording, chosen, visit, raw)
    next_state = _next_state(recording, visit) if chosen.is_last else None
    tester = tester_of(recording.arn)
    evaluation = Evaluation(refusal=_unasked(visit, chosen, result))
    if not evaluation.refusal:
        mock, retries = _mock(chosen, visit, result)
        state = standins.stand_in(dict(raw), language)
        evaluation = evaluate(tester, state, visit.input, before, context, mock, retries)
        evaluation = _checked(evaluation, chosen, visit, raw, next_state)
    return Case(
        recording=recording,
        chosen=chosen,
        visit=visit,
        raw=raw,
        language=language,
        variables=before,
        context=context,
        items=items,
        result=result,
        tester=tester,
        evaluation=evaluation,
        next_state=next_state,
    )


def _result_of_frame(
    recording: Recording, chosen: Chosen, visit: Visit, raw: Mapping[str, Any]
) -> Any:
    """From the states inside, or, where the history has none, from the output it went on as."""
    found = result_of_frame(recording, chosen)
    shaped = raw.keys() & {"ResultSelector", "ResultPath", "OutputPath", "Output"}
    if found is UNKNOWN and not shaped and chosen.is_last:
        return load(visit.output)
    return found


def _unasked(visit: Visit, chosen: Chosen, result: Any) -> str:
    if visit.type in standins.CALLS and not chosen.attempt.failed and result is UNKNOWN:
        # There is nothing to mock. Of a distributed Map, no event tells the result.
        ended = visit.exited is not None
        return "the history does not have its result" if ended else "it has not ended"
    return ""


def _mock(chosen: Chosen, visit: Visit, result: Any) -> tuple[dict[str, Any] | None, int]:
    """What the service answered, and the retries before it that explain what came next."""
    if visit.type not in standins.CALLS:
        return None, 0
    attempt = chosen.attempt
    if not attempt.failed or attempt.result is not None:
        return result_of(result), 0
    if attempt.scheduled is None:
        return result_of(None), 0
    return error_of(attempt.error, attempt.cause), 0 if _retried(chosen, visit) else MANY


def _retried(chosen: Chosen, visit: Visit) -> bool:
    later = visit.attempts[chosen.attempt_number :]
    return chosen.attempt.failed and bool(later) and later[0].redrive == chosen.attempt.redrive


def _next_state(recording: Recording, visit: Visit) -> str | None:
    if visit.exited_event is None:
        return None
    for event in recording.events:
        if previous(event) == visit.exited_event and "stateEnteredEventDetails" in event:
            return str(event["stateEnteredEventDetails"]["name"])
    return None


def _assigned(visit: Visit) -> dict[str, Any]:
    return {name: load(text) for name, text in visit.assigned.items()}


def _checked(
    found: Evaluation,
    chosen: Chosen,
    visit: Visit,
    raw: Mapping[str, Any],
    next_state: str | None,
) -> Evaluation:
    """The answer, if it ends as the execution did: another one would explain what never was."""
    if found.refusal:
        return Evaluation(refusal=f"TestState is not to be had: {found.refusal}")
    ends = _retried(chosen, visit), chosen.is_last and visit.exited is not None
    expected = "RETRIABLE" if ends[0] else "FAILED"
    if ends[1]:
        expected = "CAUGHT_ERROR" if chosen.attempt.failed else "SUCCEEDED"
    elif not chosen.attempt.failed:
        return found  # it goes on: there is nothing yet to compare with
    if found.status != expected:
        told = f"{found.status}, {found.error}" if found.error else found.status
        return _differs(f"it says {told}")
    itself = chosen.attempt.scheduled is None or chosen.attempt.result is not None
    if not ends[1] or (chosen.attempt.failed and itself):
        return found  # the cause of an error of its own names the execution's event
    if found.output != load(visit.output):
        return _differs("its output is another one")
    variables = found.fields.get("variables", {})
    if any(variables.get(name) != value for name, value in _assigned(visit).items()):
        return _differs("its variables are others")
    if raw.get("Type") == "Choice":
        rule = standins.rule_of(found.next_state)
        target = raw.get("Default") if rule is None else raw["Choices"][rule].get("Next")
        if target != next_state:
            return _differs(f"it goes to {target}")
    return found


def _differs(how: str) -> Evaluation:
    return Evaluation(refusal=f"TestState does not repeat what the execution did ({how})")
