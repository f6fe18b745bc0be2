"""The e-mail itself. Pure: nothing is sent here."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address, HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses

from notifier.channels.render import html, plain, subject
from notifier.channels.render.escape import clean
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
    return _sender(sender)[1]


def message_id(message: Message, sender: str) -> str:
    """The Message-ID of a message: the same at every try."""
    return _identity(message.delivery_id, sender)


def compose(message: Message, sender: str, address: str, *, text_only: bool = False) -> EmailMessage:
    """Write the e-mail.

    Args:
        message: what to tell.
        sender: as the configuration has it: "Missed calls <calls@example.com>".
        address: one recipient.
        text_only: without its HTML part.

    Raises:
        TargetBroken: the recipient is not one address.
        CredentialsBroken: the sender is none.
    """
    recipient = one_address(address)
    if recipient is None:
        raise TargetBroken("the recipient is not one plain e-mail address")
    name, origin = _sender(sender)
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(clean(name), addr_spec=origin)
    mail["To"] = Address(addr_spec=recipient)
    mail["Subject"] = subject(message)
    mail["Date"] = _EPOCH + timedelta(milliseconds=message.now)
    mail["Message-ID"] = message_id(message, sender)
    thread = _thread(message)
    if thread:
        mail["In-Reply-To"] = mail["References"] = _identity(thread, sender)
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


def _sender(sender: str) -> tuple[str, str]:
    found = getaddresses([sender])
    if len(found) != 1 or one_address(found[0][1]) is None:
        raise CredentialsBroken("email.sender is not one e-mail address")
    return found[0]


def _identity(local: str, sender: str) -> str:
    if not _PLAIN_ID.fullmatch(local):
        local = hashlib.sha256(local.encode(errors="replace")).hexdigest()
    return f"<{local}@{sender_address(sender).partition('@')[2]}>"
