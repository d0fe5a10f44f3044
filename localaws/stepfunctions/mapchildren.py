"""The child executions of a distributed Map.

Rules: docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
"""

from __future__ import annotations

import dataclasses
from typing import Any

from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from localaws import seeds
from localaws.stepfunctions.jsontext import written
from localaws.timing.timekeeping import Clock


def make(parent: Any, distribution: Any, record: Any, given: Any, clock: Clock) -> Any:
    """Make a child execution, which is listed by its Map Run where it is a Standard one.

    Args:
        parent: the execution whose Map it is.
        distribution: what the Map's definition says.
        record: moto's record of the Map Run.
        given: the child's input.
        clock: the cloud's clock.
    """
    kind = distribution.execution_type
    name = str(seeds.uuid4())
    arn = f"{record.map_state_machine_arn}"
    machine = dataclasses.replace(
        parent.state_machine,
        arn=arn,
        name=arn.split(":stateMachine:")[1],
        definition=distribution.child,
        type=kind,
    )
    place = arn.replace(":stateMachine:", ":express:" if kind == "EXPRESS" else ":execution:")
    end = f":{seeds.uuid4()}" if kind == "EXPRESS" else ""
    child: Any = Execution(
        name=name,
        sm_type=kind,
        role_arn=parent.role_arn,
        exec_arn=f"{place}:{name}{end}",
        account_id=parent.account_id,
        region_name=parent.region_name,
        state_machine=machine,
        start_date=clock.now(),
        cloud_watch_logging_session=None,
        activity_store=parent._activity_store,
        input_data=written(given),
    )
    child.map_run_arn = record.map_run_arn
    if kind == "STANDARD":
        _list(child)
    return child


def _list(child: Any) -> None:
    backend: Any = stepfunctions_parser_backends[child.account_id][child.region_name]
    if not hasattr(backend, "map_run_children"):
        backend.map_run_children, backend.map_run_executions = {}, {}
    backend.map_run_children[child.exec_arn] = child
    backend.map_run_executions.setdefault(child.map_run_arn, []).append(child)
