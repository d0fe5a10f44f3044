"""The engine: all that an execution does is mended here, each part in its own file."""

from __future__ import annotations

from localaws.mending import Mends
from localaws.stepfunctions import (
    apitasks,
    attempts,
    choices,
    comparisons,
    context,
    credentials,
    distributed,
    errors,
    failures,
    integrations,
    intrinsics,
    itemselectors,
    jsonata,
    nested,
    parameters,
    paths,
    pathvalues,
    sidebyside,
    variables,
)
from localaws.timing.timekeeping import Clock


def install(mends: Mends, clock: Clock) -> None:
    context.install(mends)
    failures.install(mends)
    paths.install(mends)
    pathvalues.install(mends)
    intrinsics.install(mends)
    jsonata.install(mends, clock)
    itemselectors.install(mends)
    comparisons.install(mends)
    choices.install(mends)
    attempts.install(mends)
    variables.install(mends)
    sidebyside.install(mends, clock)
    distributed.install(mends, clock)
    errors.install(mends)
    integrations.install(mends, clock)
    parameters.install(mends)
    apitasks.install(mends)
    nested.install(mends, clock)
    credentials.install(mends)
