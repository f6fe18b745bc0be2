"""The HTML part of an e-mail, and its subject."""

from functools import cache
from typing import TYPE_CHECKING

from notifier.channels.render.digests import digest_words
from notifier.channels.render.escape import clean, shorten, unlinked
from notifier.channels.render.notices import in_mail, notice_words
from notifier.channels.render.phrases import words
from notifier.channels.render.summaries import summary_words
from notifier.model import DigestReport, Message, Notice, Notification, Summary

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

_SUBJECT = 150  # characters
_COLOURS = {"info": "#1d6fb8", "warning": "#b45309", "critical": "#b91c1c"}
_QUIET = "#6b7280"


def html(message: Message) -> str:
    """A small page without anything to load, readable from 320 px of width."""
    match message:
        case Notification():
            told = words(message, unlinked)
            return _page("alert", told=told, colour=_QUIET if told.over else _COLOURS[told.severity])
        case Summary():
            gathered = summary_words(message, unlinked)
            return _page("summary", told=gathered, colours=_COLOURS, colour=_COLOURS[gathered.severity])
        case Notice():
            said = in_mail(message)
            return _page("notice", told=said, colour=_COLOURS["info" if said.over else "warning"])
        case DigestReport():
            return _page("digest", told=digest_words(message, unlinked), colour=_COLOURS["info"])


def subject(message: Message) -> str:
    """The subject, one line of at most 150 characters."""
    match message:
        case Notification():
            line = _alert_subject(message)
        case Summary():
            line = summary_words(message, str).title
        case Notice():
            line = f"notifier: {notice_words(message, str).subject}"
        case DigestReport():
            line = digest_words(message, str).title
    line = clean(line).replace("=?", "= ?")  # the beginning of an encoded word, which may hold anything
    return shorten(line, _SUBJECT)


def _alert_subject(notification: Notification) -> str:
    """The same for every message about an alert: clients that thread by subject need it to stay.

    Counts, levels and contact names change while an alert lives, so none of them is in it.
    """
    told = words(notification, str)
    alert = notification.alert
    if {"call", "customer"} & set(alert.per):
        what = f"Missed call: {told.number}" if told.number else "Missed calls"
    elif "extension" in alert.per:
        what = f"Missed calls by extension {alert.agent}"
    else:
        what = "Missed calls"
    return f"{'Test: ' if told.test else ''}{what} ({told.rule}, {told.tag})"


def _page(name: str, **given: object) -> str:
    return _environment().get_template(f"{name}.html.j2").render(given)


@cache
def _environment() -> "SandboxedEnvironment":
    # With the first mail: where there is none, 2 MB are not needed.
    from jinja2 import PackageLoader, StrictUndefined  # noqa: PLC0415 - see above
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415 - see above

    return SandboxedEnvironment(
        loader=PackageLoader("notifier.channels.render"), autoescape=True, undefined=StrictUndefined
    )
