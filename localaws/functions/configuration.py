"""A function's environment variables: those of its configuration, and those that Lambda sets.

docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
"""

from __future__ import annotations

from collections.abc import Iterable

from moto.awslambda.models import LambdaFunction

from localaws.functions.runtime.paths import TASK_ROOT
from localaws.iam import principals

# "The keys for these environment variables are reserved and cannot be set in your function
# configuration."
RESERVED = frozenset(
    (
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"),
        *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
        *("AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE"),
        *("AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY"),
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
        *("AWS_LAMBDA_MAX_CONCURRENCY", "AWS_LAMBDA_METADATA_API", "AWS_LAMBDA_METADATA_TOKEN"),
    )
)


def reserved(names: Iterable[str]) -> list[str]:
    """Those names that no configuration may set."""
    return [name for name in names if name in RESERVED]


def variables(function: LambdaFunction) -> dict[str, str]:
    """What a handler finds in `os.environ`; the log stream and the trace are added by whoever runs
    it."""
    logging = getattr(function, "logging_config", None) or {}
    session = principals.of_function(function.role, function.function_name, function.region)
    return {
        "LANG": "en_US.UTF-8",
        **{k: str(v) for k, v in (function.environment_vars or {}).items()},
        "_HANDLER": function.handler or "",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
        "AWS_LAMBDA_LOG_FORMAT": logging.get("LogFormat", "Text"),
        **_level(logging),
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LAMBDA_TASK_ROOT": TASK_ROOT,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
    }


def _level(logging: dict[str, str]) -> dict[str, str]:
    level = logging.get("ApplicationLogLevel")
    return {"AWS_LAMBDA_LOG_LEVEL": level} if level else {}
