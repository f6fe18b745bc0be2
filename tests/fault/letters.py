"""E-mails through a real mail server: what arrives is what was sent, and mail programs can thread it."""

import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

from notifier.channels.mail import Mail, Postman
from notifier.channels.mail.message import compose
from notifier.clock import SystemClock
from notifier.config.schema import EmailSettings
from tests.fault.setting import ANSWERS_TO
from tests.support.messages import CASES

_SENDER = "Missed calls <calls@example.com>"
_TO = "letters@example.com"
_HEADERS = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Importance",
    "Auto-Submitted",
)
_THREAD = ("open", "reminder", "update-acknowledged", "update-reached")
_ALL = (*_THREAD, "open-team", "open-hostile", "summary-stale", "digest", "notice")


async def post(port: int) -> None:
    """Hand one of each kind to the server at a port of this machine."""
    settings = EmailSettings(host="127.0.0.1", port=port, security="none", sender=_SENDER)
    channel = Mail(Postman(settings, SystemClock()), _SENDER, (ANSWERS_TO,))
    for name in _ALL:
        await channel.send(_TO, CASES[name])
    await channel.aclose()


def have_arrived(received: Iterable[tuple[str, EmailMessage]]) -> bool:
    """All of those?"""
    return len(_posted(received)) >= len(_ALL)


def faults(received: Iterable[tuple[str, EmailMessage]]) -> Iterator[str]:
    """What is not as it was sent, of those that were posted here and of the daemon's own."""
    received = list(received)
    arrived = _posted(received)
    for name in _ALL:
        raw = compose(CASES[name], _SENDER, _TO, answers_to=(ANSWERS_TO,)).as_bytes()
        sent = message_from_bytes(raw, policy=policy.default)
        found = [one for one in arrived if _content(one) == _content(sent)]
        if len(found) < _ALL.count(name):
            yield f"the mail {name} did not arrive as it was sent"
    threads = {str(one["References"]) for one in arrived if "Missed call: " in one["Subject"]}
    if len(threads) != 1:
        yield f"mails about one alert are in {len(threads)} threads"
    for _, message in received:
        yield from _trouble(message)


def _posted(received: Iterable[tuple[str, EmailMessage]]) -> list[EmailMessage]:
    return [message for to, message in received if to == _TO]


def _content(message: EmailMessage) -> tuple[object, ...]:
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    headers = [" ".join(str(message[name]).split()) for name in _HEADERS]
    return *headers, *(" ".join(str(part).splitlines()) for part in parts)


def _trouble(message: EmailMessage) -> Iterator[str]:
    """What any mail of ours must have kept on its way."""
    page = message.get_body(("html",))
    said = page.get_content() if page is not None else ""
    wanted = {
        "whom to answer": message["Reply-To"] == ANSWERS_TO,
        "one thread": message["References"] == message["In-Reply-To"],
        "its text": message.get_body(("plain",)) is not None,
        "its dark colours": "@media (prefers-color-scheme: dark)" in said,
        "the end of its page": said.rstrip().endswith("</html>"),
        "an ending for every line": not message.defects and not re.search(r"=\r?\n", said),
    }
    yield from (f"a mail arrived without {what}" for what, kept in wanted.items() if not kept)
