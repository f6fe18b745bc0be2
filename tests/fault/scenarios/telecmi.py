"""TeleCMI breaks: nothing is lost, however it does, and it heals by itself."""

from collections.abc import Iterator

from notifier.sandbox import parse_faults
from tests.fault.breaks import (
    FAILED,
    GARBAGE,
    HTML,
    LIMITED,
    TLS_ALERT,
    UNAVAILABLE,
    Break,
    CutAnswer,
    CutRequest,
    Delay,
    Drip,
    Hang,
    HangBeforeAccept,
    Mix,
    Refuse,
    Stranger,
)
from tests.fault.processes import HOUR
from tests.fault.proxy import Proxy
from tests.fault.scenario import Scenario, about
from tests.fault.scenarios.spells import spells
from tests.fault.setting import HEARD
from tests.fault.world import World

LIES = "lying-count:0.3,short-pages:0.3,repeat-page:0.2,shuffled:0.5,duplicate-ids:0.4,truncated:0.1"


def _it(world: World) -> Proxy:
    return world.sides.to_telecmi


def _mixed(world: World) -> Mix:
    breaks: list[Break] = [
        Hang(), CutRequest(30), CutAnswer(200), Drip(10, 0.05), GARBAGE, LIMITED, FAILED, UNAVAILABLE, HTML,
    ]  # fmt: skip
    return Mix(world.rng, breaks, 0.6)


async def lies(world: World) -> None:
    """Counts and pages that lie, change their order, repeat and break off; told the truth in the end."""
    await world.up()
    async with world.load():
        for _ in range(2 if world.quick else 5):
            world.sides.sandbox.faults = parse_faults(LIES)
            world.tries += 1
            await world.clock.sleep(world.seconds(4.0, 3.0))
            world.sides.sandbox.faults = ()
            await world.some_told()


async def nonsense(world: World) -> None:
    """Records that can't be read stand beside every call, and names of a million letters."""
    await world.up()
    world.sides.sandbox.faults = parse_faults("garbage-record:0.5,huge-name:0.02")
    async with world.load():
        world.tries += 1
        await world.clock.sleep(world.seconds(15.0, 6.0))
        world.sides.sandbox.faults = ()
        await world.some_told()


async def late(world: World) -> None:
    """Calls that are listed up to 14 minutes after they were placed."""
    world.watch_since(HOUR)
    await world.up()
    for _ in range(20 if world.quick else 60):
        extension = world.rng.choice(list(HEARD))
        world.call(extension, ago=world.rng.uniform(0.0, 14 * 60.0), shows_in=world.rng.uniform(0.0, 8.0))
        world.tries += 1
    await world.clock.sleep(8.0)


async def later(world: World) -> None:
    """Calls that are listed hours after they were placed, when only `reconcile` looks that far back."""
    if world.quick:
        world.skip("reconcile compares once a minute at the most, which is too long for a quick run")
    world.watch_since(6 * HOUR)
    telecmi = world.sections()["telecmi"]
    world.configure(telecmi={**telecmi, "reconcile": {"every": "1m", "window": "6h"}})
    await world.up()
    await world.clock.sleep(5.0)
    for _ in range(10):
        world.call(world.rng.choice(list(HEARD)), ago=world.rng.uniform(0.5 * HOUR, 5 * HOUR))
        world.tries += 1


async def dates(world: World) -> None:
    """Its `Date` is wrong by hours, to both sides, and changes under way."""
    await world.up()
    async with world.load():
        await world.some_told()
        for hours in (3, -3, 48, 0, -48, 0) if not world.quick else (3, -3, 0):
            world.sides.sandbox.date_skew = int(hours * HOUR * 1000)
            world.tries += 1
            await world.clock.sleep(world.rng.uniform(1.5, 4.0))
            await world.some_told()


async def refused(world: World) -> None:
    """It refuses the secret for a while, as if it were wrong; then it takes it again."""
    await world.up()
    async with world.load():
        for _ in range(2):
            await world.some_told()
            world.sides.sandbox.faults = parse_faults("refuse")
            world.tries += 1
            await world.clock.sleep(world.rng.uniform(2.0, 5.0))
            world.sides.sandbox.faults = ()
        await world.some_told()


def scenarios() -> Iterator[Scenario]:
    """All about TeleCMI."""
    yield spells("telecmi-refuse", "connections are refused", _it, Refuse())
    yield spells("telecmi-full", "connecting hangs: nobody accepts", _it, HangBeforeAccept())
    yield spells("telecmi-hang", "accepts, and is silent", _it, Hang())
    yield spells("telecmi-cut-request", "the request is cut", _it, lambda w: CutRequest(w.rng.randrange(400)))
    yield spells("telecmi-cut-answer", "the answer is cut", _it, lambda w: CutAnswer(w.rng.randrange(900)))
    yield spells("telecmi-drip", "the answer comes byte by byte", _it, Drip(1, 0.05))
    yield spells("telecmi-slow", "everything takes a second longer", _it, Delay(0.5))
    yield spells("telecmi-garbage", "speaks no HTTP", _it, GARBAGE)
    yield spells("telecmi-tls-alert", "TLS fails: an alert instead of a handshake", _it, TLS_ALERT, tls=True)
    yield spells("telecmi-tls-stranger", "TLS with a certificate nobody trusts", _it, Stranger(), tls=True)
    yield spells("telecmi-429", "a storm of 429 with Retry-After", _it, LIMITED)
    yield spells("telecmi-5xx", "500 and 503", _it, lambda w: w.rng.choice((FAILED, UNAVAILABLE)))
    yield spells("telecmi-html", "a page in HTML, with status 200", _it, HTML)
    yield spells("telecmi-mixed", "any of these, for each request anew", _it, _mixed)
    for play in (lies, nonsense, late, later, dates, refused):
        yield Scenario(f"telecmi-{play.__name__}", play, about(play))
