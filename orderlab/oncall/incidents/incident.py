"""What every incident is: something breaks at a moment that nobody knows, until it is mended."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import ClassVar, NamedTuple

from localaws.striking import Fault
from orderlab.oncall.shop import Shop


class Event(NamedTuple):
    """Something that happens at its time."""

    when: datetime
    act: Callable[[], object]


class Incident(ABC):
    """One thing that breaks.

    Attributes:
        kind: what it is called.
        broke: what has happened, in a sentence for the report.
        mend: what mends it, and what becomes of its orders then.
        begins: when.
    """

    kind: ClassVar[str]
    broke: ClassVar[str]
    mend: ClassVar[str]

    def __init__(self, begins: datetime) -> None:
        self.begins = begins
        self.struck: Fault | None = None  # what strikes as long as it is not mended

    @classmethod
    def fits(cls, application: Path) -> bool:
        """Whether it can happen to this application, which its learner may have changed."""
        return True

    def events(self, shop: Shop) -> Iterable[Event]:
        """What happens, and when."""
        return [Event(self.begins, partial(self.begin, shop))]

    @abstractmethod
    def begin(self, shop: Shop) -> None:
        """It breaks."""

    @abstractmethod
    def is_over(self, shop: Shop, now: datetime) -> bool:
        """Whether it is mended, or is over by itself."""

    def end(self, now: datetime) -> datetime:
        """It is over: nothing strikes any more. Returns since when."""
        if self.struck is not None:
            self.struck.__exit__()
        return now

    @abstractmethod
    def parts(self, shop: Shop) -> Collection[str]:
        """Names of the stack's parts that show it: who looks at one of them is on its track."""
