"""Which state machine has given out a task token.

On AWS the token itself says so: whoever answers it needs the permission for that machine.
"""

from __future__ import annotations

_machines: dict[str, str] = {}


def forget() -> None:
    """No token has been given out."""
    _machines.clear()


def given_out(token: str, machine_arn: str) -> None:
    """A machine waits for this token's answer."""
    _machines[token] = machine_arn


def machine_of(token: str) -> str | None:
    """The machine that waits, or waited, for a token; None where there is none such."""
    return _machines.get(token)
