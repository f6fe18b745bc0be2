"""A Block Kit message: what an agent needs at a glance, in about eight lines of a phone.

Slack's limits: 50 blocks, header 150, section 3,000, context 10 elements; one table, 100 rows by 20 cells and
10,000 characters. It refuses a message from about 13,000 characters in all; every piece of text from outside
is cut so short that none comes near that.
"""

from notifier.channels.render import layout
from notifier.channels.render.buttons import buttons
from notifier.channels.render.escape import cell, literal, mrkdwn
from notifier.channels.render.layout import MARKS, Block
from notifier.channels.render.mentions import NOBODY, Mentions
from notifier.channels.render.phrases import Words, words
from notifier.channels.render.speech import Speech
from notifier.channels.render.table import GLANCE, Table, table
from notifier.model import AlertState, DigestReport, Message, Notice, Notification, Summary

_STATES = {AlertState.ACKNOWLEDGED: "👤", AlertState.SNOOZED: "💤"}
_WRAPPED = frozenset({"Customer", "Missed by"})  # columns


def blocks(
    message: Message, mentions: Mentions = NOBODY, *, has_buttons: bool = False
) -> list[dict[str, object]]:
    """A message's blocks, at most 50; a summary's of at most 20 alerts.

    Args:
        message: what to tell.
        mentions: whom it mentions, and what it pings.
        has_buttons: of an alert: with the buttons that do something to it as it stands.
    """
    if isinstance(message, Notification):
        drawn = buttons(message) if has_buttons else []
        return [*_alert(message, mentions), *drawn]
    from notifier.channels.render import reports  # noqa: PLC0415 - most daemons never tell of these

    match message:
        case Summary():
            return reports.summary_blocks(message, mentions)
        case Notice():
            return reports.notice_blocks(message)
        case DigestReport():
            return reports.digest_blocks(message)


def _alert(notification: Notification, mentions: Mentions) -> list[Block]:
    told = words(notification, literal, mentions)
    if told.over:
        return _over(told, notification)
    if told.quiet:
        return _handled(told, notification)
    shown = table(notification, Speech(notification, cell), GLANCE)
    title = words(notification, mrkdwn).title  # in plain_text, where nothing is styled
    lines = [*_status(told), *_number(told), *facts(told, ago=True)]
    return [
        *_test(told),
        layout.header(f"{MARKS[told.severity]} {title}"),
        layout.section(layout.mrkdwn(mentions.above("\n".join(lines)))),
        *([_table(shown)] if shown else []),
        layout.context([*_more(shown), *_reason(told), *_told(notification)]),
    ]


def _over(told: Words, notification: Notification) -> list[Block]:
    """That it is done, or nobody did anything, and what it was; nothing that calls for anybody."""
    mark = "✅" if told.settled else "⚪"
    whom = (told.name, told.copied) if told.copied else (told.title,)
    by = "" if "extension" in notification.alert.per else f"missed by {told.agents}"
    about = (*whom, by, told.when)
    rule = (f"rule {told.rule}", told.severity, f"*{told.tag}*")
    return [
        *_test(told),
        layout.lines([f"{mark} *{told.status}*", *_note(told)]),
        layout.context([" · ".join(filter(None, part)) for part in (about, rule)]),
    ]


def _handled(told: Words, notification: Notification) -> list[Block]:
    """Who sees to it comes first; whom to call back stays, for them."""
    mark = _STATES[notification.alert.state]
    shown = table(notification, Speech(notification, cell), GLANCE)
    whom = " · ".join([f"*{told.title}*", *_number(told)])
    return [
        *_test(told),
        layout.lines([f"{mark} *{told.status}*", *_note(told)]),
        layout.lines([whom, *facts(told, ago=False)]),
        *([_table(shown)] if shown else []),
        layout.context([*_more(shown), *_reason(told), *_told(notification)]),
    ]


def _test(told: Words) -> list[Block]:
    return [layout.lines([f"🧪 *{told.test}*"])] if told.test else []


def _status(told: Words) -> list[str]:
    return [f"*{told.status}*", *_note(told)] if told.status else _note(told)


def _note(told: Words) -> list[str]:
    return [told.note] if told.note else []


def _number(told: Words) -> list[str]:
    """A line of its own, in the style in which people know what to copy."""
    return [f"`{told.copied}`"] if told.copied else []


def facts(told: Words, *, ago: bool) -> list[str]:
    """Who missed them and when, how often, when they were reached last: a line each.

    Args:
        told: of an alert.
        ago: say how long ago that was, too.
    """
    by, when = f"Missed by {told.agents}", told.placed
    # Two lines where all of it is said: a phone would break one in the middle of the time.
    missed = [by, f"{when[:1].upper()}{when[1:]} · {told.ago}"] if ago and told.ago else [f"{by} · {when}"]
    return [*missed, *filter(None, (told.attempt, told.leg))]


def _more(shown: Table | None) -> list[str]:
    return [shown.rest] if shown and shown.rest else []


def _reason(told: Words) -> list[str]:
    return [" · ".join((told.why, told.severity, f"*{told.tag}*"))]


def _told(notification: Notification) -> list[str]:
    told = Speech(notification, literal).told(brief=True)
    return [f"Also told: {told}"] if told else []


def _table(shown: Table) -> Block:
    """Slack's own table, since monospaced rows are too wide for a phone, and align in few scripts.

    Slack takes one a message, and no empty cell. Where it refuses it, the message is sent as its `text`.
    """
    rows = (shown.columns, *shown.rows)
    return {
        "type": "table",
        "column_settings": [
            {"align": "right" if name == "Calls" else "left", "is_wrapped": name in _WRAPPED}
            for name in shown.columns
        ],
        "rows": [[{"type": "raw_text", "text": said} for said in row] for row in rows],
    }
