"""An e-mail's subject and priority: by them it is sorted, put with others, and noticed."""

from notifier.channels.render.digests import digest_words
from notifier.channels.render.escape import clean, shorten
from notifier.channels.render.notices import notice_words
from notifier.channels.render.phrases import words
from notifier.channels.render.speech import Speech
from notifier.channels.render.summaries import summary_words
from notifier.model import DigestReport, Kind, Message, Notice, Notification, Severity, Summary

_SUBJECT = 150  # characters
_RULE = 60  # of the rule's name


def subject(message: Message) -> str:
    """The subject, one line of at most 150 characters.

    Gmail puts a message with others only where their subjects are the same but for "Re: "
    (https://developers.google.com/workspace/gmail/api/guides/threads), and mail servers sort without that
    (RFC 5256, 2.1). What may change while an alert lives, its state, level, count and the customer's name,
    stands first in the text instead, where lists of messages show it as well.
    """
    match message:
        case Notification():
            line = f"{'Re: ' if _follows(message) else ''}{_about_alert(message)}"
        case Summary():
            line = summary_words(message, str).subject
        case Notice():
            again = "" if message.cleared_at is None else "Re: "
            line = f"{again}notifier: {notice_words(message, str).subject}"
        case DigestReport():
            line = digest_words(message, str).subject
    line = clean(line).replace("=?", "= ?")  # the beginning of an encoded word, which may hold anything
    return shorten(line, _SUBJECT)


def is_urgent(message: Message) -> bool:
    """Is somebody asked to see to something critical?"""
    match message:
        case Notification():
            return message.alert.severity is Severity.CRITICAL and not words(message, str).quiet
        case Summary():
            return summary_words(message, str).severity == Severity.CRITICAL
        case Notice() | DigestReport():
            return False


def _follows(notification: Notification) -> bool:
    """Was its target told of the alert before, for certain?"""
    is_news = notification.kind in {Kind.UPDATE, Kind.REMINDER}
    return is_news or (notification.kind is Kind.ESCALATION and notification.told_before)


def _about_alert(notification: Notification) -> str:
    """The same for every message about an alert to one target."""
    alert = notification.alert
    speech = Speech(notification, str, rule=_RULE)
    what = "Missed calls"
    if {"call", "customer"} & set(alert.per):
        call = speech.customer
        what = f"Missed call: {speech.number(call)}" if call else what
    elif "extension" in alert.per:
        what = f"Missed calls by {speech.agent(alert.agent)}"
    test = "Test: " if notification.test else ""
    return f"{test}{what} (A{alert.id}, {speech.rule})"
