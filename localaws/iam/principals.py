"""Whose request it is: the sessions of roles, by their access keys.

A function and a state machine have temporary credentials of their role, as on AWS:
docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html. Every other key is the
learner's own, unless STS has given it out.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from typing import NamedTuple

from botocore.awsrequest import AWSPreparedRequest
from moto.sts.models import AssumedRole, sts_backends
from moto.utilities.utils import get_partition

TEMPORARY = "ASIA"  # how the keys of a session begin
LETTERS = 32  # of the name that Step Functions gives its sessions


class Session(AssumedRole):
    """The session in which a service acts for a role. It draws nothing, unlike moto's."""

    def __init__(self, role_arn: str, name: str, service: str, region: str) -> None:
        """`service`: the principal's first label, as `lambda`."""
        _, self.partition, _, _, self.account_id, _ = role_arn.split(":", 5)
        self.role_arn, self.session_name, self.service = role_arn, name, service
        self.region_name = region
        self.access_key_id = TEMPORARY + _letters(f"{role_arn} {name} {service}")[:16]
        self.secret_access_key = self.session_token = "local"
        self.policy = ""  # no session policy


class Signer(NamedTuple):
    """What a signature says: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html"""

    access_key: str
    region: str
    service: str


_sessions: dict[str, AssumedRole] = {}


def forget() -> None:
    """There are no sessions yet."""
    _sessions.clear()


def of_function(role_arn: str, function_name: str, region: str) -> Session:
    """The session of a function's environments: its name is the function's."""
    return _open(Session(role_arn, function_name, "lambda", region))


def of_state_machine(role_arn: str, region: str) -> Session:
    """The session in which Step Functions runs tasks: its name is made up."""
    drawn = [letter for letter in _letters(f"states {role_arn}") if letter.isalpha()]
    name = "".join(one.lower() if i % 3 else one for i, one in enumerate(drawn[:LETTERS]))
    return _open(Session(role_arn, name, "states", region))


def _open(session: Session) -> Session:
    known = _sessions.get(session.access_key_id)
    if isinstance(known, Session):
        return known
    _sessions[session.access_key_id] = session
    backend = sts_backends[session.account_id][get_partition(session.region_name)]
    backend.assumed_roles.append(session)  # GetCallerIdentity looks there
    return session


def signer(request: AWSPreparedRequest) -> Signer | None:
    """Who has signed a request, and for which service; None where nobody has."""
    header = request.headers.get("Authorization")
    if not header:
        return None
    text = header.decode() if isinstance(header, bytes) else str(header)
    _, found, credential = text.partition("Credential=")
    parts = credential.partition(",")[0].split("/")
    return Signer(parts[0], parts[2], parts[3]) if found and len(parts) == 5 else None


def session(access_key: str) -> AssumedRole | None:
    """The session of a key; None where it is nobody's."""
    if not access_key.startswith(TEMPORARY):
        return None
    known = _sessions.get(access_key)
    if known is None:
        known = _given_out(access_key)
        if known is not None:
            _sessions[access_key] = known
    return known


def is_state_machine(request: AWSPreparedRequest) -> bool:
    """Whether a state machine makes this request."""
    signed = signer(request)
    known = signed and _sessions.get(signed.access_key)
    return isinstance(known, Session) and known.service == "states"


def _given_out(access_key: str) -> AssumedRole | None:
    """The session that AssumeRole has begun."""
    for account in list(sts_backends.values()):
        for backend in list(account.values()):
            found: AssumedRole | None = backend.get_assumed_role_from_access_key(access_key)
            if found is not None:
                return found
    return None


@functools.lru_cache(1024)
def _letters(text: str) -> str:
    return base64.b32encode(hashlib.sha512(text.encode()).digest()).decode()
