"""AWS/Lambda: what Lambda publishes of invocations, one by one.

docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html and .../monitoring-metrics.html:
by FunctionName, by FunctionName and Resource (with the version or alias that was called), and
across all functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from moto.awslambda.models import LambdaFunction
from moto.core.utils import unix_time

from localaws.observability import metrics
from localaws.observability.metrics import Key

NAMESPACE = "AWS/Lambda"
Dimensions = tuple[tuple[str, str], ...]


def _dimension_sets(function: LambdaFunction, arn: str) -> Iterator[Dimensions]:
    name = function.function_name
    qualifier = arn.split(":")[7] if arn.count(":") >= 7 else ""
    resource = f"{name}:{qualifier}" if qualifier else name
    yield (("FunctionName", name),)
    yield (("FunctionName", name), ("Resource", resource))
    yield ()


def _put(
    function: LambdaFunction,
    arn: str,
    values: dict[str, tuple[float, str]],
    when: float | None = None,
) -> None:
    place = (function.account_id, function.region)
    metrics.put_all(place, NAMESPACE, values, _dimension_sets(function, arn), when)


def invoked(
    function: LambdaFunction, arn: str, begun: float, milliseconds: float, failed: bool
) -> None:
    """An invocation has run to its end.

    Args:
        arn: as the caller has named the function, with version or alias.
        begun: seconds since 1970: the time that these metrics carry.
        milliseconds: what its REPORT line calls Duration.
        failed: Lambda has set FunctionError.
    """
    values = {
        "Invocations": (1.0, "Count"),
        "Errors": (1.0 if failed else 0.0, "Count"),
        "Throttles": (0.0, "Count"),
        "Duration": (milliseconds, "Milliseconds"),
    }
    _put(function, arn, values, begun)


def throttled(function: LambdaFunction, arn: str) -> None:
    """An invocation was refused; it counts neither as an invocation nor as an error."""
    _put(function, arn, {"Throttles": (1.0, "Count")})


def concurrent(function: LambdaFunction, of_function: int, of_all: int) -> None:
    """How many invocations run at this moment; Maximum is the statistic to ask for."""
    kept = metrics.store(function.account_id, function.region)
    when = unix_time()
    by_name = (("FunctionName", function.function_name),)
    kept.put(Key(NAMESPACE, "ConcurrentExecutions", by_name), of_function, "Count", when)
    kept.put(Key(NAMESPACE, "ConcurrentExecutions"), of_all, "Count", when)


def queued(function: LambdaFunction) -> None:
    """An event was taken for an asynchronous invocation."""
    _put(function, function.function_arn, {"AsyncEventsReceived": (1.0, "Count")})


def waited(function: LambdaFunction, milliseconds: float) -> None:
    """An event that was queued is delivered: how long after it was taken."""
    _put(function, function.function_arn, {"AsyncEventAge": (milliseconds, "Milliseconds")})


def dropped(function: LambdaFunction) -> None:
    """An event was given up: too old, or tried too often."""
    _put(function, function.function_arn, {"AsyncEventsDropped": (1.0, "Count")})


def undelivered(function: LambdaFunction) -> None:
    """A destination, or where there is none a dead-letter queue, did not take an event."""
    record = any(one.config.get("DestinationConfig") for one in function.event_invoke_config)
    name = "DestinationDeliveryFailures" if record else "DeadLetterErrors"
    _put(function, function.function_arn, {name: (1.0, "Count")})
