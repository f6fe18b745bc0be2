"""`status`: how the daemon does, as the store knows it."""

from collections.abc import Iterator
from dataclasses import dataclass

from notifier.cli.common import ConfigOption, JsonOption, look, read_config
from notifier.cli.show import ago, counted, harmless, iso, print_json, when, whom
from notifier.clock import SystemClock
from notifier.config import Config, store_path
from notifier.store import digests
from notifier.store.database import Connection
from notifier.store.lock import holder
from notifier.store.notices import StoredNotice, raised
from notifier.store.outbox import OutboxRow
from notifier.store.outbox_views import Depth, depth, held, trouble
from notifier.store.sources import Source, all_sources
from notifier.store.views import Totals, totals

MISSED_READS = 3
"""So many polls without a good read are overdue; the same as `/readyz` allows."""

SHORTEST_SILENCE = 120_000
"""ms; an account that is read more often may be silent for this long all the same."""


@dataclass(frozen=True, slots=True)
class _Seen:
    now: int  # UTC ms
    runs: str | None
    sources: dict[str, Source | None]  # those of the configuration, then those that are only in the store
    strangers: frozenset[str]  # the names of the latter
    depth: Depth
    held: int  # of what waits: until its time comes
    digests: Depth
    trouble: OutboxRow | None  # a notification that could not be sent yet
    totals: Totals
    notices: list[StoredNotice]


