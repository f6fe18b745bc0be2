"""What is said below the first message about an alert, and is shown in its channel, too: a nudge.

It says what it is and whom to call back in a few lines, and stays as it is; what becomes of the alert is
shown, and can be done, by the message above it.
"""

from dataclasses import replace

from notifier.channels.render.blocks import blocks, facts
from notifier.channels.render.escape import literal
from notifier.channels.render.layout import Block
from notifier.channels.render.mentions import NOBODY, Mentions
from notifier.channels.render.phrases import Words, words
from notifier.channels.render.reasons import nudge
from notifier.channels.render.speech import Speech
from notifier.channels.render.text import text
from notifier.model import Kind, Notification, Severity

_MARKS = {Severity.INFO: "🔔", Severity.WARNING: "🟠", Severity.CRITICAL: "🔴"}


def reply_blocks(notification: Notification, mentions: Mentions = NOBODY) -> list[Block]:
    """Its blocks: never more than two, and no buttons.

    Args:
        notification: what to tell.
        mentions: whom it mentions, and what it pings.
    """
    told = words(notification, literal, mentions)
    if told.over:
        return blocks(notification, mentions)
    what = f"{_MARKS[notification.alert.severity]} *{nudge(notification)}*"
    whom = " · ".join(filter(None, (f"*{told.title}*", f"`{told.copied}`" if told.copied else "")))
    standing = _standing(notification, mentions)
    lines = (told.test, what, standing, told.note, whom, *facts(told, ago=True))
    reason = " · ".join((told.why, told.severity, f"*{told.tag}*"))
    return [
        {"type": "section", "text": _mrkdwn(mentions.above("\n".join(filter(None, lines))))},
        {"type": "context", "elements": [_mrkdwn(reason)]},
    ]


def reply_text(notification: Notification, mentions: Mentions = NOBODY) -> str:
    """Slack's `text` of it, escaped, whole enough to stand without blocks.

    Args:
        notification: what to tell.
        mentions: whom it mentions, and what it pings, where it stands without blocks.
    """
    told = words(notification, literal, mentions)
    if told.over:
        return text(notification, mentions)
    what = (told.test.rstrip("."), nudge(notification), _standing(notification, mentions), told.note)
    whom = told.title if told.has_number_in_title else f"{told.title}, {told.number}"
    said = (*what, whom, _missed(told), told.attempt, told.leg.rstrip("."), told.why)
    return mentions.above(f"{'. '.join(filter(None, said))}. {told.tag}")


def _standing(notification: Notification, mentions: Mentions) -> str:
    """Who is on it, and for whom a deputy is told: as the message above says it."""
    above = replace(notification, kind=Kind.OPEN)
    return Speech(above, literal, mentions=mentions).status()


def _missed(told: Words) -> str:
    """By whom, where what counts does not say it, and when."""
    by = "" if f" by {told.agents} " in f"{told.why} {told.title} " else f"Missed by {told.agents}, "
    said = f"{by}{told.placed}"
    return said[:1].upper() + said[1:]


def _mrkdwn(said: str) -> Block:
    # Verbatim: Slack adds no links of its own to names that look like addresses or channels.
    return {"type": "mrkdwn", "text": said, "verbatim": True}
