"""The API of pipes, and what becomes of one.

docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.pipes.exceptions import ConflictException, ValidationException
from moto.pipes.models import EventBridgePipesBackend, Pipe

from localaws.mending import Mends
from localaws.pipes.deliveries import FIRE_AND_FORGET, PipePoller, Source
from localaws.sqs.batches import Filters
from localaws.sqs.poller import Pollers

ON_THE_WAY = ("CREATING", "STARTING", "STOPPING", "UPDATING")
TARGETS = ("lambda", "sqs", "states")


def install(mends: Mends, pollers: Pollers) -> None:
    _mend_life(mends, pollers)
    _mend_states(mends)


def _mend_life(mends: Mends, pollers: Pollers) -> None:
    """moto stores a pipe, and it carries nothing (pipes/models.py:141)."""
    sources: dict[str, Source] = {}

    def create_pipe(self: EventBridgePipesBackend, name: str, **given: Any) -> Pipe:
        if name in self.pipes:
            raise ConflictException(f"Pipe {name} already exists.", name, "Pipe")
        _check(given["source"], given)
        pipe = create(self, name=name, **given)
        sources[pipe.arn] = Source(pipe)
        pollers.follow(sources[pipe.arn], PipePoller)
        return pipe

    def update_pipe(self: EventBridgePipesBackend, name: str, **given: Any) -> Pipe:
        if name in self.pipes:
            kept = self.pipes[name]
            _check(kept.source, {**given, "target": given.get("target") or kept.target})
        return followed(update(self, name=name, **given))

    def start_pipe(self: EventBridgePipesBackend, name: str) -> Pipe:
        return followed(begin(self, name))

    def stop_pipe(self: EventBridgePipesBackend, name: str) -> Pipe:
        return followed(end(self, name))

    def delete_pipe(self: EventBridgePipesBackend, name: str) -> Pipe:
        pipe = delete(self, name)
        pollers.forget(sources.pop(pipe.arn))
        return pipe

    def followed(pipe: Pipe) -> Pipe:
        pollers.follow(sources[pipe.arn], PipePoller)
        return pipe

    backend = EventBridgePipesBackend
    create: Callable[..., Pipe] = mends.replace(backend, "create_pipe", create_pipe)
    update: Callable[..., Pipe] = mends.replace(backend, "update_pipe", update_pipe)
    begin: Callable[..., Pipe] = mends.replace(backend, "start_pipe", start_pipe)
    end: Callable[..., Pipe] = mends.replace(backend, "stop_pipe", stop_pipe)
    delete: Callable[..., Pipe] = mends.replace(backend, "delete_pipe", delete_pipe)


def _mend_states(mends: Mends) -> None:
    """A pipe that is stopped starts when it is looked at (pipes/models.py:41)."""

    def advance(self: Pipe) -> None:
        if self.status in ON_THE_WAY:
            self.status = self.desired_state

    mends.replace(Pipe, "advance", advance)


def _check(source: str, given: dict[str, Any]) -> None:
    target = str(given["target"])
    if source.split(":")[2:3] != ["sqs"] or target.split(":")[2:3] not in [[t] for t in TARGETS]:
        raise ValidationException(
            "The local AWS has pipes from SQS queues to Lambda functions, Step Functions state "
            "machines and SQS queues."
        )
    if given.get("enrichment"):
        raise ValidationException("The local AWS has pipes without enrichment.")
    parameters = given.get("target_parameters") or {}
    kind = (parameters.get("StepFunctionStateMachineParameters") or {}).get("InvocationType")
    if ":stateMachine:" in target and kind != FIRE_AND_FORGET:
        raise ValidationException(
            "Standard workflows are started with the InvocationType FIRE_AND_FORGET, and so are "
            "all in the local AWS."
        )
    try:
        Filters((given.get("source_parameters") or {}).get("FilterCriteria"))
    except ValueError:
        raise ValidationException("Invalid filter pattern definition.") from None
