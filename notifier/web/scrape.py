"""`/metrics`: all of it as one page, in the format that the reader prefers."""

from collections.abc import Awaitable, Callable, Iterable

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric

from notifier.clock import Clock
from notifier.host.health import Health
from notifier.store.figures import Figures
from notifier.web.counters import Counters
from notifier.web.gauges import of_health, of_store
from notifier.web.probe import StoreProbe
from notifier.web.process import of_process

PLAIN = "text/plain; version=0.0.4"
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


class Scrape:
    """Gathers what `/metrics` shows.

    Args:
        counters: of the process.
        health: likewise.
        clock: by which ages are told.
        figures: asks the store; raises StoreError where it does not work.
        limit: seconds that the store may take to answer; the page comes without its figures then.
    """

    def __init__(
        self,
        counters: Counters,
        health: Health,
        clock: Clock,
        figures: Callable[[], Awaitable[Figures]],
        *,
        limit: float = 2.0,
    ) -> None:
        self._counters = counters
        self._health = health
        self._clock = clock
        self._figures = StoreProbe(figures, limit)

    async def page(self, accept: str) -> tuple[str, str]:
        """Gather everything.

        Args:
            accept: the header of that name; "" where there was none.

        Returns:
            The text, and its content type.
        """
        figures, _ = await self._figures.ask()
        page = _Gathered([*self._counted(), *self._current(figures), *of_process()])
        content_type = OPENMETRICS if _prefers_openmetrics(accept) else PLAIN
        # Not what the reader asked for word by word: the library would repeat it in its answer.
        encode, _ = choose_encoder(content_type)
        return encode(page).decode(), content_type

    async def cancel(self) -> None:
        """Give up a question to the store that is under way."""
        await self._figures.cancel()

    def _counted(self) -> Iterable[Metric]:
        for metric in self._counters.registry.collect():
            # When each series began is one more series each, and says nothing that the start does not.
            metric.samples = [one for one in metric.samples if not one.name.endswith("_created")]
            yield metric

    def _current(self, figures: Figures | None) -> Iterable[Metric]:
        yield from of_health(self._health)
        yield from of_store(figures, self._health.ready().sources, self._clock.now())


class _Gathered:
    """Metrics as the library wants them handed over."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _prefers_openmetrics(accept: str) -> bool:
    weights = {"application/openmetrics-text": 0.0, "text/plain": 0.0}
    for wanted in accept.lower().split(","):
        kind, *parameters = (part.strip() for part in wanted.split(";"))
        if kind in weights:
            weights[kind] = max(weights[kind], _weight(parameters))
    openmetrics, plain = weights.values()
    return openmetrics > 0 and openmetrics >= plain


def _weight(parameters: list[str]) -> float:
    given = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return float(given)
    except ValueError:
        return 0.0
