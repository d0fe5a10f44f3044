"""Execution environments: what Lambda keeps between two invocations of a function.

docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import shutil
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from localaws.functions.sandbox import Code, Sandbox

# AWS tells neither. How long an idle environment lives was measured:
# mikhail.io/2019/08/aws-lambda-cold-starts-after-10-minutes
LONGEST_IDLE = timedelta(minutes=10)
# "Lambda terminates execution environments every few hours", whether they are busy or not.
LONGEST_LIFE = timedelta(hours=2)


class State(Enum):
    """What the next invocation has to do first."""

    NEW = "initialise, in a phase of its own"
    RESET = "initialise, as a part of the invocation: the last one has ended the process"
    WARM = "nothing"


@dataclass(eq=False)
class Environment:
    """One execution environment, with a log stream and a /tmp of its own.

    Attributes:
        temporary: the folder that is its /tmp. A reset leaves it as it is.
        sandbox: the process in which it ran last.
    """

    stream: str
    temporary: Path
    born: datetime
    idle_since: datetime
    state: State = State.NEW
    sandbox: Sandbox | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether Lambda has ended it, idle as it is."""
        return now - self.idle_since >= LONGEST_IDLE or now - self.born >= LONGEST_LIFE

    def remove_files(self) -> None:
        shutil.rmtree(self.temporary, ignore_errors=True)


@dataclass(eq=False)
class Fleet:
    """The environments of one function with one code and configuration."""

    fingerprint: tuple[Any, ...]
    code: Code
    idle: deque[Environment] = field(default_factory=deque)  # that which was used last is last
    size: int = 0
    sandboxes: list[Sandbox] = field(default_factory=list)

    def busy(self) -> int:
        """How many processes are at work."""
        return sum(sandbox.busy for sandbox in self.sandboxes if sandbox.alive)
