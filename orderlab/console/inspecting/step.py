"""One step of a state's data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orderlab.console.inspecting.values import UNKNOWN


@dataclass(frozen=True)
class Rule:
    """A rule of a Choice state.

    Attributes:
        matched: None: it was not tried, or it is not known.
        values: what its paths led to, by the path as written; "not there" where to nothing.
    """

    number: int
    label: str
    target: str
    matched: bool | None
    values: dict[str, str]


@dataclass(frozen=True)
class Step:
    """What one field of a state, or its service, did to the data.

    Attributes:
        name: AWS's name of the field, as `ResultPath`; `Task`, `Pass` and so on for the work
            itself; several names, where only what they did together is known.
        field: as written in the definition; None, where `given` is false.
        before, after: JSON values.
        words: what it did, in a sentence.
        error: why it failed; then there is no `after`.
        fresh: whether `after` is a value of its own, made by a service, not a change of `before`.
        rules: of a Choice.
    """

    name: str
    field: Any
    before: Any
    after: Any
    words: str
    given: bool = True
    error: str = ""
    fresh: bool = False
    rules: tuple[Rule, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the data is another one after it."""
        return self.after is not UNKNOWN and self.before != self.after
