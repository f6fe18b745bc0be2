"""The e-mail itself. Pure: nothing is sent here."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address, HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses

from notifier.channels.render.escape import clean
from notifier.channels.render.html import html
from notifier.channels.render.plain import plain
from notifier.channels.render.subject import is_urgent, subject
from notifier.errors import CredentialsBroken, TargetBroken
from notifier.model import DigestReport, Message, Notice, Notification, Summary

# What HTML's <input type=email> takes: one address, without quotes, commas or letters beyond ASCII.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
_LONGEST = 254  # characters of an address: RFC 5321, 4.5.3.1.3
_PLAIN_ID = re.compile(r"[A-Za-z0-9-]+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Headers of ids must not be folded into encoded words, which mail clients do not thread by; the standard
# library knows that of Message-ID only.
_HEADERS = HeaderRegistry()
for _name in ("in-reply-to", "references"):
    _HEADERS.map_to_type(_name, MessageIDHeader)  # type: ignore[arg-type] # typeshed wants a base that none has
_POLICY = SMTP.clone(header_factory=_HEADERS, cte_type="7bit")


def one_address(text: str) -> str | None:
    """The address, if the text is exactly one that can be put into an envelope as it is."""
    return text if len(text) <= _LONGEST and _ADDRESS.fullmatch(text) else None


def sender_address(sender: str) -> str:
    """The address in "Missed calls <calls@example.com>".

    Raises:
        CredentialsBroken: there is none, or more than one.
    """
    return _one(sender, "email.sender")[1]


def message_id(message: Message, sender: str) -> str:
    """The Message-ID of a message: the same at every try."""
    return _identity(message.delivery_id, sender)


def compose(
    message: Message, sender: str, address: str, *, answers_to: Sequence[str] = (), text_only: bool = False
) -> EmailMessage:
    """Write the e-mail.

    Args:
        message: what to tell.
        sender: as the configuration has it: "Missed calls <calls@example.com>".
        address: one recipient.
        answers_to: whom answers go to, each as the sender is written; to the sender where there is none.
        text_only: without its HTML part.

    Raises:
        TargetBroken: the recipient is not one address.
        CredentialsBroken: the sender is none, or one of those whom answers go to.
    """
    recipient = one_address(address)
    if recipient is None:
        raise TargetBroken("the recipient is not one plain e-mail address")
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _named(sender, "email.sender")
    mail["To"] = Address(addr_spec=recipient)
    if answers_to:
        mail["Reply-To"] = [_named(one, "reply_to") for one in answers_to]
    mail["Subject"] = subject(message)
    mail["Date"] = _EPOCH + timedelta(milliseconds=message.now)
    mail["Message-ID"] = message_id(message, sender)
    thread = _thread(message)
    if thread:
        mail["In-Reply-To"] = mail["References"] = _identity(thread, sender)
    if is_urgent(message):
        # Severity may rise while an alert lives, so it can't stand in the subject.
        mail["Importance"] = "high"
        mail["X-Priority"] = "1"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(plain(message))
    if not text_only:
        mail.add_alternative(html(message), subtype="html")
    return mail


def _thread(message: Message) -> str:
    """What clients put together: all about one alert, a notice and its end; "" for what stands alone."""
    match message:
        case Notification():
            return f"alert-{message.alert.uid}"
        case Summary() | DigestReport():
            return ""
        case Notice():
            return f"notice-{message.uid}"


def _named(text: str, key: str) -> Address:
    name, address = _one(text, key)
    return Address(clean(name), addr_spec=address)


def _one(text: str, key: str) -> tuple[str, str]:
    """The name and the address in "Missed calls <calls@example.com>"."""
    found = getaddresses([text])
    if len(found) != 1 or one_address(found[0][1]) is None:
        raise CredentialsBroken(f"{key} is not one e-mail address")
    return found[0]


def _identity(local: str, sender: str) -> str:
    if not _PLAIN_ID.fullmatch(local):
        local = hashlib.sha256(local.encode(errors="replace")).hexdigest()
    return f"<{local}@{sender_address(sender).partition('@')[2]}>"
