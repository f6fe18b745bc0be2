"""Makes the report of a digest: what was true of its time, as it is known now."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from zoneinfo import ZoneInfo

from notifier.config import Config, agent_at
from notifier.config.digests import Digest
from notifier.config.receivers import Agent
from notifier.model import DigestFigures, DigestReport
from notifier.rules.digest import Schedule, schedule_of
from notifier.rules.match import agent_phones
from notifier.store.database import Database
from notifier.store.digest_figures import Asked, digest_figures


class Reports:
    """Makes them for one configuration."""

    def __init__(self, config: Config, database: Database) -> None:
        self.digests: Mapping[str, Digest] = {digest.name: digest for digest in config.digests}
        self._database = database
        self._agents = config.agents
        self._phones = agent_phones(config.agents)
        self._zone = config.timezone
        self._country = config.country or None
        self._sources = config.telecmi.sources

    def schedule(self, name: str) -> Schedule:
        """When a digest is due."""
        return schedule_of(self.digests[name], self._zone)

    async def make(self, name: str, until: int, now: int) -> DigestReport:
        """Make one; it has no delivery id yet.

        Args:
            name: of the digest.
            until: UTC ms, the end of the time that it covers; its beginning is when it was due before that.
            now: UTC ms.

        Raises:
            StoreUnavailable: the store can't be read now.
        """
        digest = self.digests[name]
        zone: ZoneInfo = digest.timezone or self._zone
        asked = Asked(
            since=self.schedule(name).before(until),
            until=until,
            now=now,
            zone=zone,
            sources=self._sources,
            is_about=_is_about(digest, self._agents),
            phones=self._phones,
        )
        figures = await self._database.survey(lambda connection: digest_figures(connection, asked))
        return DigestReport(
            delivery_id="",
            name=name,
            teams=digest.team,
            since=asked.since,
            until=until,
            figures=figures,
            agent_names=self._names(figures),
            zone=zone,
            now=now,
            country=self._country,
        )

    def _names(self, figures: DigestFigures) -> Mapping[str, str]:
        keys = [one.agent for one in figures.agents]
        named = {key: agent_at(key, self._agents) for key in keys}
        return {key: agent.name for key, agent in named.items() if agent is not None and agent.name}


def for_delivery(report: DigestReport, delivery_id: str, *, mask_numbers: bool = False) -> DigestReport:
    """The same report as one target's message, where its receiver wants that without whole phone numbers."""
    return replace(report, delivery_id=delivery_id, mask_numbers=mask_numbers)


def _is_about(digest: Digest, agents: Mapping[str, Agent]) -> Callable[[str], bool]:
    if not digest.team:
        return lambda _: True
    wanted = frozenset(digest.team)

    @cache
    def is_about(agent: str) -> bool:
        person = agent_at(agent, agents)
        return person is not None and person.team in wanted

    return is_about
