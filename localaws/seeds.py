"""Everything that is drawn: ids, tokens, jitter. One seed makes all of it repeat."""

from __future__ import annotations

import random
import uuid

from moto.moto_api._internal import mock_random

from localaws.mending import Mends


def install(mends: Mends, seed: int) -> None:
    """Seed what moto draws, and lead what it draws elsewhere to the same source."""
    mock_random.seed(seed)
    mends.replace_everywhere(random, mock_random)  # jitter, States.MathRandom
    mends.replace_everywhere(uuid.uuid4, uuid4)  # task tokens, request ids


def uuid4() -> uuid.UUID:
    """An id that the seed decides."""
    drawn: uuid.UUID = mock_random.uuid4()
    return drawn
