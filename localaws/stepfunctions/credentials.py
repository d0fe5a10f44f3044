"""A Task's Credentials: the role that it takes on, if it may.

docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.eval.environment import Environment

from localaws import seeds
from localaws.iam import decisions, principals
from localaws.iam.actions.needs import Need
from localaws.iam.services import SERVICES
from localaws.mending import Mends


def install(mends: Mends) -> None:
    _mend_credentials(mends)


def _mend_credentials(mends: Mends) -> None:
    """moto takes on any role, and asks nobody (state_task.py:71)."""

    def credentials(self: StateTask, env: Environment) -> Any:
        found = evaluate(self, env)
        own = env.aws_execution_details
        if found.role_arn and found.role_arn != own.role_arn:
            machine = env.states.context_object.context_object_data["StateMachine"]["Id"]
            _assume(found.role_arn, own.role_arn, own.region, machine)
        return found

    evaluate: Callable[..., Any] = mends.replace(StateTask, "_eval_state_credentials", credentials)


def _assume(role_arn: str, own: str, region: str, machine: str) -> None:
    """Raises ClientError where the machine's own role may not take on the other."""
    session = principals.of_state_machine(own, region)
    need = Need("sts:AssumeRole", role_arn)
    verdict = decisions.verdict(session, need, lambda: {"sts:externalid": [machine]})
    if not verdict.allows:
        sts = SERVICES["sts"]
        message = sts.words.about(session.arn, need, verdict.reason)
        metadata = {"HTTPStatusCode": sts.status, "RequestId": str(seeds.uuid4())}
        answer: Any = {
            "Error": {"Code": sts.code, "Message": message},
            "ResponseMetadata": metadata,
        }
        raise ClientError(answer, "AssumeRole")
