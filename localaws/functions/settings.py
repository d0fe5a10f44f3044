"""A function's settings that moto does not keep, or keeps where AWS refuses them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import EventInvokeConfig, LambdaBackend, LambdaFunction
from moto.awslambda.policy import Policy

from localaws.functions.concurrency import ACCOUNT_LIMIT, LEAST_UNRESERVED
from localaws.functions.configuration import reserved
from localaws.mending import Mends

# Settings that are kept as they are given; where, and the name in the API.
KEPT = {"DeadLetterConfig": "dead_letter_config", "LoggingConfig": "logging_config"}


def install(mends: Mends) -> None:
    _mend_reserved_variables(mends)
    _mend_kept_settings(mends)
    _mend_event_invoke_configs(mends)
    _mend_reserved_concurrency(mends)
    _mend_principals(mends)


def _mend_reserved_variables(mends: Mends) -> None:
    """moto takes any environment variable (awslambda/models.py:648)."""

    def create(self: LambdaBackend, spec: dict[str, Any]) -> LambdaFunction:
        _refuse_reserved(spec)
        return make(self, spec)

    def update(self: LambdaFunction, updates: dict[str, Any]) -> dict[str, Any]:
        _refuse_reserved(updates)
        changed: dict[str, Any] = change(self, updates)
        return changed

    make: Callable[..., LambdaFunction] = mends.replace(LambdaBackend, "create_function", create)
    change: Callable[..., Any] = mends.replace(LambdaFunction, "update_configuration", update)


def _refuse_reserved(spec: dict[str, Any]) -> None:
    names = reserved((spec.get("Environment") or {}).get("Variables") or {})
    if names:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided contains reserved keys that are currently not supported "
            f"for modification. Reserved keys used in this request: {', '.join(names)}"
        )


def _mend_kept_settings(mends: Mends) -> None:
    """moto drops DeadLetterConfig and LoggingConfig, and later changes of two others
    (awslambda/models.py:631, :850)."""

    def initialise(
        self: LambdaFunction, account_id: str, spec: Any, *given: Any, **named: Any
    ) -> None:
        begin(self, account_id, spec, *given, **named)
        _keep(self, spec)

    def update(self: LambdaFunction, updates: dict[str, Any]) -> dict[str, Any]:
        _keep(self, updates)
        self.tracing_config = updates.get("TracingConfig", self.tracing_config)
        if "EphemeralStorage" in updates:
            self.ephemeral_storage = updates["EphemeralStorage"]["Size"]
        changed: dict[str, Any] = change(self, updates)
        return changed

    def configuration(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
        shown: dict[str, Any] = show(self, on_create)
        shown |= {
            name: getattr(self, field) for name, field in KEPT.items() if getattr(self, field)
        }
        return shown

    begin: Callable[..., None] = mends.replace(LambdaFunction, "__init__", initialise)
    change: Callable[..., Any] = mends.replace(LambdaFunction, "update_configuration", update)
    show: Callable[..., Any] = mends.replace(LambdaFunction, "get_configuration", configuration)


def _keep(function: LambdaFunction, spec: dict[str, Any]) -> None:
    for name, field in KEPT.items():
        if name in spec or not hasattr(function, field):
            setattr(function, field, spec.get(name) or {})
    group = function.logging_config.get("LogGroup")
    function.logs_group_name = group or f"/aws/lambda/{function.function_name}"


def _mend_event_invoke_configs(mends: Mends) -> None:
    """moto keeps the first configuration for ever, whatever is put after it (models.py:610)."""

    def put(self: LambdaBackend, function_name: str, config: dict[str, Any]) -> dict[str, Any]:
        function = self.get_function(function_name)
        kept = EventInvokeConfig(_qualified(function), function.last_modified, config)
        function.event_invoke_config[:] = [kept]
        answer: dict[str, Any] = kept.response()
        return answer

    def update(self: LambdaBackend, function_name: str, config: dict[str, Any]) -> dict[str, Any]:
        function = self.get_function(function_name)
        before = function.event_invoke_config[0].config if function.event_invoke_config else {}
        return put(self, function_name, {**before, **config})

    mends.replace(LambdaBackend, "put_function_event_invoke_config", put)
    mends.replace(LambdaBackend, "update_function_event_invoke_config", update)


def _qualified(function: LambdaFunction) -> str:
    arn = str(function.function_arn)
    return arn if arn.count(":") > 6 else f"{arn}:$LATEST"


def _mend_reserved_concurrency(mends: Mends) -> None:
    """moto reserves more than the account has (awslambda/models.py:582), unless it is told a quota
    by a variable that a learner's other programs would inherit."""

    def put(self: LambdaBackend, function_name: str, reserved_concurrency: str) -> Any:
        others = [
            int(one.reserved_concurrency)
            for one in self.list_functions()
            if one.reserved_concurrency and one.function_name != function_name
        ]
        if ACCOUNT_LIMIT - sum(others) - int(reserved_concurrency) < LEAST_UNRESERVED:
            raise InvalidParameterValueException(
                "Specified ReservedConcurrentExecutions for function decreases account's "
                "UnreservedConcurrentExecution below its minimum value of "
                f"[{LEAST_UNRESERVED}]."
            )
        return keep(self, function_name, reserved_concurrency)

    keep: Callable[..., Any] = mends.replace(LambdaBackend, "put_function_concurrency", put)


def _mend_principals(mends: Mends) -> None:
    """moto writes the principal of AddPermission into the policy as it is given, unless it is a
    service or ends in `:root` (awslambda/policy.py:105); so IAM finds no role and no account in it.

    docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """

    def principal(self: Policy, given: Any) -> Any:
        if isinstance(given, str) and re.fullmatch(r"\d{12}", given):
            given = f"arn:aws:iam::{given}:root"
        if isinstance(given, str) and given.startswith("arn:"):
            return {"AWS": given}
        return before(self, given)

    before: Callable[..., Any] = mends.replace(Policy, "principal_formatter", principal)
