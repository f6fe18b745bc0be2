"""The program that takes our webhook breaks: it gets everything in the end, and others go on meanwhile.

Whether a delivery has arrived can't be asked: one that was accepted without our knowing comes a second time,
with the same delivery id.
"""

from collections.abc import Iterator

from tests.fault.breaks import (
    FAILED,
    GARBAGE,
    LIMITED,
    UNAVAILABLE,
    CutAnswer,
    CutRequest,
    Drip,
    Hang,
    HangBeforeAccept,
    LoseAnswer,
    Refuse,
)
from tests.fault.proxy import Proxy
from tests.fault.scenario import Scenario
from tests.fault.scenarios.spells import spells
from tests.fault.setting import PROGRAM
from tests.fault.world import World

IT = [PROGRAM]


def _it(world: World) -> Proxy:
    world.may_double[PROGRAM] = lambda: world.sides.to_program.traffic.lost
    return world.sides.to_program


def scenarios() -> Iterator[Scenario]:
    """All about the webhook."""
    yield spells("webhook-refuse", "connections are refused", _it, Refuse(), IT)
    yield spells("webhook-full", "connecting hangs: nobody accepts", _it, HangBeforeAccept(), IT, count=2)
    yield spells("webhook-hang", "accepts, and is silent", _it, Hang(), IT, count=2)
    yield spells(
        "webhook-cut-request", "the request is cut", _it, lambda w: CutRequest(w.rng.randrange(400)), IT
    )
    yield spells("webhook-cut-answer", "the answer is cut", _it, lambda w: CutAnswer(w.rng.randrange(90)), IT)
    yield spells("webhook-lost", "accepted, and the answer is lost", _it, LoseAnswer(), IT)
    yield spells("webhook-drip", "the answer comes byte by byte", _it, Drip(1, 0.02), IT)
    yield spells("webhook-garbage", "speaks no HTTP", _it, GARBAGE, IT)
    yield spells("webhook-429", "a storm of 429 with Retry-After", _it, LIMITED, IT)
    yield spells("webhook-5xx", "500 and 503", _it, lambda w: w.rng.choice((FAILED, UNAVAILABLE)), IT)
