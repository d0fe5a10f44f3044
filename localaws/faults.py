"""Faults on purpose: `from localaws import faults`.

A fault makes a part of the stack fail, refuse or take longer, at a rate and for a while::

    with faults.inject(function="dev-ProcessPaymentFunction", error="PaymentGatewayTimeout"):
        ...  # every invocation raises PaymentGatewayTimeout
    faults.inject(table="dev-Orders", operations=["PutItem", "UpdateItem"],
                  error="InternalServerError", rate=0.2)
    faults.inject(function="dev-ProcessPaymentFunction", error="Lambda.TooManyRequestsException",
                  until=clock.now + timedelta(minutes=2))
    faults.inject(table="dev-Reservations", state="ReserveStock", error="InternalServerError",
                  when="after", times=2)
    faults.active()

Whom it strikes:

- A fault of a function: every invocation, whoever invokes it: a state machine, the event source
  mapping of a queue, an API, a rule, another function, or a cell.
- A fault of a table, a queue, a topic or a service: the requests of functions' code and of state
  machines. Never those of a cell or a terminal, so that whoever looks at the stack sees it as it
  is; nor those that AWS's services make among themselves, as a mapping that reads its queue.

boto3 tries again by itself what is transient or throttled: three attempts, four at DynamoDB, as of
botocore 1.44 (docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html). So code in a
function may not see a fault of a low rate. A state machine's requests are tried again by its own
Retry alone. Each attempt draws anew. The waits of boto3 in a cell that invokes a throttled function
take wall time; `Config(retries={"max_attempts": 0})` spares them.

Every fault draws from a source of its own, made of the cloud's seed and its name.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from localaws import cloud, terminal

if TYPE_CHECKING:
    from localaws.refusals import Refusal
    from localaws.striking import Fault, FaultTable

LAMBDA = "Lambda."  # what Step Functions puts before the name of an error of Lambda's own
SERVICES = {"function": "lambda", "table": "dynamodb", "queue": "sqs", "topic": "sns"}


def inject(
    *,
    function: str | None = None,
    table: str | None = None,
    queue: str | None = None,
    topic: str | None = None,
    service: str | None = None,
    operations: Collection[str] = (),
    state: str | None = None,
    error: str | None = None,
    message: str | None = None,
    when: Literal["before", "after"] = "before",
    latency: float = 0.0,
    rate: float = 1.0,
    times: int | None = None,
    from_: datetime | None = None,
    until: datetime | None = None,
    name: str | None = None,
    hidden: bool = False,
) -> Fault:
    """Put a fault into the stack. It stays until it is removed, or the local AWS is reset.

    Exactly one target, and an error, a latency, or both.

    Args:
        function: name or ARN of a function.
        table: name or ARN of a DynamoDB table.
        queue: name, URL or ARN of an SQS queue.
        topic: name or ARN of an SNS topic.
        service: a whole AWS service by boto3's name of it, as `stepfunctions`.
        operations: only these API actions, as `PutItem`; not for a function.
        state: only the requests of state machines' states of this name; not for a function.
        error: for a function: the errorType with which it ends, as if its handler had raised it.
            The handler does not run. With `Lambda.` before it, as Step Functions writes it, the
            error is Lambda's own: `Lambda.TooManyRequestsException` is a throttled function,
            docs.aws.amazon.com/lambda/latest/api/API_Invoke.html. An asynchronous invocation that
            Lambda refuses is tried again, as on AWS.
            For others: the error's name in the API reference of its service, as
            `ProvisionedThroughputExceededException`. A state machine sees it under the service's
            name, as `DynamoDB.ProvisionedThroughputExceededException`.
        message: the error's message; without it, AWS's own.
        when: whether the error comes before the work, which is then not done, or after it: the
            request is carried out, or the handler runs to its end, and its answer is lost.
        latency: seconds that an invocation takes longer, after its handler has done its work; it
            counts against the timeout. For others: seconds that a request takes longer before it
            is carried out or refused; a state machine's is so even if its state has given up.
        rate: which part of the invocations or requests it strikes, 0 to 1.
        times: how often it strikes at most; without it, as long as it stays.
        from_: when it begins, on the clock of the local AWS (`clock.now + timedelta(…)`); now.
        until: when it is over, on that clock; never.
        name: for `remove` and `active`; without it, made of target and effect.
        hidden: it is to be found by what it does: `active`, `remove` and `clear` pass over it. It
            ends with its `until`, or as a context manager.

    Raises:
        ValueError: the arguments make no sense together, or name something that is not there.
        RuntimeError: the local AWS is not started.
    """
    running = cloud.running()
    standing = running.faults  # asked for first: an AWS that is not ours has none, and says so
    from localaws import striking

    given = {
        "function": function,
        "table": table,
        "queue": queue,
        "topic": topic,
        "service": service,
    }
    kind, target = _target(given)
    own_service = SERVICES.get(kind, target)
    endpoint = _endpoint(own_service, operations, kind)
    _check_effect(error, message, latency, rate)
    _check_whom(kind, state, error, when, times)
    from_ = from_ or running.clock.now()
    _check_window(running.clock.now(), from_, until)
    refusal = _refusal(kind, own_service, error, message, latency)
    fault = striking.Fault(
        name=name or "",
        kind=kind,
        target=target,
        service=own_service,
        endpoint=endpoint,
        operations=frozenset(operations),
        state=state,
        error=error,
        message=message or "A fault on purpose.",
        refusal=refusal,
        is_after=when == "after",
        latency=float(latency),
        rate=float(rate),
        times=times,
        from_=from_,
        until=until,
        hidden=hidden,
    )
    fault.name = fault.name or f"{target} {fault.effect}"
    standing.add(fault)
    return fault


def active() -> FaultTable:
    """The faults that are there, also those whose time has not come or is over: a table."""
    return cloud.running().faults.told()


def remove(name: str) -> None:
    """Remove a fault.

    Raises:
        ValueError: there is none of this name.
    """
    faults = cloud.running().faults
    for fault in faults.told():
        if fault.name == name:
            faults.discard(fault)
            return
    names = ", ".join(repr(fault.name) for fault in faults.told()) or "none"
    raise ValueError(f"There is no fault named {name!r}. There are: {names}.")


def clear() -> None:
    """Remove every fault."""
    cloud.running().faults.clear()


def _target(given: dict[str, str | None]) -> tuple[str, str]:
    targets = [(kind, value) for kind, value in given.items() if value is not None]
    if len(targets) != 1:
        raise ValueError(f"A fault has one target: one of {', '.join(given)}.")
    kind, value = targets[0]
    if kind == "service":
        return kind, value
    from localaws.refusals import short_name

    target = short_name(value)
    existing = _existing(kind)
    if target not in existing:
        raise ValueError(f"There is no {kind} {target!r}.{_meant(target, existing)}")
    return kind, target


def _existing(kind: str) -> list[str]:
    """The names of all functions, tables, queues or topics."""
    from moto.awslambda.utils import get_backend
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.dynamodb.models import dynamodb_backends
    from moto.sns.models import sns_backends
    from moto.sqs.models import sqs_backends

    account, region = DEFAULT_ACCOUNT_ID, terminal.REGION
    if kind == "function":
        return [f.function_name for f in get_backend(account, region).list_functions()]
    if kind == "table":
        return list(dynamodb_backends[account][region].tables)
    if kind == "queue":
        return list(sqs_backends[account][region].queues)
    return [topic.name for topic in sns_backends[account][region].topics.values()]


def _endpoint(service: str, operations: Collection[str], kind: str) -> str:
    from botocore.exceptions import UnknownServiceError
    from moto.core.utils import get_service_model

    if isinstance(operations, str):
        raise ValueError('operations is a list of API actions, as ["PutItem"].')
    try:
        model = get_service_model(service)
    except UnknownServiceError:
        raise ValueError(f"boto3 knows no service {service!r}.") from None
    if operations and kind == "function":
        raise ValueError("A function has no operations; its fault strikes every invocation.")
    for operation in operations:
        if operation not in model.operation_names:
            near = _meant(operation, list(model.operation_names))
            raise ValueError(f"{service} has no API action {operation!r}.{near}")
    return str(model.endpoint_prefix)


def _check_effect(error: str | None, message: str | None, latency: float, rate: float) -> None:
    if not (latency >= 0 and math.isfinite(latency)):
        raise ValueError(f"latency is a number of seconds, 0 or more, not {latency!r}.")
    if error is None and not latency:
        raise ValueError("A fault has an error, a latency, or both.")
    if message is not None and error is None:
        raise ValueError("Only an error has a message.")
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is a part of all, from 0 to 1, not {rate!r}.")


def _check_whom(
    kind: str, state: str | None, error: str | None, when: str, times: int | None
) -> None:
    if state is not None and kind == "function":
        raise ValueError("A function's fault strikes whoever invokes it: leave out state.")
    if when not in ("before", "after"):
        raise ValueError(f'when is "before" or "after", not {when!r}.')
    if when == "after" and error is None:
        raise ValueError("Only an error comes after the work.")
    if when == "after" and kind == "function" and str(error).startswith(LAMBDA):
        raise ValueError("What Lambda refuses, it refuses before the handler runs.")
    if times is not None and times < 1:
        raise ValueError(f"times is a number of strikes, 1 or more, not {times!r}.")


def _check_window(now: datetime, from_: datetime, until: datetime | None) -> None:
    for argument, moment in (("from_", from_), ("until", until)):
        if moment is not None and moment.tzinfo is None:
            raise ValueError(
                f"{argument} needs a time zone. Reckon from clock.now: clock.now + timedelta(…)."
            )
    if until is not None and until <= from_:
        raise ValueError(f"The fault would be over ({until}) before it begins ({from_}).")
    if until is not None and until <= now:
        raise ValueError(f"The fault would be over already: it is {now}, and until is {until}.")


def _refusal(
    kind: str, service: str, error: str | None, message: str | None, latency: float
) -> Refusal | None:
    """AWS's answer; None where the function's own code raises the error, or there is none."""
    if error is None or (kind == "function" and not error.startswith(LAMBDA)):
        return None
    from localaws import refusals

    if kind == "function" and latency:
        raise ValueError("What Lambda refuses, it refuses at once: leave out latency.")
    if kind == "function":
        error = error.removeprefix(LAMBDA)
    return refusals.refusal(service, error, message)


def _meant(name: str, existing: list[str]) -> str:
    near = difflib.get_close_matches(name, existing, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
