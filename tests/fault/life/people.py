"""What people do at the command line, beside the daemon or while there is none; some of it dies under way."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.fault.life.facts import Act
from tests.fault.life.stored import Stored
from tests.fault.processes import PATIENCE
from tests.fault.world import World
from tests.support.daemon import Daemon

DIES = 0.25
"""Share of the commands that are killed before they have ended."""

LONGEST = 1.5  # seconds until such a command is killed
SNOOZE = 15  # seconds
_ADDED = re.compile(r"^S(\d+): ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Deed:
    """One command."""

    action: str
    who: str  # only this one has this name
    began: int  # UTC ms
    ended: int  # UTC ms
    is_claimed: bool  # it said that it was done


class People:
    """Those who run commands in a world.

    Args:
        world: with the configuration.
        stored: to find alerts by.
    """

    def __init__(self, world: World, stored: Stored) -> None:
        self._world = world
        self._stored = stored
        self.deeds: list[Deed] = []
        self.died = 0

    async def act(self, action: str, customer: str) -> Deed | None:
        """Do something about a customer's alert; None where there is none.

        Args:
            action: ack | resolve | snooze.
            customer: whose.
        """
        alert = self._stored.alert_of(customer)
        if alert is None:
            return None
        more = ("--for", f"{SNOOZE}s") if action == "snooze" else ()
        who = f"Lead {len(self.deeds) + 1:05}"
        self.deeds.append(Deed(action, who, 0, 0, is_claimed=False))
        at = len(self.deeds) - 1
        began = self._world.clock.now()
        rng = self._world.rng
        dies_in = rng.uniform(0.0, LONGEST) if rng.random() < DIES else PATIENCE
        command = await self._beside(action, f"A{alert}", "--who", who, *more, dies_in=dies_in)
        code = command.process.returncode
        self.died += code == -9
        self.deeds[at] = Deed(action, who, began, self._world.clock.now(), code == 0)
        return self.deeds[at]

    async def silence(self, extension: str, span: str) -> int | None:
        """Silence an extension for so long; the number of the silence, None where it could not be done."""
        about = ("--extension", extension, "--for", span, "--reason", "training", "--author", "Lead")
        command = await self._beside("silence", "add", *about)
        found = _ADDED.search(command.output)
        return int(found[1]) if command.process.returncode == 0 and found else None

    async def end_silence(self, number: int) -> bool:
        """End a silence; was it done?"""
        command = await self._beside("silence", "end", f"S{number}", "--who", "Lead")
        return command.process.returncode == 0

    async def _beside(self, *arguments: str, dies_in: float = PATIENCE) -> Daemon:
        command = await self._world.beside(*arguments, dies_in=dies_in)
        # It may be refused for a reason, but not for how it was written.
        assert "Usage:" not in command.output, command.output
        return command

    def seen_to(self, deed: Deed, done: Mapping[str, tuple[str, int | None]]) -> Act:
        """What came of a command, as the store has it."""
        found = done.get(deed.who)
        until = None if found is None else found[1]
        return Act(deed.action, deed.began, deed.ended, found is not None, until)

    def complaints(self, done: Mapping[str, tuple[str, int | None]]) -> Iterator[str]:
        """What was said to be done, and is not."""
        for deed in self.deeds:
            if deed.is_claimed and done.get(deed.who, ("",))[0] != deed.action:
                yield f"{deed.who} was told that {deed.action} is done; the store knows nothing of it"
