"""What is looked for in a target's history before anything is sent there that may have arrived.

A look costs as much as a message. So one asks for everything that an earlier run may have told the target,
and what has not arrived need not be looked for a second time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notifier.config.values import DAY
from notifier.rules import REPLIES
from notifier.store import doubts, told
from notifier.store.database import Connection
from notifier.store.outbox import OutboxRow
from notifier.store.outbox_claims import Claim

CLOCKS_DIFFER = DAY
"""ms before the attempt from which on the history is read: our clock may have been ahead by hours then, and
be so still, while a history goes by a clock that is right."""

AT_ONCE = 1_000
"""Notifications of an earlier run, of one target."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a channel is asked."""

    delivery_ids: frozenset[str]  # of messages: of notifications by themselves, and of summaries
    since: int  # UTC ms


def others(connection: Connection, claim: Claim) -> list[OutboxRow]:
    """What else waits for the target of a claim and may have been told by an earlier run."""
    return doubts.doubted(connection, claim.rows[0].target, AT_ONCE)


def question(claim: Claim, rows: Sequence[OutboxRow], others: Sequence[OutboxRow], now: int) -> Question:
    """Make it.

    Args:
        claim: that is to be sent, and may have been.
        rows: those of it that are not void.
        others: that wait for the same target.
        now: UTC ms.
    """
    since = claim.uncertain_since
    assert since is not None, "what can't have arrived is not looked for"
    since = min([since, now, *(row.uncertain_since or since for row in others)]) - CLOCKS_DIFFER
    wanted = {claim.batch, *(one for row in (*rows, *others) for one in (row.delivery_id, row.batch))}
    return Question(frozenset(one for one in wanted if one), since)


def first_messages(connection: Connection, rows: Sequence[OutboxRow]) -> dict[int, str]:
    """What those of these rows of one target reply to that are replies: a receipt, by alert."""
    replies = {row.alert_id: row.target for row in rows if row.kind in REPLIES}
    return told.first_messages(connection, next(iter(replies.values())), replies) if replies else {}


def threads(rows: Sequence[OutboxRow], first: Mapping[int, str]) -> frozenset[str]:
    """Receipts of the messages below which some of these rows may stand.

    Args:
        rows: that are looked for.
        first: what the replies among them reply to, by alert.
    """
    return frozenset(first[row.alert_id] for row in rows if _is_reply(row, first))


def absent(
    others: Sequence[OutboxRow], found: Mapping[str, str], first: Mapping[int, str]
) -> list[OutboxRow]:
    """Those that have not arrived, neither by themselves nor in a summary.

    Args:
        others: that were looked for with a claim, but not in threads of their own.
        found: what was found: a receipt, by delivery id.
        first: what the replies among them reply to, by alert.
    """
    return [
        row
        for row in others
        if not _is_reply(row, first) and row.delivery_id not in found and row.batch not in found
    ]


def answer(claim: Claim, rows: Sequence[OutboxRow], found: Mapping[str, str]) -> dict[str, str]:
    """Which of a claim's rows have arrived: delivery id → receipt; "" where a message can't be edited."""
    together = dict.fromkeys((row.delivery_id for row in rows), "") if claim.batch in found else {}
    return {
        **together,
        **{row.delivery_id: found[row.delivery_id] for row in rows if row.delivery_id in found},
    }


def _is_reply(row: OutboxRow, first: Mapping[int, str]) -> bool:
    return row.kind in REPLIES and row.alert_id in first
