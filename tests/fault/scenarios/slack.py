"""Slack breaks: nothing is lost, and through the bot nothing is told twice. E-mail goes on meanwhile."""

from collections.abc import Iterator

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
    LoseAnswer,
    Mix,
    Refuse,
    Stranger,
)
from tests.fault.proxy import Proxy
from tests.fault.scenario import Scenario, about
from tests.fault.scenarios.spells import MOST_LATE, spells
from tests.fault.setting import BY_BOT, BY_MAIL, BY_SLACK, CANT_BE_ASKED, HOOK, NAMED, OPS, TELLS_EACH
from tests.fault.world import World

FALLBACK = "C0FALL"


def _it(world: World) -> Proxy:
    # An incoming webhook can't be asked what it posted: what was accepted without our knowing comes again.
    world.may_double[HOOK] = lambda: world.sides.to_slack.traffic.lost
    return world.sides.to_slack


def _mixed(world: World) -> Mix:
    breaks: list[Break] = [
        CutRequest(100), CutAnswer(150), LoseAnswer(), Drip(20, 0.02), GARBAGE, LIMITED, FAILED, HTML,
        UNAVAILABLE,
    ]  # fmt: skip
    return Mix(world.rng, breaks, 0.5)


async def revoked(world: World) -> None:
    """The token is revoked for a while, and restored; the incoming webhook and e-mail go on."""
    right = world.sides.slack.token
    await world.up()
    async with world.load():
        for _ in range(2):
            await world.some_told(3, BY_BOT)
            world.sides.slack.token = "another one"
            world.tries += 1
            await world.clock.sleep(world.rng.uniform(2.0, 6.0))
            world.sides.slack.token = right
        await world.some_told(3, BY_BOT)
    world.expect_in_time(MOST_LATE, (HOOK, *BY_MAIL))


async def archived(world: World) -> None:
    """A channel is archived: its fallback is told, until it is back."""
    world.sides.slack.add_channel("fallback", FALLBACK)
    sections = world.sections()
    world.configure(
        receivers=sections["receivers"] | {"fall": {"slack": {"to": FALLBACK}}},
        rules=[
            rule | ({"fallback": ["fall"]} if rule["notify"] == ["named"] else {})
            for rule in sections["rules"]
        ],
    )
    world.ledger.instead = {**world.ledger.instead, NAMED: (FALLBACK, OPS)}
    room = world.sides.workspace.rooms[NAMED]
    await world.up()
    async with world.load():
        for _ in range(2):
            await world.some_told(2, [NAMED])
            room.archived = True
            world.tries += 1
            await world.some_told(2, [FALLBACK])
            room.archived = False
        await world.some_told(2, [NAMED])
    world.expect_in_time(MOST_LATE, [target for target in TELLS_EACH if target != NAMED])


async def one_hangs(world: World) -> None:
    """One channel hangs, and no other is told any later."""
    await world.up()
    async with world.load():
        await world.some_told()
        world.sides.slack.silent = frozenset({NAMED, "#named"})
        world.tries += 1
        await world.clock.sleep(world.seconds(30.0, 6.0))
        world.sides.slack.silent = frozenset()
        await world.some_told(2, [NAMED])
    world.expect_in_time(MOST_LATE, [target for target in TELLS_EACH if target != NAMED])


async def is_sure(world: World) -> None:
    """Answers are lost and we are killed: a new process looks for what it may have told."""
    for target in CANT_BE_ASKED:
        world.may_double[target] = lambda: world.tries  # what was under way when we were killed
    world.may_double[HOOK] = lambda: world.tries + world.sides.to_slack.traffic.lost
    async with world.load():
        for _ in range(3 if world.quick else 8):
            await world.up()
            async with world.sides.to_slack.broken(LoseAnswer(silent=True)):
                lost = world.sides.to_slack.traffic.lost
                await world.wait(lambda: world.sides.to_slack.traffic.lost > lost, "a lost answer")  # noqa: B023 - awaited here
                await world.clock.sleep(world.rng.uniform(0.0, 0.3))
                world.tries += 1
                await world.kill()
        await world.up()


def scenarios() -> Iterator[Scenario]:
    """All about Slack."""
    yield spells("slack-refuse", "connections are refused", _it, Refuse(), BY_SLACK)
    yield spells("slack-full", "connecting hangs: nobody accepts", _it, HangBeforeAccept(), BY_SLACK, count=2)
    yield spells("slack-hang", "accepts, and is silent", _it, Hang(), BY_SLACK, count=2)
    yield spells(
        "slack-cut-request", "the request is cut", _it, lambda w: CutRequest(w.rng.randrange(600)), BY_SLACK
    )
    yield spells(
        "slack-cut-answer", "the answer is cut", _it, lambda w: CutAnswer(w.rng.randrange(300)), BY_SLACK
    )
    yield spells("slack-lost", "accepted, and the answer is lost", _it, LoseAnswer(), BY_SLACK)
    yield spells(
        "slack-unsure", "accepted, and no answer comes", _it, LoseAnswer(silent=True), BY_SLACK, count=2
    )
    yield spells("slack-drip", "the answer comes byte by byte", _it, Drip(1, 0.1), BY_SLACK, count=2)
    yield spells("slack-slow", "everything takes a second longer", _it, Delay(0.5), BY_SLACK)
    yield spells("slack-garbage", "speaks no HTTP", _it, GARBAGE, BY_SLACK)
    yield spells(
        "slack-tls-alert", "TLS fails: an alert instead of a handshake", _it, TLS_ALERT, BY_SLACK, tls=True
    )
    yield spells(
        "slack-tls-stranger", "TLS with a certificate nobody trusts", _it, Stranger(), BY_SLACK, tls=True
    )
    yield spells("slack-429", "a storm of 429 with Retry-After", _it, LIMITED, BY_SLACK)
    yield spells("slack-5xx", "500 and 503", _it, lambda w: w.rng.choice((FAILED, UNAVAILABLE)), BY_SLACK)
    yield spells("slack-html", "a page in HTML, with status 200", _it, HTML, BY_SLACK)
    yield spells("slack-mixed", "any of these, for each request anew", _it, _mixed, BY_SLACK)
    for play in (revoked, archived, one_hangs, is_sure):
        yield Scenario(f"slack-{play.__name__.replace('_', '-')}", play, about(play))
