"""The SMTP server breaks: nothing is lost, and Slack goes on meanwhile.

Whether an e-mail has arrived can't be asked: one that was accepted without our knowing comes a second time.
"""

from collections.abc import Iterator

from tests.fault import letters
from tests.fault.breaks import (
    Break,
    CutAnswer,
    CutRequest,
    Drip,
    Hang,
    HangBeforeAccept,
    LoseAnswer,
    Mix,
    Mute,
    Refuse,
    Say,
)
from tests.fault.mta import NoServer, Opensmtpd
from tests.fault.proxy import Proxy
from tests.fault.scenario import Scenario, about
from tests.fault.scenarios.spells import MOST_LATE, spells
from tests.fault.setting import BY_MAIL, BY_SLACK, DEPUTY, LEAD
from tests.fault.world import World

BUSY = Say(b"421 4.3.2 localhost Service not available, closing transmission channel\r\n")
IN_DATA = CutRequest(40, behind=b"DATA\r\n")
AFTER_DATA = b"\r\n.\r\n"


def _it(world: World) -> Proxy:
    for target in BY_MAIL:
        world.may_double[target] = lambda: world.sides.to_mail.traffic.lost
    return world.sides.to_mail


def _mixed(world: World) -> Mix:
    breaks: list[Break] = [
        BUSY,
        IN_DATA,
        CutRequest(60),
        CutAnswer(90),
        LoseAnswer(AFTER_DATA),
        Drip(5, 0.02),
    ]
    return Mix(world.rng, breaks, 0.6)


async def recipient(world: World) -> None:
    """One of two recipients is refused, for a while and then for good: the other gets everything, in time."""
    await world.up()
    extensions = ["201", "205", "205", "206"]
    async with world.load(extensions=extensions):
        await world.some_told(2, [DEPUTY])
        world.sides.mail.answers[DEPUTY] = "450 4.2.0 Greylisted, come back later"
        world.tries += 1
        await world.clock.sleep(world.seconds(6.0, 3.0))
        del world.sides.mail.answers[DEPUTY]
        await world.some_told(2, [DEPUTY])
        world.sides.mail.answers[DEPUTY] = "550 5.1.1 No such user here"
        world.tries += 1
        await world.clock.sleep(world.seconds(6.0, 3.0))
        await world.some_told(2, [LEAD])
    world.expect_in_time(MOST_LATE, [*BY_SLACK, LEAD])


async def password(world: World) -> None:
    """The server refuses the password for a while."""
    right = world.sides.mail.password
    await world.up()
    async with world.load():
        await world.some_told(2, BY_MAIL)
        world.sides.mail.password = "another one"
        world.tries += 1
        await world.clock.sleep(world.seconds(6.0, 3.0))
        world.sides.mail.password = right
        await world.some_told(2, BY_MAIL)
    world.expect_in_time(MOST_LATE, BY_SLACK)


async def opensmtpd(world: World) -> None:
    """Debian's opensmtpd between us and the recipients; it is killed and started again, several times."""
    try:
        Opensmtpd.require()
    except NoServer as error:
        world.skip(str(error))
    server = Opensmtpd(world.folder, relay=world.sides.mail.port)
    for target in BY_MAIL:
        world.may_double[target] = lambda: world.tries
    try:
        await server.start()
        world.sides.to_mail.upstream = server.port
        await world.up()
        async with world.load():
            for _ in range(2 if world.quick else 4):
                await world.some_told(2, BY_MAIL)
                await server.kill()
                world.tries += 1
                await world.clock.sleep(world.rng.uniform(0.5, 3.0))
                await server.start()
            await world.some_told(2, BY_MAIL)
            await letters.post(server.port)
            await world.wait(lambda: letters.have_arrived(world.sides.mail.received), "our own letters")
        await world.see_to_the_end()
    finally:
        await server.kill()
    world.complaints += letters.faults(world.sides.mail.received)
    world.expect_in_time(MOST_LATE, BY_SLACK)


def scenarios() -> Iterator[Scenario]:
    """All about e-mail."""
    yield spells("mail-refuse", "connections are refused", _it, Refuse(), BY_MAIL)
    yield spells("mail-full", "connecting hangs: nobody accepts", _it, HangBeforeAccept(), BY_MAIL, count=2)
    yield spells("mail-hang", "accepts, and never greets", _it, Hang(), BY_MAIL, longest=(16.0, 4.0), count=2)
    yield spells(
        "mail-mute",
        "greets, and falls silent",
        _it,
        lambda w: Mute(w.rng.randrange(20, 200)),
        BY_MAIL,
        count=2,
    )
    yield spells("mail-busy", "greets with 421", _it, BUSY, BY_MAIL)
    yield spells("mail-cut", "cut while talking", _it, lambda w: CutAnswer(w.rng.randrange(400)), BY_MAIL)
    yield spells("mail-cut-in-data", "cut in the message", _it, IN_DATA, BY_MAIL, mail_is_open=True)
    yield spells(
        "mail-lost",
        "accepted, and the answer is lost",
        _it,
        LoseAnswer(AFTER_DATA),
        BY_MAIL,
        mail_is_open=True,
    )
    yield spells(
        "mail-unsure", "accepted, and no answer comes", _it, LoseAnswer(AFTER_DATA, silent=True), BY_MAIL,
        count=2, mail_is_open=True,
    )  # fmt: skip
    yield spells("mail-drip", "answers come byte by byte", _it, Drip(1, 0.05), BY_MAIL)
    yield spells(
        "mail-mixed", "any of these, for each connection anew", _it, _mixed, BY_MAIL, mail_is_open=True
    )
    for play in (recipient, password):
        yield Scenario(f"mail-{play.__name__}", play, about(play))
    yield Scenario("mail-opensmtpd", opensmtpd, about(opensmtpd), mail_is_open=True)
