"""Every message that somebody got belongs to one row, and every row that was sent to one message."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bench.month.account import Account
from bench.month.books import Books, Row, Sending
from bench.month.known import NEAR, Known
from bench.month.remotes import Arrived
from bench.month.script import Lived
from bench.month.setting import MAILED


@dataclass(frozen=True)
class Messages:
    """Compares the journal of the remotes with the store."""

    lived: Lived
    books: Books
    known: Known
    account: Account

    def compare(self) -> None:
        """Nothing was lost, nothing doubled, nothing told by nobody, and nobody told in vain."""
        by_id = self._by_id()
        for row in self.books.outbox:
            found = by_id.pop(row.delivery_id, [])
            self._claim("notifications", row, found)
            if found:
                self._fits(row, found[0])
        for kind, rows in (("digests", self.books.digests), ("notices", self.books.notices)):
            for sending in rows:
                self.account.count(kind, sending.name, f"{sending.state} {sending.reason}".strip())
                self._claim(kind, sending, by_id.pop(sending.delivery_id, []))
        for delivery_id, left in by_id.items():
            self.account.complain("messages of nobody", f"{delivery_id} at {left[0].place}, {left[0].at}")
        self.account.count("messages", "edits", "arrived", sum(self.lived.journal.edits.values()))
        self._compare_threads()
        if self.lived.journal.strays:
            self.account.complain("edits of nothing", f"{self.lived.journal.strays}")

    def _compare_threads(self) -> None:
        """What happened is said once below a message."""
        said = self.lived.journal.histories
        self.account.count("messages", "histories", "arrived", len(said))
        for delivery_id, times in said.items():
            if times > 1:
                self.account.complain("histories said twice", f"{delivery_id}: {times} times")

    def _by_id(self) -> dict[str, list[Arrived]]:
        """What told each notification, digest and notice."""
        found: dict[str, list[Arrived]] = defaultdict(list)
        for one in self.lived.journal.arrived:
            for delivery_id in one.names or (one.delivery_id,):
                found[delivery_id].append(one)
            self.account.count("messages", "summaries" if one.names else "single", "arrived")
        return found

    def _claim(self, kind: str, row: Row | Sending, found: Sequence[Arrived]) -> None:
        was_sent = row.state == "sent"
        if was_sent and not found:
            self.account.complain(f"{kind} lost", f"{row.delivery_id} to {row.receiver}:{row.recipient}")
        if len(found) > was_sent and found:
            places = [f"{one.place} {one.at}" for one in found]
            what = "doubled" if was_sent else f"told though {row.state}"
            self.account.complain(f"{kind} {what}", f"{row.delivery_id}: {places}")
        if found:
            self.account.count("claimed", kind, found[0].place.partition(" ")[0])
            if not _is_at(row, found[0].place):
                self.account.complain("messages at the wrong place", f"{row.delivery_id}: {found[0].place}")

    def _fits(self, row: Row, arrived: Arrived) -> None:
        """It was told in a summary where the store says so, and to somebody whom it concerned still."""
        summary = arrived.delivery_id if arrived.names else None
        self.account.expect("summaries", row.delivery_id, row.batch, summary)
        alert = self.books.alerts[row.alert]
        if not alert.customer or row.gathered_as == "held" or row.kind == "update":
            return  # who was reached while it was held is marked so, and an update tells just that
        joined = self.known.those(self.books.joined.get(row.alert, ()))
        last = max(
            (one.fact.placed_at for one in joined if one.stored.stored_at <= arrived.at), default=2**62
        )
        reached = [
            one for one in self.known.after(alert.customer, last - NEAR) if one.stored.stored_at < arrived.at
        ]
        reopened = any(told.kind == "reopened" for told in self.books.stories.get(row.alert, ()))
        if reached and not reopened:
            self.account.complain(
                "told of somebody who was reached",
                f"{row.kind} {row.delivery_id} of A{row.alert} at {arrived.at}",
            )


def _is_at(row: Row | Sending, place: str) -> bool:
    """Is it the place that its target comes to?"""
    if row.recipient.startswith("agent "):
        return place == f"slack U{row.recipient.partition('/')[2]}"
    return place.startswith("mail ") if row.receiver in MAILED else place == f"slack {row.recipient}"
