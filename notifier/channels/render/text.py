"""Slack's `text`, which the phone and the screen reader say."""

from notifier.channels.render.escape import literal
from notifier.channels.render.mentions import NOBODY, Mentions
from notifier.channels.render.phrases import Words, words
from notifier.channels.render.speech import Speech
from notifier.channels.render.table import Table, table
from notifier.model import DigestReport, Message, Notice, Notification, Severity, Summary

_ROWS = 10  # of what an alert's table shows


def text(message: Message, mentions: Mentions = NOBODY) -> str:
    """Slack's `text`: at most 4,000 characters, escaped, whole enough to stand without blocks.

    Args:
        message: what to tell.
        mentions: whom it mentions, and what it pings, where it stands without blocks.
    """
    if isinstance(message, Notification):
        return _alert_text(message, mentions)
    from notifier.channels.render import reports  # noqa: PLC0415 - most daemons never tell of these

    match message:
        case Summary():
            return reports.summary_text(message, mentions)
        case Notice():
            return reports.notice_text(message)
        case DigestReport():
            return reports.digest_text(message)


def _alert_text(notification: Notification, mentions: Mentions) -> str:
    """What is asked for comes first: a phone shows a hundred characters."""
    told = words(notification, literal, mentions)
    shown = table(notification, Speech(notification, literal), _ROWS)
    by = "" if f" by {told.agents} " in f"{told.why} {told.title} " else f"Missed by {told.agents}"
    who = ", ".join(filter(None, (by, told.placed)))
    headline, *rest = _headline(told)
    grave = "" if told.quiet or told.severity == Severity.INFO else f"{told.severity.capitalize()}: "
    news = (told.status, told.note) if told.quiet or told.status else ()
    tried = "" if told.over else told.attempt
    about = (who[:1].upper() + who[1:], tried, *rest, told.leg.rstrip("."))
    sentences = (told.test.rstrip("."), *news, headline, *about)
    said = ". ".join(filter(None, sentences))
    first = f"{grave}{said}. {told.tag}"
    head = first if told.quiet else mentions.above(first)
    return head if told.over else "\n".join([head, *_rows(shown)])


def _rows(shown: Table | None) -> list[str]:
    if shown is None:
        return []
    return [*(f"• {line}" for line in shown.lines), *([shown.rest] if shown.rest else [])]


def _headline(told: Words) -> tuple[str, ...]:
    """Whom to call back, and why; once where the reason says it all."""
    if told.why.startswith(f"{told.title} "):
        return (told.why,)
    whom = told.title if told.has_number_in_title else f"{told.title}, {told.number}"
    return (whom,) if told.settled else (whom, told.why)
