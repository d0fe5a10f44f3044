"""What a sandbox and who invokes it tell each other: how long code may run, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

Answer = tuple[int, dict[str, str], bytes]  # status, headers, body


class TimedOut(Exception):
    """The code has used up its function's timeout."""


class Printed(NamedTuple):
    """What was printed at one time (seconds since 1970).

    Attributes:
        whole: whether it is one event of the log, however many lines it has.
    """

    when: float
    text: str
    whole: bool = False


@dataclass
class Outcome:
    """How loading a function, or one invocation of it, ended.

    Attributes:
        payload: the handler's result, or its error object, as JSON text.
        error: the error object as Lambda reports it, where it did not return.
        printed: what was printed, piece by piece.
        ended: the process is gone: "timeout", "memory", "exit" with its code in `exit_code`, or "".
        seconds: how long it took.
    """

    payload: str | None = None
    error: dict[str, Any] | None = None
    printed: list[Printed] = field(default_factory=list)
    ended: str = ""
    exit_code: int = 0
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        return bool(self.ended or self.error)

    def followed_by(self, end: Outcome) -> Outcome:
        """The same work, with another end."""
        return replace(end, printed=[*self.printed, *end.printed])


class Meter(Protocol):
    """What a sandbox asks while code runs in it, and who measures how long it takes."""

    simulated: bool

    @property
    def wall_limit(self) -> float:
        """Seconds on the wall clock that the code may still be at work."""

    def time(self) -> float:
        """Seconds since 1970, as the code reads them."""

    def answer_aws(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer an AWS call of the code's."""

    def sleep(self, seconds: float) -> None:
        """The code sleeps."""

    def compute(self, seconds: float) -> None:
        """The code has computed for so many modelled seconds.

        Raises:
            TimedOut: its time is up.
        """

    def elapsed(self) -> float:
        """Seconds since the code began."""

    def finish(self, outcome: Outcome, computing: float) -> None:
        """The code has ended: note how long it took.

        Args:
            outcome: its `seconds` are set, and `ended` where its time was up.
            computing: the modelled seconds that the code computed, apart from calls and sleeps.
        """
