"""What is true at the moment of a scrape: of the loops from their health, of the rest from the store."""

import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.metadata import version

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric

from notifier.host.health import Health
from notifier.model import AlertState, Gathered, NoticeKind
from notifier.store.figures import Figures
from notifier.store.migrate import HEAD
from notifier.store.outbox import RowState
from notifier.web.labels import SOURCE, source_labels

_UNITS = ("seconds", "bytes")
_QUEUED = (RowState.WAITING, RowState.CLAIMED, RowState.DEAD)
_ACTIVE = tuple(state for state in AlertState if state is not AlertState.ENDED)


def of_health(health: Health) -> Iterable[Metric]:
    """How the loops and sources do, and what is in trouble."""
    build = {"version": version("notifier"), "python": platform.python_version(), "schema": HEAD}
    yield InfoMetricFamily("notifier_build", "Which notifier runs.", build)
    yield _gauge(
        "notifier_loop_last_pass_age_seconds",
        "Since a loop last finished a pass, be it a failed one.",
        {_loop(name): age for name, age in health.since_last_pass().items()},
        ("kind", *SOURCE),
    )
    reads = {name: source.last_good_read for name, source in health.ready().sources.items()}
    yield _gauge(
        "notifier_last_good_read_age_seconds",
        "Since a source was last read completely; absent before the first time.",
        {source_labels(name): age for name, age in reads.items() if age is not None},
        SOURCE,
    )
    raised = Counter(trouble.kind for trouble in health.troubles.active())
    yield _gauge(
        "notifier_troubles",
        "Troubles of our own that last.",
        {(kind,): raised[kind] for kind in NoticeKind},
        ("kind",),
    )


def of_store(figures: Figures | None, sources: Iterable[str], now: int) -> Iterable[Metric]:
    """What the store holds, as far as it answered.

    Args:
        figures: its answer; None where there is none.
        sources: that the configuration in force reads, by name.
        now: UTC ms.
    """
    yield _gauge("notifier_store_up", "Did the store answer?", {(): figures is not None})
    if figures is None:
        return
    yield from _of_sources(figures, sources, now)
    queue = figures.queue
    yield _gauge(
        "notifier_alerts", "Active alerts.", {(s,): figures.alerts.get(s, 0) for s in _ACTIVE}, ("state",)
    )
    yield _gauge(
        "notifier_outbox_notifications",
        "Notifications that wait, are being sent, or were given up.",
        {(state,): queue.by_state.get(state, 0) for state in _QUEUED},
        ("state",),
    )
    yield _gauge(
        "notifier_outbox_gathered_notifications",
        "Of those that are not sent yet: to be told in a summary, by why.",
        {(reason,): queue.gathered.get(reason, 0) for reason in Gathered},
        ("reason",),
    )
    yield _gauge(
        "notifier_outbox_backlog_notifications",
        "Of those that are not sent yet: waiting until TeleCMI's backlog is read.",
        {(): queue.behind_backlog},
    )
    yield _gauge(
        "notifier_outbox_oldest_age_seconds",
        "Since the oldest notification that should have been sent was written down; 0 where all are sent.",
        {(): 0.0 if queue.oldest is None else _age(queue.oldest, now)},
    )
    yield _gauge(
        "notifier_notices_waiting", "Messages about our own troubles that wait.", {(): figures.notices}
    )
    yield _gauge("notifier_store_size_bytes", "The store on its disk.", {(): figures.size})
    yield _gauge("notifier_store_free_bytes", "Room on its disk that we may use.", {(): figures.free})


def _of_sources(figures: Figures, names: Iterable[str], now: int) -> Iterable[Metric]:
    # What an earlier configuration read has nobody who keeps it up to date.
    known = {source_labels(name): figures.sources[name] for name in names if name in figures.sources}
    yield _gauge(
        "notifier_watermark_age_seconds",
        "Since when a source may have calls that are not read yet; absent before its first complete read.",
        {at: _age(one.watermark, now) for at, one in known.items() if one.watermark is not None},
        SOURCE,
    )
    yield _gauge(
        "notifier_reconcile_difference_calls",
        "By how many records TeleCMI's count exceeded ours in the window that was compared last.",
        {
            at: one.counted - one.held
            for at, one in known.items()
            if one.counted is not None and one.held is not None
        },
        SOURCE,
    )
    yield _gauge(
        "notifier_reconcile_agreed_age_seconds",
        "Since TeleCMI's count and ours over that window were last the same.",
        {at: _age(one.agreed_at, now) for at, one in known.items() if one.agreed_at is not None},
        SOURCE,
    )


def _gauge(
    name: str, text: str, values: Mapping[tuple[str, ...], float], labels: tuple[str, ...] = ()
) -> Metric:
    last = name.rpartition("_")[2]
    family = GaugeMetricFamily(name, text, labels=labels, unit=last if last in _UNITS else "")
    for at, value in values.items():
        family.add_metric(at, value)
    return family


def _age(instant: int, now: int) -> float:
    """Seconds; a clock that was set back makes nothing younger than new."""
    return max(0.0, (now - instant) / 1000)


def _loop(name: str) -> tuple[str, str, str]:
    return ("intake", *source_labels(name)) if "/" in name else (name, "", "")
