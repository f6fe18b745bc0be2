"""The process ends, or stands still: killed, told to stop, stopped for a while, started twice."""

import signal
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from tests.fault.breaks import Break, CutAnswer, CutRequest, Delay, Hang, LoseAnswer, Mix
from tests.fault.scenario import Scenario, about
from tests.fault.setting import CANT_BE_ASKED
from tests.fault.world import World

Instant = Callable[[World], Awaitable[None]]

STOP_WITHIN = 5.0  # seconds
BACKLOG = 60  # tellings; a process that lives for a second sends little


async def at_random(world: World) -> None:
    await world.clock.sleep(world.rng.uniform(0.0, 2.5))


async def in_the_start(world: World) -> None:
    await world.clock.sleep(world.rng.uniform(0.0, 1.2))


async def in_a_read(world: World) -> None:
    before = world.sides.sandbox.requests.total()
    await world.wait(lambda: world.sides.sandbox.requests.total() > before, "a request to TeleCMI")
    await world.clock.sleep(world.rng.uniform(0.0, 0.05))


async def at_a_message(world: World) -> None:
    before = len(world.sides.slack.calls)
    await world.wait(lambda: len(world.sides.slack.calls) > before, "a request to Slack")
    await world.clock.sleep(world.rng.uniform(0.0, 0.03))


async def at_a_mail(world: World) -> None:
    before = len(world.sides.mail.received)
    await world.wait(lambda: len(world.sides.mail.received) > before or world.rng.random() < 0.02, "a mail")
    await world.clock.sleep(world.rng.uniform(0.0, 0.02))


INSTANTS: tuple[Instant, ...] = (
    at_random,
    at_random,
    in_the_start,
    in_a_read,
    at_a_message,
    at_a_message,
    at_a_mail,
)


async def killed(count: int, world: World) -> None:
    """SIGKILL at random instants, some of them when a request is under way; all remote sides work."""
    _may_double(world, count)
    async with world.load(backlog=BACKLOG):
        for _ in range(count):
            await _die(world)
        await world.up()
    _note(world)


async def killed_in_trouble(count: int, world: World) -> None:
    """SIGKILL at random instants while every remote side fails at every third request, in any way."""
    _may_double(world, count)
    breaks: list[Break] = [
        CutRequest(50),
        CutAnswer(100),
        LoseAnswer(),
        LoseAnswer(silent=True),
        Hang(),
        Delay(0.2),
    ]
    proxies = (world.sides.to_telecmi, world.sides.to_slack, world.sides.to_mail, world.sides.to_program)
    async with world.load(backlog=BACKLOG):
        for proxy in proxies:
            await proxy.set(Mix(world.rng, breaks, 0.3))
        for _ in range(count):
            await _die(world)
        for proxy in proxies:
            await proxy.set(Mix(world.rng, (), 0.0))
        await world.up()
    _note(world)


async def _die(world: World) -> None:
    await world.start()
    await world.rng.choice(INSTANTS)(world)
    await world.kill()
    world.tries += 1


def _may_double(world: World, kills: int) -> None:
    """Each kill may fall between a remote side's acceptance and our commit, once for each queue."""
    for target in CANT_BE_ASKED:
        proxy = world.sides.proxy_of(target)
        world.may_double[target] = lambda proxy=proxy: kills + proxy.traffic.lost  # type: ignore[misc]


def _note(world: World) -> None:
    ready = sum("READY=1" in daemon.manager.told for daemon in world.daemons)
    world.notes.append(
        f"{world.tries} kills, {ready} of them after READY=1; mails and webhooks can't be looked for"
    )


