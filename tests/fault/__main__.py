"""`python -m tests.fault [NAME …]`: the real daemon against everything that can break around it."""

import argparse
import asyncio
import logging
import random
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp

from tests.fault.run import outcome_of
from tests.fault.scenario import Outcome, Scenario
from tests.fault.scenarios.everything import all_scenarios
from tests.fault.table import table

JOBS = 4
"""Scenarios at a time. Most of them wait most of the time, for what hangs."""


def main() -> int:
    """Play scenarios, print the table; 1 where one failed."""
    options = _options()
    scenarios = all_scenarios(options.kills or (20 if options.quick else 200))
    if options.list:
        _say("\n".join(f"{one.name:32} {one.about}" for one in scenarios))
        return 0
    chosen = [one for one in scenarios if not options.names or one.name.startswith(tuple(options.names))]
    if not chosen:
        _say("no scenario has such a name; --list shows them all")
        return 2
    seed = options.seed if options.seed is not None else random.SystemRandom().getrandbits(32)
    # The look-alikes complain of connections that break, which is what we are here for.
    for name in ("asyncio", "aiohttp.server", "mail.log"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    folder = Path(mkdtemp(prefix="notifier-fault-"))
    _say(f"seed {seed}; {len(chosen)} scenarios, {options.jobs} at a time; files in {folder}")
    outcomes = asyncio.run(_play(chosen, folder, seed, options))
    _say(f"\n{table(outcomes)}\n\nseed {seed}")
    if any(one.verdict == "FAILED" for one in outcomes):
        return 1
    if not options.keep:
        shutil.rmtree(folder)
    return 0


async def _play(
    chosen: Sequence[Scenario], folder: Path, seed: int, options: argparse.Namespace
) -> list[Outcome]:
    free = asyncio.Semaphore(options.jobs)

    async def one(scenario: Scenario) -> Outcome:
        async with free:
            place = folder / scenario.name
            place.mkdir()
            outcome = await outcome_of(scenario, place, seed, quick=options.quick)
            _say(f"  {outcome.verdict:8} {scenario.name} ({outcome.seconds:.0f} s)")
            for complaint in outcome.complaints:
                _say("           " + complaint.splitlines()[0][:200])
            if outcome.verdict == "ok" and not options.keep:
                shutil.rmtree(place)
            return outcome

    return await asyncio.gather(*map(one, chosen))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fault", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only scenarios whose names begin so")
    parser.add_argument("--list", action="store_true", help="say what there is, and end")
    parser.add_argument("--quick", action="store_true", help="shorter: about two minutes")
    parser.add_argument("--kills", type=int, metavar="N", help="SIGKILLs in all (200; quick: 20)")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="of all chance; printed, so that a run can be repeated"
    )
    parser.add_argument("--jobs", type=int, default=JOBS, metavar="N", help=f"scenarios at a time ({JOBS})")
    parser.add_argument("--keep", action="store_true", help="keep the files of what went well, too")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
