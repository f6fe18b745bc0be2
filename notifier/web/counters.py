"""Counts what the loops report, for as long as the process lives: a reload changes no counter."""

from collections.abc import Iterable, Mapping
from itertools import product

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from notifier.clock import Clock
from notifier.host.metrics import OTHER, Edited, Letter, Metrics, Pressed, Read, Sent
from notifier.model import Button
from notifier.web.labels import SOURCE, label, source_labels

_REQUEST = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds
_READ = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_WRITTEN_TO_TOLD = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200)
_PLACED_TO_TOLD = (5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 21_600, 86_400)

_RELOADS = ("ok", "refused")
_NO_CHANNEL = "none"  # the receiver is in no configuration


class Counters(Metrics):
    """The one that counts. Every series of a configuration is there from its start, so that rates are right.

    Args:
        clock: of the process, which has just taken its first configuration.
    """

    def __init__(self, clock: Clock) -> None:
        self.registry = registry = CollectorRegistry()
        self._clock = clock
        self._channels: dict[str, str] = {}  # of receivers that are gone, too: their last messages count

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, registry=registry)

        def duration(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(name, text, labels, unit="seconds", registry=registry, buckets=buckets)

        def gauge(name: str, text: str, unit: str = "") -> Gauge:
            return Gauge(name, text, unit=unit, registry=registry)

        self._requests = counter(
            "notifier_requests_total", "Pages of calls that TeleCMI was asked for.", *SOURCE
        )
        self._reads = counter(
            "notifier_reads_total", "Reads of TeleCMI, by how they went.", *SOURCE, "outcome"
        )
        self._read_seconds = duration(
            "notifier_read_duration_seconds", "How long a read took, whatever came of it.", _READ, *SOURCE
        )
        self._calls = counter(
            "notifier_calls_total",
            "New calls stored: watched, or baseline from before that.",
            *SOURCE,
            "kind",
        )
        self._rejects = counter(
            "notifier_rejects_total", "New records that could not be read as calls.", *SOURCE
        )
        self._decisions = counter(
            "notifier_decisions_total", "What rules decided on calls, by reason.", "rule", "reason"
        )
        self._sends = counter(
            "notifier_sends_total",
            "Messages that were to be sent, by what became of it.",
            "channel",
            "kind",
            "outcome",
        )
        self._send_seconds = duration(
            "notifier_send_duration_seconds",
            "How long a request to send a message took.",
            _REQUEST,
            "channel",
        )
        self._edits = counter(
            "notifier_edits_total",
            "Messages that were to be changed, by what became of it.",
            "channel",
            "outcome",
        )
        self._digests = counter(
            "notifier_digests_total",
            "Reports of digests, each for one target, by what became of them.",
            "digest",
            "outcome",
        )
        self._written_to_told = duration(
            "notifier_told_latency_seconds",
            "From when a notification was written down (its call was stored, or its wait was over)"
            " until its target was told.",
            _WRITTEN_TO_TOLD,
        )
        self._placed_to_told = duration(
            "notifier_told_since_call_seconds",
            "From when the last call of an alert was placed until its target was told; with the rule's wait.",
            _PLACED_TO_TOLD,
        )
        self._presses = counter(
            "notifier_presses_total",
            "Buttons in Slack that were pressed, by what became of it.",
            "button",
            "outcome",
        )
        self._reloads = counter(
            "notifier_config_reloads_total", "New configurations taken and refused.", "outcome"
        )
        self._reload_ok = gauge(
            "notifier_config_last_reload_successful",
            "Is the configuration in force the last one that was offered?",
        )
        self._reloaded_at = gauge(
            "notifier_config_last_reload_success_timestamp_seconds",
            "When the configuration in force was taken, since the epoch.",
            "seconds",
        )
        for outcome in _RELOADS:
            self._reloads.labels(outcome)
        for button, pressed in product((*Button, OTHER), Pressed):
            self._presses.labels(_short(button), pressed)
        started = gauge("process_start_time_seconds", "When the process began, since the epoch.", "seconds")
        started.set(clock.now() / 1000)
        self._in_force()

    def expect(self, sources: Iterable[str], channels: Mapping[str, str]) -> None:
        for source in sources:
            at = source_labels(source)
            for each in (self._requests, self._rejects, self._read_seconds):
                each.labels(*at)
            for outcome in Read:
                self._reads.labels(*at, outcome)
            for kind in ("watched", "baseline"):
                self._calls.labels(*at, kind)
        self._channels.update(channels)
        for channel in set(channels.values()):
            self._send_seconds.labels(channel)
            for letter, sent in product(Letter, Sent):
                self._sends.labels(channel, letter, sent)
            for edited in Edited:
                self._edits.labels(channel, edited)

    def requested(self, source: str) -> None:
        self._requests.labels(*source_labels(source)).inc()

    def read(self, source: str, outcome: Read, seconds: float) -> None:
        at = source_labels(source)
        self._reads.labels(*at, outcome).inc()
        self._read_seconds.labels(*at).observe(seconds)

    def stored(self, source: str, *, watched: int, baseline: int, rejects: int) -> None:
        at = source_labels(source)
        self._calls.labels(*at, "watched").inc(watched)
        self._calls.labels(*at, "baseline").inc(baseline)
        self._rejects.labels(*at).inc(rejects)

    def decided(self, decisions: Mapping[tuple[str, str], int]) -> None:
        for (rule, reason), count in decisions.items():
            self._decisions.labels(label(rule), reason).inc(count)

    def sent(self, receiver: str, letter: Letter, outcome: Sent, seconds: float | None = None) -> None:
        channel = self._channel(receiver)
        self._sends.labels(channel, letter, outcome).inc()
        if seconds is not None:
            self._send_seconds.labels(channel).observe(seconds)

    def told(self, written: float, placed: float) -> None:
        self._written_to_told.observe(max(0.0, written))
        self._placed_to_told.observe(max(0.0, placed))

    def digest(self, name: str, outcome: Sent) -> None:
        self._digests.labels(label(name), outcome).inc()

    def edited(self, receiver: str, outcome: Edited) -> None:
        self._edits.labels(self._channel(receiver), outcome).inc()

    def pressed(self, button: str, outcome: Pressed) -> None:
        self._presses.labels(_short(button), outcome).inc()

    def reloaded(self, *, ok: bool) -> None:
        self._reloads.labels(_RELOADS[0] if ok else _RELOADS[1]).inc()
        if ok:
            self._in_force()
        else:
            self._reload_ok.set(0)

    def _in_force(self) -> None:
        self._reload_ok.set(1)
        self._reloaded_at.set(self._clock.now() / 1000)

    def _channel(self, receiver: str) -> str:
        return self._channels.get(receiver, _NO_CHANNEL)


def _short(button: str) -> str:
    return button.rpartition(".")[2]
