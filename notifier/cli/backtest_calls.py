"""The calls that `backtest` replays: stored ones, or those that somebody gives."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from notifier.backtest import Given, reach_back, read_given, source_of
from notifier.cli.parse import ms_of, today
from notifier.config import Config, parse_duration, store_path
from notifier.config.values import DAY
from notifier.errors import NotifierError, StoreRefused
from notifier.model import Call, Silence
from notifier.store.database import Connection, Database
from notifier.store.replay import calls_between
from notifier.store.silences import listing

LARGEST = 64 * 1024 * 1024
"""Bytes of a file of calls."""

USUAL = 7 * DAY
"""How far back stored calls are replayed where nothing is said."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What is replayed. Times are UTC ms."""

    calls: Sequence[Call]
    silences: Sequence[Silence]
    since: int
    until: int
    given: Given | None  # where it came from a file

    @property
    def of_nobody(self) -> int:
        """How many missed calls name no agent."""
        return sum(not call.extension for call in self.calls if not call.endpoint.is_answered)

    def left_out(self, config: Config) -> Mapping[str, int]:
        """How many calls stand in which lists that the configuration does not read."""
        found = Counter(source_of(call) for call in self.calls)
        return {name: calls for name, calls in sorted(found.items()) if name not in config.telecmi.sources}


def stored_calls(config: Config, store: Path | None, since: str, until: str, now: int) -> Replayed:
    """The calls of a store, with as many from before as the rules need.

    Args:
        config: whose rules decide.
        store: its file; that of the configuration where none is named.
        since: as written, or "".
        until: likewise.
        now: UTC ms.

    Raises:
        typer.BadParameter: the times can't be read, or are the wrong way round.
        StoreError: there is no such store, or it can't be read.
    """
    end = instant(until, config.timezone, now, "--until") if until else now
    begin = instant(since, config.timezone, now, "--since") if since else end - USUAL
    _in_order(begin, end)
    reach = reach_back(config)

    def view(connection: Connection) -> Replayed:
        earliest = 0 if reach is None else max(0, begin - reach)
        calls = list(calls_between(connection, earliest, end))
        return Replayed(calls, listing(connection, now, over=True), begin, end, None)

    path = store or store_path(config)
    if not path.exists():
        raise StoreRefused(f"there is no store at {path}; name the one that the calls are in: --store FILE")
    database = Database.open_existing(path)
    try:
        return database.look(view)
    finally:
        database.close()


def given_calls(config: Config, file: Path, since: str, until: str, now: int) -> Replayed:
    """The calls of a file; likewise.

    Raises:
        typer.BadParameter: the times can't be read, or are the wrong way round.
        NotifierError: the file can't be read, is too large, or holds no calls.
    """
    data = _bytes(file)
    if not data.strip():
        raise NotifierError(f"{named(file)} is empty")
    try:
        given = read_given(data, config)
    except NotifierError as error:
        raise NotifierError(f"{named(file)}: {error}") from None
    if given.reasons and not given.calls:
        first = given.rejects[0]
        raise NotifierError(f"{named(file)} holds no call that can be read; {first.where}: {first.reason}")
    times = [call.placed_at for call in given.calls]
    end = instant(until, config.timezone, now, "--until") if until else max(times, default=now - DAY) + DAY
    begin = instant(since, config.timezone, now, "--since") if since else min(times, default=end - USUAL)
    _in_order(begin, end)
    return Replayed(given.calls, (), begin, end, given)


def instant(text: str, zone: ZoneInfo, now: int, where: str) -> int:
    """The instant that "7d" (back), "2026-11-16" (its begin) or "2026-11-16 09:30" means, UTC ms.

    Args:
        text: as written; with an offset where another than the zone's is meant.
        zone: in which a time without an offset is meant.
        now: UTC ms.
        where: the option that it was written for.

    Raises:
        typer.BadParameter: it is none of these.
    """
    try:
        return max(0, now - parse_duration(text))
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text.strip())
        return max(0, ms_of(moment if moment.tzinfo else moment.replace(tzinfo=zone)))
    except (ValueError, OverflowError):
        what = f'not a time; write 7d, {today(zone, now)} or "{today(zone, now)} 09:30"'
        raise typer.BadParameter(what, param_hint=where) from None


def _in_order(begin: int, end: int) -> None:
    if begin > end:
        raise typer.BadParameter("it is later than the end, see --until", param_hint="--since")


def named(file: Path) -> str:
    """What a file of calls is called."""
    return "standard input" if str(file) == "-" else str(file)


def _bytes(file: Path) -> bytes:
    try:
        if str(file) == "-":
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with file.open("rb") as stream:
                data = stream.read(LARGEST + 1)
    except OSError as error:
        raise NotifierError(f"{named(file)} can't be read: {error.strerror}") from None
    if len(data) > LARGEST:
        raise NotifierError(
            f"{named(file)} is larger than {LARGEST // 2**20} MB; give the calls in several files"
        )
    return data
