"""The words of a story: what a message was for, what became of it, why an alert ended, what somebody did."""

from notifier.channels.render import events
from notifier.channels.render.events import Manner
from notifier.channels.render.times import duration
from notifier.cli.show import counted, doer, harmless, when
from notifier.config import Config
from notifier.model import Alert, EndReason, Event, Gathered, Kind
from notifier.rules import Dropped, Reason
from notifier.store.outbox import OutboxRow, RowState

ENDS = {
    EndReason.TOLD: "everybody was told, and nothing was to follow",
    EndReason.REACHED: "the customer was reached",
    EndReason.RESOLVED: "a person said that it is done",
    EndReason.QUIET: "no further call came within the rule's span",
    EndReason.EXPIRED: "no call had joined for as long as the rule waits (`expire_after`)",
    EndReason.RULE_REMOVED: "its rule is gone from the configuration",
    EndReason.OUTSIDE_HOURS: "its calendar was closed, and the rule drops what comes then (`outside: drop`)",
}

KINDS = {
    Kind.OPEN: "first message",
    Kind.LEVEL: "message about a higher level",
    Kind.UPDATE: "message about what was new",
    Kind.ESCALATION: "escalation",
    Kind.REMINDER: "reminder",
}

KEPT_OUT = {
    str(Reason.BASELINE): ("counted only: it was placed before its account was first watched (`start_from`)"),
    str(Reason.SPURIOUS): (
        "not counted: the customer was spoken with within two minutes of it, so nobody was missed"
    ),
    str(Reason.REACHED_BEFORE_WAIT): "counted only: the customer was spoken with after it",
}
"""Why a call touched no alert."""

GROUNDS = {
    "rule": "",
    "deputy": ", as a deputy",
    "fallback": ", the rule's fallback",
    "ops": ", as ops",
}

STATES = {
    RowState.WAITING: "waits to be sent",
    RowState.CLAIMED: "is being sent",
    RowState.SENT: "sent",
    RowState.DROPPED: "not sent",
    RowState.REDIRECTED: "not sent, others are told instead",
    RowState.DEAD: "given up",
    RowState.DRY_RUN: "would have been sent, but dry_run was on",
}

DROPS = {
    Dropped.REACHED: "the customer had been reached",
    Dropped.RESOLVED: "somebody had said that it is done",
    Dropped.QUIET: "its alert had gone quiet",
    Dropped.EXPIRED: "its alert had expired",
    Dropped.TOLD: "its alert had ended",
    Dropped.RULE_REMOVED: "its rule was gone from the configuration",
    Dropped.OUTSIDE_HOURS: "its calendar was closed, and the rule drops what comes then",
    Dropped.ACKNOWLEDGED: "somebody was on it",
    Dropped.SNOOZED: "it was snoozed",
    Dropped.TOLD_SINCE: "they had been told meanwhile",
    Dropped.NOTHING_NEW: "they knew of it already",
}
"""Why a message was not sent any more; stored with it."""

HELD = "held"
"""How the reason begins that keeps a message back on purpose."""


def happened(config: Config, event: Event) -> str:
    """One line of an alert's story, without when it was."""
    manner = Manner(
        who=lambda who: doer(config, who), when=lambda ms: when(config, ms), fit=harmless, ends=ENDS
    )
    return events.happened(event, manner)


def outcome(config: Config, row: OutboxRow, waits: str) -> str:
    """What became of a message that was to be sent.

    Args:
        config: with whose zone and names it is told.
        row: of the outbox.
        waits: why it is not sent yet; empty where it does not wait.
    """
    if waits.startswith(HELD):
        return waits
    why = row.reason or waits
    if row.state is RowState.DROPPED and why in set(Dropped):
        why = DROPS[Dropped(why)]
    reason = f" ({harmless(why)})" if why else ""
    tries = f", {row.attempts} tries" if row.attempts > 1 else ""
    again = f"; next try {when(config, row.next_at)}" if row.state is RowState.WAITING else ""
    # Of what was held, that is when it was let go; what happened to its alert says since when.
    began = "held until" if row.gathered_as is Gathered.HELD else "written down"
    since = f"{'due since' if again else began} {when(config, row.created_at)}"
    return f"{STATES[row.state]}{reason}; {since}{tries}{again}"


def is_held(row: OutboxRow, now: int) -> bool:
    """Does it wait until a calendar opens, or a silence or a snooze is over?"""
    is_waiting = row.state is RowState.WAITING and row.gathered_as is Gathered.HELD
    # What failed since it was let go has been due for a while.
    return is_waiting and row.created_at == row.next_at > now


def threshold(alert: Alert) -> str:
    """By what an alert's level was reached; empty where one call is enough."""
    if alert.within is None:
        return ""
    return f", its level reached by {counted(alert.needed, 'call')} within {duration(alert.within)}"
