"""What the daemon stores, shown as it happens."""

from notifier.channels.render.escape import shorten
from notifier.channels.render.times import local
from notifier.cli.calls import told
from notifier.cli.demo.screen import Screen
from notifier.cli.show import harmless
from notifier.clock import Clock
from notifier.config import Config, agent_at, store_path
from notifier.errors import StoreError
from notifier.model import StoredCall
from notifier.store.database import Connection, Database
from notifier.store.views import StoredDecision, Wanted, decisions_of, find_calls

_MOST = 100  # calls of one look
_NAME = 40  # characters of a customer's


class Viewer:
    """Reads the store like any command."""

    def __init__(self, screen: Screen, config: Config, clock: Clock) -> None:
        self._screen = screen
        self._config = config
        self._clock = clock
        self._database: Database | None = None
        self._last = 0
        self.seen = self.answered = self.opened = self.joined = 0

    def look(self) -> None:
        """Show the calls that are new since the last look."""
        for stored, decisions in self._new():
            self._last = max(self._last, stored.row)
            self.seen += not stored.call.endpoint.is_answered
            self.answered += stored.call.endpoint.is_answered
            self.opened += sum(one.reason == "opened" for one in decisions)
            self.joined += sum(one.reason in {"joined", "level_raised"} for one in decisions)
            self._show(stored, decisions)

    def close(self) -> None:
        """Let go of the store."""
        if self._database is not None:
            self._database.close()

    def _new(self) -> list[tuple[StoredCall, list[StoredDecision]]]:
        try:
            if self._database is None:
                self._database = Database.open_existing(store_path(self._config))
            return self._database.look(self._read)
        except StoreError:
            return []  # the daemon is still making it

    def _read(self, connection: Connection) -> list[tuple[StoredCall, list[StoredDecision]]]:
        fresh = [
            one
            for answered in (False, True)
            for one in find_calls(connection, Wanted(after_row=self._last, answered=answered), _MOST)
        ]
        return [
            (one, decisions_of(connection, one.row))
            for one in sorted(fresh, key=lambda one: one.call.placed_at)
        ]

    def _show(self, stored: StoredCall, decisions: list[StoredDecision]) -> None:
        call = stored.call
        agent = agent_at(call.agent, self._config.agents)
        self._screen.call(
            local(call.placed_at, self._config.timezone, self._clock.now()),
            f"{agent.name} ({call.extension})" if agent else call.extension,
            call.customer + (f" ({shorten(harmless(call.name), _NAME)})" if call.name else ""),
            [told(one) for one in decisions],
            answered=call.endpoint.is_answered,
        )
