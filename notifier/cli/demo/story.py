"""The one customer whose calls are not left to chance: missed, missed again, and reached."""

import random

from notifier.model import Endpoint
from notifier.sandbox import SandboxCall
from notifier.sandbox.calls import new_call

CUSTOMER = "919845000100"
NAME = "Lakshmi Traders"
_AGENT = "201"
_SECOND = 1_000  # ms
_LATE = 5 * _SECOND  # until a call that is over is listed


def story(rng: random.Random, start: int) -> list[SandboxCall]:
    """Its calls, in the order in which they are placed.

    Args:
        rng: where their ids come from.
        start: UTC ms; the first call is placed 10 s later, the last 160 s.
    """
    return [
        _call(rng, start + 10 * _SECOND),
        _call(rng, start + 50 * _SECOND),
        _call(rng, start + 160 * _SECOND, Endpoint.OUT_ANSWERED, seconds=10),
    ]


def _call(
    rng: random.Random, placed_at: int, endpoint: Endpoint = Endpoint.OUT_MISSED, seconds: int = 0
) -> SandboxCall:
    return new_call(
        rng,
        extension=_AGENT,
        customer=CUSTOMER,
        name=NAME,
        placed_at=placed_at,
        visible_at=placed_at + seconds * _SECOND + _LATE,
        endpoint=endpoint,
        seconds=seconds,
    )
