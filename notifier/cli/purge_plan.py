"""What `purge` is going to forget, and what stays: in sentences, and as one small step after another."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import NamedTuple, Protocol

from notifier.cli.show import counted, harmless, when
from notifier.config import Config
from notifier.model import masked
from notifier.store.database import Connection
from notifier.store.forget import Traces, forget
from notifier.store.purge import Amount, Survey, purge

MOST_NUMBERS = 10
"""Numbers that are listed."""


class Step(NamedTuple):
    """What one transaction did."""

    gone: Amount
    is_last: bool


class Plan(Protocol):
    """What is to be forgotten."""

    @property
    def amount(self) -> Amount:
        """How much."""
        ...

    @property
    def is_for_good(self) -> bool:
        """Is it to leave no trace in the files of the store?"""
        ...

    @property
    def stays(self) -> int:
        """How many of what was asked for are kept for now."""
        ...

    def lines(self, config: Config) -> Iterator[str]:
        """What goes and what stays, in sentences."""
        ...

    def step(self, connection: Connection, start: int, batch: int) -> Step:
        """Forget one batch, in the caller's transaction; `start` of each kind were looked at before."""
        ...

    def as_json(self) -> dict[str, object]:
        """What goes and what stays, for programs."""
        ...


@dataclass(frozen=True, slots=True)
class ByAge:
    """Forget what is older than an instant."""

    found: Survey
    before: int  # UTC ms; of what is older, that goes which is not needed
    needed: int  # UTC ms, from which on everything is
    reach: int  # ms that it still is

    @property
    def amount(self) -> Amount:
        """How much."""
        return self.found.goes

    @property
    def is_for_good(self) -> bool:
        """Is it to leave no trace in the files of the store?"""
        return False

    @property
    def stays(self) -> int:
        """How many of what was asked for are kept for now."""
        return self.found.calls_of_active + self.found.calls_needed + self.found.alerts_needed

    def lines(self, config: Config) -> Iterator[str]:
        """What goes and what stays, in sentences."""
        found = self.found
        yield f"to be forgotten: {told(found.goes)}"
        if found.calls_of_active:
            yield (f"{counted(found.calls_of_active, 'call')} of active alerts: kept until these have ended")
        if found.calls_needed:
            yield f"{counted(found.calls_needed, 'call')}: {_until(config, self.before + self.reach)}"
        if found.alerts_needed:
            yield (
                f"{counted(found.alerts_needed, 'ended alert')}: kept, since their calls still count, or "
                f"somebody is still to be told; until {when(config, self.before + self.reach)} at the least"
            )

    def step(self, connection: Connection, start: int, batch: int) -> Step:  # noqa: ARG002 - the protocol's
        """Forget one batch."""
        before = min(self.before, self.needed)
        gone = purge(connection, before, before, batch)
        return Step(gone, gone.most < batch)

    def as_json(self) -> dict[str, object]:
        """What goes and what stays, for programs."""
        found = self.found
        stays = {
            "calls_of_active_alerts": found.calls_of_active,
            "calls_still_needed": found.calls_needed,
            "alerts_still_needed": found.alerts_needed,
        }
        return {"goes": asdict(found.goes), "stays": stays}


@dataclass(frozen=True, slots=True)
class ByNumber:
    """Forget what is about one customer."""

    found: Traces
    needed: int  # UTC ms, from which on everything is
    reach: int  # ms that it still is

    @property
    def amount(self) -> Amount:
        """How much."""
        return self.found.amount

    @property
    def is_for_good(self) -> bool:
        """Is it to leave no trace in the files of the store?"""
        return True

    @property
    def stays(self) -> int:
        """How many of what was asked for are kept for now."""
        return self.found.calls_of_active + self.found.alerts_active + self.found.needed

    def lines(self, config: Config) -> Iterator[str]:
        """What goes and what stays, in sentences."""
        found = self.found
        calls = {one: counted(number, "stored call") for one, number in found.numbers.items()}
        listed = [f"{harmless(masked(one))} ({stored})" for one, stored in calls.items()]
        rest = ["…"] if len(listed) > MOST_NUMBERS else []
        names = ", ".join(listed[:MOST_NUMBERS] + rest)
        yield f"{counted(len(listed), 'number')} with this ending{': ' if names else ''}{names}"
        if len(listed) > 1:
            yield "if they are not one customer's, give more digits: `--number -` asks for them"
        yield f"to be forgotten: {told(found.amount)}"
        if found.calls_of_active or found.alerts_active:
            yield (
                f"{counted(found.calls_of_active, 'call')} and {counted(found.alerts_active, 'alert')}: kept "
                "until the alerts have ended and everybody was told"
            )
        if found.silences_active:
            yield f"{counted(found.silences_active, 'silence')}: kept until somebody ends what has no end"
        if found.newest is not None:
            kinds = "calls, rejects, ended alerts and silences together"
            yield f"{counted(found.needed, 'record')} ({kinds}): {_until(config, found.newest + self.reach)}"

    def step(self, connection: Connection, start: int, batch: int) -> Step:
        """Forget one batch."""
        gone = forget(connection, self.found, self.needed, start, batch)
        return Step(gone, start + batch >= self.amount.most)

    def as_json(self) -> dict[str, object]:
        """What goes and what stays, for programs."""
        found = self.found
        stays = {
            "calls_of_active_alerts": found.calls_of_active,
            "active_alerts": found.alerts_active,
            "active_silences": found.silences_active,
            "still_needed": found.needed,
        }
        numbers = [{"number": masked(one), "calls": calls} for one, calls in found.numbers.items()]
        return {"numbers": numbers, "goes": asdict(found.amount), "stays": stays}


def told(amount: Amount) -> str:
    """An amount in words: "3 calls, 1 alert"; what there is none of is left out."""
    parts = [counted(number, kind.removesuffix("s")) for kind, number in asdict(amount).items() if number]
    return ", ".join(parts) or "nothing"


def _until(config: Config, at: int) -> str:
    return (
        "kept, since TeleCMI's next read may bring them again, or a rule still counts them; they can go "
        f"once TeleCMI was read up to {when(config, at)}"
    )
