"""How many invocations may run at one time.

docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html: beyond its reserved concurrency, or
beyond what the account has left for functions without one, Lambda throttles a function.
.../lambda/latest/api/API_Invoke.html names the reasons.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.utils import get_backend

from localaws import refusals
from localaws.observability import lambdametrics
from localaws.refusals import Refusal

ACCOUNT_LIMIT = 1000
LEAST_UNRESERVED = 100  # that the account keeps for functions without a reservation
OF_FUNCTION = "ReservedFunctionConcurrentInvocationLimitExceeded"
OF_ACCOUNT = "ConcurrentInvocationLimitExceeded"


class Concurrency:
    """Counts what runs."""

    def __init__(self) -> None:
        self._running: Counter[str] = Counter()  # by function, whatever its version
        self._counting = threading.Lock()

    @contextmanager
    def taken(self, function: LambdaFunction) -> Iterator[Refusal | None]:
        """Run one more invocation meanwhile; or, where that is too many, the refusal."""
        name = function.function_name
        with self._counting:
            refusal = self._refusal(function)
            if refusal is None:
                self._running[name] += 1
                lambdametrics.concurrent(function, self._running[name], sum(self._running.values()))
        try:
            yield refusal
        finally:
            if refusal is None:
                with self._counting:
                    self._running[name] -= 1
                    if not self._running[name]:
                        del self._running[name]

    def _refusal(self, function: LambdaFunction) -> Refusal | None:
        own = reserved(function)
        if own is not None:
            return None if self._running[function.function_name] < own else _throttle(OF_FUNCTION)
        if sum(self._running.values()) < LEAST_UNRESERVED:
            return None
        backend = get_backend(function.account_id, function.region)
        free, running = ACCOUNT_LIMIT, 0
        for one in backend.list_functions():
            share = reserved(one)
            free -= share or 0
            running += self._running[one.function_name] if share is None else 0
        return None if running < free else _throttle(OF_ACCOUNT)


def reserved(function: LambdaFunction) -> int | None:
    """The reserved concurrency of a function, of which all of its versions take."""
    backend: LambdaBackend = get_backend(function.account_id, function.region)
    kept = backend._lambdas._functions.get(function.function_name)
    latest = kept["latest"] if kept else function
    number = latest.reserved_concurrency if latest is not None else None
    return None if number is None else int(number)


def exists(function: LambdaFunction) -> bool:
    """Whether a function has not been deleted."""
    backend: LambdaBackend = get_backend(function.account_id, function.region)
    return function.function_name in backend._lambdas._functions


def _throttle(reason: str) -> Refusal:
    throttled = refusals.refusal("lambda", "TooManyRequestsException", None)
    return replace(throttled, fields={**throttled.fields, "Reason": reason})
