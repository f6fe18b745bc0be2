"""Plays one scenario to its end, and closes its books."""

import random
import traceback
from pathlib import Path

from notifier.clock import SystemClock
from tests.fault.leaks import Scan
from tests.fault.remotes import said_by_mail, said_in_slack, said_to
from tests.fault.scenario import Outcome, Scenario
from tests.fault.sides import remote_sides
from tests.fault.world import Skipped, World

_CLOCK = SystemClock()
_STORE = ("notifier.db", "notifier.db-wal", "notifier.db-shm", "copy.db")


async def outcome_of(scenario: Scenario, folder: Path, seed: int, *, quick: bool) -> Outcome:
    """Play it; whatever happens is in the outcome.

    Args:
        scenario: to be played.
        folder: for all its files, the log among them.
        seed: of all chance; each scenario draws its own from it.
        quick: a shorter run.
    """
    outcome = Outcome(scenario.name)
    began = _CLOCK.monotonic()
    rng = random.Random(f"{seed}:{scenario.name}")
    async with remote_sides(rng, tls=scenario.tls, mail_is_open=scenario.mail_is_open) as sides:
        world = World(folder, sides, rng, quick=quick)
        try:
            await scenario.play(world)
            await world.see_to_the_end()
        except Skipped as error:
            outcome.skipped = str(error)
        except Exception as error:  # noqa: BLE001 - the others shall be played all the same
            outcome.complaints.append(f"{type(error).__name__}: {error}")
            (folder / "failure.txt").write_text(traceback.format_exc())
        finally:
            await world.aclose()
    if not outcome.skipped:
        _close(world, outcome)
    outcome.seconds = _CLOCK.monotonic() - began
    return outcome


def _close(world: World, outcome: Outcome) -> None:
    found = world.ledger.reckon(world.tellings())
    outcome.tries, outcome.due, outcome.worst = world.tries, found.due, found.worst_of_all
    outcome.lost = len(found.lost)
    outcome.doubled = sum(found.doubled.values())
    within = {target for target, most in world.may_double.items() if found.repeats.get(target, 0) <= most()}
    outcome.allowed = sum(count for (_, target), count in found.doubled.items() if target in within)
    outcome.notes += world.notes
    if found.lost:
        outcome.complaints.append(
            f"lost: {', '.join(f'{call} at {target}' for call, target in found.lost[:5])}"
        )
    if outcome.doubled > outcome.allowed:
        beyond = [f"{call} at {target}" for call, target in found.doubled if target not in within]
        outcome.complaints.append(f"doubled: {', '.join(beyond[:5])}")
    if found.stray:
        outcome.complaints.append(f"told to others: {', '.join(f'{c} at {t}' for c, t in found.stray[:5])}")
    outcome.complaints += [
        f"{target} was told after {found.worst[target] / 1000:.1f} s, though nothing was wrong with it"
        for target, most in world.in_time.items()
        if found.worst.get(target, 0) > most
    ]
    again = sum(count - 1 for count in world.counted_messages().values())
    if again:
        outcome.complaints.append(f"messages about the threshold that were posted twice: {again}")
    outcome.complaints += world.complaints
    for audit in world.audits:
        outcome.due += audit.due
        outcome.lost += audit.lost
        outcome.doubled += audit.doubled
        outcome.allowed += audit.allowed
        outcome.complaints += audit.complaints
    _scan(world, outcome)


def _scan(world: World, outcome: Outcome) -> None:
    scan = Scan(world.sides.hidden, map(world.number, world.calls))
    # The store holds numbers by right, and what people are told holds the one that they are to call.
    leaks = scan.files(world.folder, without_numbers=_STORE)
    said = "\n".join(
        [*said_in_slack(world.sides.workspace), *said_by_mail(world.sides.mail), *said_to(world.sides.hook)]
    )
    leaks += scan.text(said, "what the remote sides received", numbers=False)
    outcome.leaks = len(leaks)
    outcome.complaints += [f"leak: {leak}" for leak in leaks[:5]]
