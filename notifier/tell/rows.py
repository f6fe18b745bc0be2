"""Rows of the outbox: one for each target of an audience, and one that says that there was nobody."""

from collections.abc import Collection
from dataclasses import dataclass

import structlog

from notifier.config.receivers import NOBODY
from notifier.model import Alert, Gathered, Kind, Target
from notifier.rules import Audience
from notifier.store import outbox, outbox_views
from notifier.store.database import Connection

log = structlog.get_logger("notifier.tell")


@dataclass(frozen=True, slots=True)
class Occasion:
    """Which message, and how it goes out."""

    kind: Kind
    n: int  # its number among those of its kind
    gathered: Gathered | None  # why it is told together with others; None where only their number decides
    waits_for: int | None  # the source whose backlog is being read: what is gathered waits for its end
    is_dry: bool  # nothing is sent
    boot_at: int  # UTC ms; of calls from before, another run may have told already


def write(connection: Connection, alert: Alert, group: Audience, occasion: Occasion, now: int) -> None:
    """Write down that these are told.

    Args:
        connection: to the store, in a transaction.
        alert: as stored.
        group: who is told; where it names nobody, that is kept where ops can see it.
        occasion: which message.
        now: UTC ms.
    """
    targets, state = group.targets, outbox.RowState.WAITING
    if occasion.is_dry:
        state = outbox.RowState.DRY_RUN
        log.info(
            "would tell",
            alert=f"A{alert.id}",
            rule=alert.rule,
            kind=occasion.kind,
            targets=[str(t) for t in targets],
        )
    if not targets:
        # Kept where ops can see it: this is the one way in which nobody is told.
        targets = (Target(NOBODY, f"agent {alert.agent}"),)
        if state is not outbox.RowState.DRY_RUN:
            state = outbox.RowState.DEAD
            log.error("nobody can be told", alert=f"A{alert.id}", rule=alert.rule, reason=group.reason)
    is_waiting = state is outbox.RowState.WAITING
    may_be_told = alert.last_call_at < occasion.boot_at and is_waiting
    outbox.enqueue(
        connection,
        alert,
        targets,
        kind=occasion.kind,
        n=occasion.n,
        via=group.via,
        now=now,
        reason=group.reason,
        state=state,
        uncertain_since=alert.last_call_at if may_be_told else None,
        gathered_as=occasion.gathered,
        waits_for=occasion.waits_for if occasion.gathered and is_waiting else None,
    )


def is_alive(connection: Connection, row: outbox.OutboxRow, others: Collection[Target]) -> bool:
    """Was, or will, one of these be told the same as a row tells? They may have been given up before."""
    gone = {outbox.RowState.DEAD, outbox.RowState.REDIRECTED, outbox.RowState.DROPPED}
    return any(
        each.target in others and (each.kind, each.n) == (row.kind, row.n) and each.state not in gone
        for each in outbox_views.of_alert(connection, row.alert_id)
    )


def still_gathered(row: outbox.OutboxRow) -> Gathered | None:
    """What was to be told in a summary comes in one to others, too."""
    return row.gathered_as or (Gathered.BURST if row.batch else None)
