"""Permissions are asked for every request that is signed by a role: by a function or a machine.

The learner's own requests pass. What a request needs is in `localaws.iam.actions`; an operation
that nobody has put there needs the permission of its own name, on all resources.
"""

from __future__ import annotations

from functools import partial

from botocore.awsrequest import AWSPreparedRequest
from moto.sts.models import AssumedRole

from localaws.functions.outcomes import Answer
from localaws.iam import (
    contexts,
    decisions,
    principals,
    requests,
    resourcepolicies,
    roles,
    services,
    tokens,
)
from localaws.iam.actions.needs import Ask, Need
from localaws.iam.decisions import Verdict
from localaws.iam.services import SERVICES, Service
from localaws.refusals import Refusal
from localaws.timing.timekeeping import Clock

UNKNOWN_KEY = "The security token included in the request is invalid."
NO_KEY = "Missing Authentication Token"


class Permissions:
    """Lets a request pass, or refuses it in AWS's words."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        principals.forget()
        resourcepolicies.forget()
        roles.forget()
        tokens.forget()

    def refuse(self, request: AWSPreparedRequest) -> Answer | None:
        """The refusal of a request that its role may not make; None where it may pass."""
        signed = principals.signer(request)
        session = signed and principals.session(signed.access_key)
        if signed is None or session is None:
            return None
        return self._refuse(requests.read(request, signed), session, request.method)

    def refuse_function(self, request: AWSPreparedRequest) -> Answer | None:
        """The same for a request of a function's code, which has no other credentials."""
        signed = principals.signer(request)
        if signed is None:
            return _denial(SERVICES["sts"], "MissingAuthenticationToken", NO_KEY).answer()
        session = principals.session(signed.access_key)
        if session is None:
            service = SERVICES.get(signed.service, SERVICES["sts"])
            query = service.code != "AccessDeniedException"
            code = "InvalidClientTokenId" if query else "UnrecognizedClientException"
            return _denial(service, code, UNKNOWN_KEY).answer()
        return self._refuse(requests.read(request, signed), session, request.method)

    def _refuse(self, ask: Ask, session: AssumedRole, method: str | None) -> Answer | None:
        # To a name that is no service's, the answer is in a common protocol.
        service = services.of(ask.service) or Service("sts", ask.service, {})
        if not ask.operation:
            return _unknown(service).answer()
        for need in service.needs(ask):
            context = partial(contexts.of, session, ask, need, self._clock)
            verdict = decisions.verdict(session, need, context)
            if not verdict.allows:
                message = service.words.about(session.arn, need, _reason(service, verdict, need))
                answer = _denial(service, service.code, message).answer()
                return (answer[0], answer[1], b"") if method == "HEAD" else answer
        return None


def _reason(service: Service, verdict: Verdict, need: Need) -> str:
    return verdict.reason.replace(need.action, service.words.action(need.action))


def _denial(service: Service, code: str, message: str) -> Refusal:
    return Refusal(service.model, code, message, service.status, True, code)


def _unknown(service: Service) -> Refusal:
    """Nothing is allowed unknown. This is no answer of AWS's, and says so."""
    message = (
        f"The local AWS does not know which operation of {service.prefix} this is, and lets no "
        "function and no state machine call it."
    )
    return _denial(service, service.code, message)
