"""A Task's parameters, looked at before the Task is scheduled.

moto drops what it does not know, and hands boto3 the rest, which then fails in Python's words
(state_task.py:51). On AWS such a Task never starts: the execution ends with States.Runtime and
"The Parameters '...' could not be used to start the Task: [...]".

Rules: docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html ("The field Filter is
not supported by Step Functions", names are in PascalCase) and supported-services-awssdk.html. The
words are those of reports: stackoverflow.com/questions/76372846 (a number where a STRING is
expected), and others for fields that are missing, unknown or of an invalid format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.model import Shape
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service,
    state_task_service_aws_sdk,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment

from localaws.mending import Mends
from localaws.stepfunctions import apitasks, taskerrors
from localaws.stepfunctions.failures import runtime
from localaws.stepfunctions.jsontext import written
from localaws.stepfunctions.sdkshapes import member_names, operation, pascal, plain

StateTaskService = state_task_service.StateTaskService
SDK = state_task_service_aws_sdk.StateTaskServiceAwsSdk
NUMBERS = ("integer", "long", "float", "double")
NO_TEXT = "must be a STRING"
TEXTS = ("Message", "MessageBody")  # that one is missing SNS and SQS say (recorded)


def install(mends: Mends) -> None:
    def parameters(self: Any, env: Environment) -> Any:
        if self.parargs is None:
            return {}
        self.parargs.eval(env=env)
        return env.stack.pop()

    def schedule(self: Any, env: Environment, **given: Any) -> None:
        raw = given["raw_parameters"]
        field = "Parameters" if self._is_language_query_jsonpath() else "Arguments"
        problems = list(_problems(raw, input_shape(self), field))
        if isinstance(self, SDK):  # which writes any JSON where a text is expected
            problems = [one for one in problems if not one.endswith(NO_TEXT)]
        if problems:
            used = f"The {field} '{written(raw)}' could not be used to start the Task"
            raise runtime(env, f"{used}: [{', '.join(problems)}]")
        known = self._get_supported_parameters()
        for name in [name for name in raw if known is not None and name not in known]:
            del raw[name]
        announce(self, env=env, **given)

    mends.replace(StateTaskService, "_eval_parameters", parameters)
    announce: Callable[..., None] = mends.replace(
        StateTaskService, "_before_eval_execution", schedule
    )


def input_shape(task: Any) -> Shape | None:
    """What the service's model says of a Task's parameters; None where it has no such action."""
    resource = task.resource
    if isinstance(task, SDK):
        return _input(taskerrors.boto_name(resource.api_name), resource.api_action)
    if isinstance(task, apitasks.TASK):
        return apitasks.PARAMETERS
    optimized = taskerrors.OPTIMIZED.get(resource.service_name)
    return _input(optimized.boto, resource.api_action) if optimized else None


def _input(boto: str, action: str) -> Shape | None:
    found = operation(boto, action)
    shape: Shape | None = found.input_shape if found else None
    return shape


def _problems(value: Any, shape: Any, field: str) -> Iterator[str]:
    """What is wrong with the value of a field, in the words of AWS."""
    if shape is None or value is None or getattr(shape, "is_document_type", False):
        return
    kind = shape.type_name
    if kind == "structure":
        yield from _of_structure(value, shape, field)
    elif kind == "list" and isinstance(value, list):
        for each in value:
            yield from _problems(each, shape.member, field)
    elif kind == "map" and isinstance(value, dict):
        for name, each in value.items():
            yield from _problems(each, shape.value, name)
    elif kind in ("string", "blob") and isinstance(value, bool | int | float):
        yield f"The value for the field '{field}' {NO_TEXT}"
    elif kind in ("list", "map") or (kind in NUMBERS and not _is_number(value)):
        yield f"The value of the field '{field}' has an invalid format"


def _of_structure(value: Any, shape: Any, field: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"The value of the field '{field}' has an invalid format"
        return
    names = member_names(shape)
    given = {names.get(plain(name)) for name, each in value.items() if each is not None}
    for required in shape.required_members:
        if required not in given and required not in TEXTS:
            yield f"The field '{pascal(required)}' is required but was missing"
    for name, each in value.items():
        member = names.get(plain(name))
        if member is None or not name[:1].isupper():
            yield f'The field "{name}" is not supported by Step Functions'
        else:
            yield from _problems(each, shape.members[member], name)


def _is_number(value: Any) -> bool:
    try:
        return not isinstance(value, bool | list | dict) and float(value) is not None
    except ValueError:
        return False