def status(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Show whether the daemon runs, how reading each account goes, and what waits to be sent.

    This is what the store knows; `/readyz` and `systemctl status notifier` ask the daemon itself.
    """
    loaded = read_config(config)
    now = SystemClock().now()
    runs = holder(store_path(loaded))
    seen = look(loaded, lambda connection: _seen(connection, loaded, now, runs))
    if json:
        print_json(_as_json(loaded, seen))
        return
    for line in _lines(loaded, seen):
        print(line)


def _seen(connection: Connection, config: Config, now: int, runs: str | None) -> _Seen:
    stored = {source.name: source for source in all_sources(connection)}
    ours = config.telecmi.sources
    sources = {name: stored.get(name) for name in ours}
    strangers = frozenset(stored) - frozenset(ours)
    sources |= {name: stored[name] for name in sorted(strangers)}
    return _Seen(
        now=now,
        runs=runs,
        sources=sources,
        strangers=strangers,
        depth=depth(connection, now),
        held=held(connection, now),
        digests=digests.depth(connection, now),
        trouble=trouble(connection),
        totals=totals(connection),
        notices=raised(connection),
    )


def _lines(config: Config, seen: _Seen) -> Iterator[str]:
    if seen.runs:
        yield f"daemon   running: {harmless(seen.runs)}"
    else:
        yield "daemon   not running: nothing is read and nobody is told until `notifier run` is started"
    if config.dry_run:
        yield "dry_run  on: everything is decided and stored, nothing is sent"
    for name, source in seen.sources.items():
        gone = " (no longer in the configuration)" if name in seen.strangers else ""
        yield f"{name}{gone}"
        yield from (f"  {line}" for line in _about_source(config, seen, name, source))
    for notice in seen.notices:
        since = f"since {when(config, notice.raised_at)}"
        yield f"notice   {_named(notice)}, {since}: {harmless(notice.reason)}"
    yield f"alerts   {seen.totals.active_alerts} active"
    yield f"outbox   {_depth(seen.depth, '`notifier outbox --state dead` shows them', seen.held)}"
    if seen.trouble is not None:
        yield f"  trouble         {whom(config, seen.trouble.target)}: {harmless(seen.trouble.reason)}"
    if config.digests or seen.digests.waiting or seen.digests.dead:
        yield f"digests  {_depth(seen.digests, 'within a day; the log says why')}"
    rejects = (
        f", {counted(seen.totals.rejects, 'record')} that could not be read" if seen.totals.rejects else ""
    )
    answered = f", {seen.totals.answered:,} answered" if seen.totals.answered else ""
    yield f"store    {counted(seen.totals.calls, 'call')}{answered}{rejects}, in {store_path(config)}"


def _depth(depth: Depth, where: str, held: int = 0) -> str:
    waiting = f"{depth.waiting} waiting"
    if held:
        waiting += f", {held} of them held until their time comes"
    if depth.oldest_due is not None:
        waiting += f", the oldest for {ago(depth.oldest_due).removesuffix(' ago')}"
    return f"{waiting}; {f'{depth.dead} given up ({where})' if depth.dead else 'nothing given up'}"


def _about_source(config: Config, seen: _Seen, name: str, source: Source | None) -> Iterator[str]:
    if source is None or source.last_read_at is None:
        yield "last good read  never"
    else:
        late = ", overdue" if _is_overdue(config, seen, name, source.last_read_at) else ""
        read_at = when(config, source.last_read_at, seconds=True)
        yield f"last good read  {read_at}, {ago(source.last_read_at)}{late}"
    if source is None:
        return
    if source.started_at is not None:
        yield f"watched since   {when(config, source.started_at)}; calls from before count, and open nothing"
    if source.last_error:
        tried = when(config, source.last_error_at, seconds=True)
        yield f"trouble         {harmless(source.last_error)}; last tried {tried}"
    if source.compared_since is not None:
        yield f"count           {_comparison(source, when(config, source.compared_since))}"


def _named(notice: StoredNotice) -> str:
    return f"{notice.kind.replace('_', ' ')} ({harmless(notice.subject)})"


def _comparison(source: Source, since: str) -> str:
    """What TeleCMI counted and what was here: "TeleCMI 1,204, here 1,204 since 23 Nov 11:02; agreed …"."""
    compared = f"compared {ago(source.compared_at or 0)}"
    held = source.held or 0
    if source.counted is None:
        return f"TeleCMI gives no count, here {held:,} since {since}; {compared}"
    both = f"TeleCMI {source.counted:,}, here {held:,} since {since}"
    missing = source.counted - held
    if missing == 0:
        return f"{both}; agreed {ago(source.agreed_at or 0)}"
    agreed = "never agreed yet" if source.agreed_at is None else f"last agreed {ago(source.agreed_at)}"
    if missing > 0:
        case = "a support case for TeleCMI"
        return f"{both}; TeleCMI counts {missing:,} more than it lists; {agreed}, {compared}; {case}"
    normal = "normal, it forgets"
    return f"{both}; TeleCMI lists {-missing:,} fewer than stored: {normal}; {agreed}, {compared}"


def _is_overdue(config: Config, seen: _Seen, name: str, read_at: int) -> bool:
    limit = max(MISSED_READS * config.telecmi.poll.every, SHORTEST_SILENCE)
    return seen.runs is not None and name not in seen.strangers and seen.now - read_at > limit


def _as_json(config: Config, seen: _Seen) -> dict[str, object]:
    return {
        "running": seen.runs,
        "dry_run": config.dry_run,
        "sources": [
            {
                "source": name,
                "configured": name not in seen.strangers,
                "started_at": iso(source.started_at) if source else None,
                "watermark": iso(source.watermark) if source else None,
                "last_read_at": iso(source.last_read_at) if source else None,
                "last_error": source.last_error if source else None,
                "last_error_at": iso(source.last_error_at) if source else None,
                "known_gap": source.known_gap if source else None,
                "compared_at": iso(source.compared_at) if source else None,
                "compared_since": iso(source.compared_since) if source else None,
                "counted": source.counted if source else None,
                "held": source.held if source else None,
                "agreed_at": iso(source.agreed_at) if source else None,
            }
            for name, source in seen.sources.items()
        ],
        "store": str(store_path(config)),
        "calls": seen.totals.calls,
        "answered": seen.totals.answered,
        "rejects": seen.totals.rejects,
        "active_alerts": seen.totals.active_alerts,
        "notices": [
            {
                "kind": notice.kind,
                "subject": notice.subject,
                "reason": notice.reason,
                "raised_at": iso(notice.raised_at),
            }
            for notice in seen.notices
        ],
        "outbox": {
            "waiting": seen.depth.waiting,
            "held": seen.held,
            "oldest_at": iso(seen.depth.oldest_due),
            "dead": seen.depth.dead,
        },
        "digests": {
            "waiting": seen.digests.waiting,
            "oldest_at": iso(seen.digests.oldest_due),
            "dead": seen.digests.dead,
        },
    }
