"""What became of an error: Retry, Catch, or the end.

docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orderlab.console.definition.errors import RUNTIME, first_match
from orderlab.console.inspecting import words
from orderlab.console.inspecting.case import Case
from orderlab.console.inspecting.step import Step


def handled(case: Case) -> Iterator[Step]:
    """The steps after an error. Its output is an object of Error and Cause."""
    error = {"Error": case.attempt.error or "", "Cause": case.attempt.cause or ""}
    yield from _retry(case, error)
    if not case.retried:
        yield from _catch(case, error)


def _retry(case: Case, error: dict[str, str]) -> Iterator[Step]:
    retriers = case.raw.get("Retry", [])
    at = _fitting(case.evaluation.retrier, retriers, error["Error"])
    name = error["Error"] or "the error"
    if not retriers:
        if case.raw.get("Type") in ("Task", "Parallel", "Map"):
            said = "not given, so there is no second try"
            yield Step("Retry", None, error, error, said, given=False)
        return
    if at is None:
        said = f"none fits {name}" if name != RUNTIME else f"{name} is never retried"
        yield Step("Retry", None, error, error, said, given=False)
        return
    retrier = retriers[at]
    most = retrier.get("MaxAttempts", 3)
    said = f"{_ordinal(at, retriers)} fits {name}"
    if case.retried:
        said += f": retry {_count(case, retriers, at)} of at most {most}{_wait(case, retrier, at)}"
    elif most == 0:
        said += ", and says never to try again (MaxAttempts 0)"
    else:
        said += f", and its {most} {'retry is' if most == 1 else 'retries are'} used up"
    yield Step("Retry", retrier, error, error, said)


def _fitting(told: int | None, handlers: list[Mapping[str, Any]], error: str) -> int | None:
    return told if told is not None else first_match(handlers, error)


def _ordinal(at: int, handlers: list[Any]) -> str:
    return "it" if len(handlers) == 1 else f"number {at + 1} of {len(handlers)}"


def _count(case: Case, retriers: list[Mapping[str, Any]], at: int) -> int:
    """Which retry of this Retrier it is: each counts for itself."""
    made = case.visit.attempts[: case.chosen.attempt_number]
    since = [one for one in made if one.redrive == case.attempt.redrive]
    return sum(first_match(retriers, one.error or "") == at for one in since)


def _wait(case: Case, retrier: Mapping[str, Any], at: int) -> str:
    """How long it waited, and how that comes out of the Retrier."""
    following = case.chosen.attempt_number + 1
    pause = next((one for one in case.visit.backoffs if one.before == following), None)
    if pause is None or pause.end is None:
        return ""
    interval, rate = retrier.get("IntervalSeconds", 1), retrier.get("BackoffRate", 2.0)
    count = _count(case, case.raw["Retry"], at)
    longest = retrier.get("MaxDelaySeconds")
    planned = interval * rate ** (count - 1)
    said = f"{planned:g} s planned: IntervalSeconds {interval:g}"
    if count > 1:
        said += f" times BackoffRate {rate:g} to the power of {count - 1}"
    if longest is not None and planned > longest:
        said = f"{longest:g} s planned: MaxDelaySeconds, instead of {planned:g} s"
    if retrier.get("JitterStrategy") == "FULL":
        said += ", of which JitterStrategy FULL takes a random part"
    return f", after {pause.end - pause.start:.3f} s ({said})"


def _catch(case: Case, error: dict[str, str]) -> Iterator[Step]:
    catchers = case.raw.get("Catch", [])
    if case.visit.exited is None:
        if case.visit.status == "running":
            return
        frame = case.visit.parent
        end = f"so {frame.name} fails" if frame else "so the execution fails"
        none = f"none fits {error['Error']}, {end}" if catchers else f"not given, {end}"
        if catchers and error["Error"] == RUNTIME:
            none = f"{RUNTIME} is never caught, not by States.ALL either, {end}"
        if case.raw.get("Type") in ("Task", "Parallel", "Map"):
            yield Step("Catch", None, error, error, none, given=False)
        return
    at = _fitting(case.evaluation.catcher, catchers, error["Error"])
    catcher = catchers[at] if at is not None else {}
    fits = f"{_ordinal(at or 0, catchers)} fits {error['Error']}"
    said = f"{fits}, and leads to {catcher.get('Next')}"
    only = {key: catcher[key] for key in ("ErrorEquals", "Next", "Comment") if key in catcher}
    yield Step("Catch", only, error, error, said)
    if case.jsonata:
        given = "Output" in catcher
        said = "the output, made of the error" if given else "not given, so the error is the output"
        yield Step("Output", catcher.get("Output"), error, case.output, said, given)
    else:
        given = "ResultPath" in catcher
        field = catcher.get("ResultPath", "$")
        said = words.result_path_words(field, given, case.input, error, "error")
        yield Step("ResultPath", catcher.get("ResultPath"), case.input, case.output, said, given)
    after = {**case.variables, **case.assigned}
    given = "Assign" in catcher
    said = words.assign_words(case.assigned) if given else words.absent("Assign")
    yield Step("Assign", catcher.get("Assign"), dict(case.variables), after, said, given)
