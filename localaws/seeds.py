"""Everything that is drawn: ids, tokens, jitter. One seed makes all of it repeat."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from types import ModuleType
from typing import Any

from moto.moto_api._internal import mock_random
from moto.stepfunctions.parser.asl.eval.variable_store import VariableStore

from localaws.mending import Mends


def install(mends: Mends, seed: int) -> None:
    """Seed what moto draws, and lead what it draws elsewhere to the same source."""
    mock_random.seed(seed)
    mends.replace_everywhere(random, _seeded_module())  # jitter, States.MathRandom
    mends.replace_everywhere(uuid.uuid4, uuid4)  # task tokens, request ids
    _order_variables(mends)


def _seeded_module() -> ModuleType:
    """The module `random`, its functions those of moto's source."""
    seeded = ModuleType(random.__name__)
    vars(seeded).update(vars(random))
    own = [name for name in random.__all__ if not isinstance(getattr(random, name), type)]
    vars(seeded).update({name: getattr(mock_random, name) for name in own})

    def source(seed: Any = None) -> random.Random:
        return random.Random(mock_random.random() if seed is None else seed)

    seeded.Random = source  # type: ignore[attr-defined]  # States.MathRandom without a seed
    return seeded


def uuid4() -> uuid.UUID:
    """An id that the seed decides."""
    drawn: uuid.UUID = mock_random.uuid4()
    return drawn


def _order_variables(mends: Mends) -> None:
    """moto tells of a state's variables in a set's order (variable_store.py:79)."""

    def assigned(self: VariableStore) -> dict[str, str]:
        return dict(sorted(gather(self).items()))

    gather: Callable[[Any], dict[str, str]] = mends.replace(
        VariableStore, "get_assigned_variables", assigned
    )
