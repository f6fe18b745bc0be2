"""What a world led to: what arrived, and what is stored."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from notifier.model import Alert, EventKind
from notifier.store import outbox_views, schema
from notifier.store.alerts import ALERT_COLUMNS, alert_from
from notifier.store.database import Database
from notifier.store.events import events_of
from notifier.store.outbox import OutboxRow
from notifier.store.sources import Source, all_sources
from tests.support.channel import Message


class Views:
    """Looks at a store and a journal, and changes neither."""

    database: Database
    sent: list[Message]  # all that arrived, edits too
    accounts: Sequence[str]

    def told(self, receiver: str | None = None) -> list[str]:
        """The newest call of every message that arrived, in order: who is to be called back."""
        return [one.names[-1] for one in self.sent if not one.edits and receiver in {None, one.receiver}]

    def edited(self) -> list[tuple[str, ...]]:
        """The calls that every edit shows, in order."""
        return [one.names for one in self.sent if one.edits]

    def source(self) -> Source:
        """The first account's, as stored."""
        return next(one for one in self.database.look(all_sources) if one.account == self.accounts[0])

    def alerts(self) -> list[Alert]:
        """All, by id."""

        def view(connection: Connection) -> list[Alert]:
            rows = connection.execute(select(*ALERT_COLUMNS).order_by(schema.alerts.c.id)).mappings()
            return [alert_from(row) for row in rows]

        return self.database.look(view)

    def outbox(self) -> list[OutboxRow]:
        """All rows, by id."""
        rows = self.database.look(lambda connection: outbox_views.listing(connection, None, 10_000))
        return rows[::-1]

    def story(self, alert_id: int = 1) -> list[EventKind]:
        """What became of an alert, in order."""
        story = self.database.look(lambda connection: events_of(connection, alert_id))
        return [event.kind for event in story]

    def fates(self) -> list[tuple[str, str]]:
        """Receiver and state of every row of the outbox."""
        return [(row.target.receiver, row.state.value) for row in self.outbox()]

    def stored(self) -> int:
        """How many calls."""
        return self.database.look(
            lambda connection: connection.scalar(select(func.count()).select_from(schema.calls)) or 0
        )

    def reasons(self) -> list[str]:
        """Of all decisions, in the order of the calls' rows."""
        decisions = schema.decisions
        query = select(decisions.c.reason).order_by(decisions.c.call_id, decisions.c.rule)
        return self.database.look(lambda connection: list(connection.scalars(query)))
