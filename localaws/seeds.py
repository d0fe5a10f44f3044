"""Everything that is drawn: ids, tokens, jitter. One seed makes all of it repeat.

A branch of an execution draws what is left to chance, jitter for one, from a source of its own.
Ids come from the common one, so that none is drawn twice.
"""

from __future__ import annotations

import functools
import random
import uuid
from collections.abc import Callable
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from moto.moto_api._internal import mock_random
from moto.sns.models import Subscription
from moto.stepfunctions.parser.asl.eval.variable_store import VariableStore

from localaws.mending import Mends, variant
from localaws.sources import Sources

chance = Sources(mock_random)


def install(mends: Mends, seed: int) -> None:
    """Seed what moto draws, and lead what it draws elsewhere to the same source."""
    mock_random.seed(seed)
    mends.replace_everywhere(random, _seeded_module())  # jitter, States.MathRandom
    mends.replace_everywhere(uuid.uuid4, uuid4)  # task tokens, request ids
    _order_variables(mends)
    _pin_signatures(mends)


def _seeded_module() -> ModuleType:
    """The module `random`, its functions those of moto's source."""

    def source(seed: Any = None) -> random.Random:
        return random.Random(chance.now.random() if seed is None else seed)

    def drawing(name: str) -> Callable[..., Any]:
        def draw(*args: Any, **given: Any) -> Any:
            return getattr(chance.now, name)(*args, **given)

        return draw

    own = [name for name in random.__all__ if not isinstance(getattr(random, name), type)]
    functions = {name: drawing(name) for name in own}
    return variant(random, Random=source, **functions)  # States.MathRandom makes a Random


def of_invocation(request_id: str) -> str:
    """What a handler's own draws begin with."""
    own = chance.own
    return request_id if own is None else f"{own.getrandbits(64):x}"


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


def _pin_signatures(mends: Mends) -> None:
    """moto signs SNS messages with a key that it makes anew for each subscription (models.py:415).

    This one is the same for all, from the first primes beyond two round numbers: nothing is
    secret here, and to make a key takes a tenth of a second.
    """
    p, q = (3 << 1022) + 1037, (7 << 1021) + 309

    @functools.cache
    def private_key() -> rsa.RSAPrivateKey:
        d = pow(65537, -1, (p - 1) * (q - 1))
        return rsa.RSAPrivateNumbers(
            p=p,
            q=q,
            d=d,
            dmp1=d % (p - 1),
            dmq1=d % (q - 1),
            iqmp=pow(q, -1, p),
            public_numbers=rsa.RSAPublicNumbers(65537, p * q),
        ).private_key()

    mends.replace(Subscription, "private_key", lambda _: private_key())