async def told_to_stop(world: World) -> None:
    """SIGTERM at random instants: it ends within 5 seconds, with 0, and nobody is told twice."""
    slowest, before_python = 0.0, 0
    async with world.load(backlog=BACKLOG):
        for _ in range(8 if world.quick else 40):
            daemon = await world.start()
            await world.rng.choice(INSTANTS)(world)
            began = world.clock.monotonic()
            daemon.signal(signal.SIGTERM)
            code = await world.end(STOP_WITHIN)
            slowest = max(slowest, world.clock.monotonic() - began)
            # Before it says a word, Python itself is starting: systemd takes this for a good end, too.
            before_python += code == -signal.SIGTERM
            assert code == 0 or (code == -signal.SIGTERM and not daemon.lines), (
                f"{code}\n{daemon.output[-2000:]}"
            )
            world.tries += 1
        await world.up()
    world.notes.append(f"slowest end {slowest:.1f} s; {before_python} before Python had begun to run us")


async def told_to_stop_in_trouble(world: World) -> None:
    """SIGTERM while every remote side hangs: it ends within 5 seconds, with 0."""
    count = 4 if world.quick else 12
    _may_double(world, count)
    proxies = (world.sides.to_telecmi, world.sides.to_slack, world.sides.to_mail, world.sides.to_program)
    async with world.load(backlog=BACKLOG):
        for _ in range(count):
            await world.up()
            for proxy in proxies:
                await proxy.set(world.rng.choice((Hang(), LoseAnswer(silent=True))))
            await world.clock.sleep(world.rng.uniform(0.5, 2.5))
            await world.down()
            for proxy in proxies:
                await proxy.set(Delay(0.0))
            world.tries += 1
        await world.up()


async def stands_still(world: World) -> None:
    """SIGSTOP for a while, then SIGCONT: it goes on, and nobody is told twice."""
    daemon = await world.up()
    for target in CANT_BE_ASKED:
        world.may_double[target] = lambda: 1
    spans = (3.0, 5.0) if world.quick else (100.0, 5.0, 20.0)
    async with world.load():
        for seconds in spans:
            await world.some_told()
            daemon.signal(signal.SIGSTOP)
            world.tries += 1
            await world.clock.sleep(seconds)
            daemon.signal(signal.SIGCONT)
            await world.some_told()
    world.notes.append(f"stopped for {', '.join(f'{seconds:g} s' for seconds in spans)}")


async def twice(world: World) -> None:
    """A second daemon on the same store is refused, and told who is first, who goes on."""
    first = await world.up()
    async with world.load():
        for command in ("run", "once", "run"):
            await world.some_told(1)
            second = await world.start(command)
            world.tries += 1
            await second.ends_with(1)
            world.watch.keep(second)
            assert f"is in use by `notifier run` (process {first.process.pid} on" in second.output, (
                second.output
            )
            world.daemons.remove(second)
        await world.some_told()


async def reloaded(world: World) -> None:
    """SIGHUP again and again, every third time with a file that is refused."""
    daemon = await world.up()
    good = world.config.read_text()
    async with world.load():
        for number in range(6 if world.quick else 30):
            is_bad = number % 3 == 2
            world.config.write_text(good + ("rulez: []\n" if is_bad else f"# {number}\n"))
            before = daemon.manager.told.count("READY=1")
            daemon.signal(signal.SIGHUP)
            world.tries += 1
            await world.wait(lambda: daemon.manager.told.count("READY=1") > before, "the end of the reload")  # noqa: B023 - awaited here
            await world.clock.sleep(world.rng.uniform(0.0, 0.8))
        world.config.write_text(good)
        daemon.signal(signal.SIGHUP)
    assert daemon.said("reload refused; the old configuration goes on")


def scenarios(kills: int) -> Iterator[Scenario]:
    """All about processes that end.

    Args:
        kills: SIGKILLs, in all.
    """
    calm, troubled = kills - kills // 3, kills // 3
    yield Scenario("killed", partial(killed, calm), about(killed))
    yield Scenario("killed-in-trouble", partial(killed_in_trouble, troubled), about(killed_in_trouble))
    for play in (told_to_stop, told_to_stop_in_trouble, stands_still, twice, reloaded):
        yield Scenario(play.__name__.replace("_", "-"), play, about(play))
