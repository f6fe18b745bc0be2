"""What an address in Slack can be. Pure."""

import hashlib
import re
from enum import Enum

from notifier.errors import TargetBroken

_ROOM = re.compile(r"[CGD][A-Z0-9]{1,30}")
_PERSON = re.compile(r"[UW][A-Z0-9]{1,30}")
_NAME = re.compile(r"#[^\s#@]{1,80}")
_MAIL = re.compile(r"[^\s@]{1,128}@[^\s@]{1,253}")


class AddressKind(Enum):
    """How an address is to be reached."""

    NAME = _NAME  # "#sales-missed"
    ROOM = _ROOM  # a channel's, a private channel's or a direct conversation's id: C…, G…, D…
    PERSON = _PERSON  # a person's id: U…, W…
    MAIL = _MAIL  # a person's e-mail address, to be looked up


def kind_of(address: str) -> AddressKind:
    """Tell the kinds apart.

    Raises:
        TargetBroken: it is none of them.
    """
    for kind in AddressKind:
        if kind.value.fullmatch(address):
            return kind
    raise TargetBroken("not an address in Slack; write #name, a C… or U… id, or an e-mail address")


def digest(text: str) -> str:
    """A name for what must not be shown: the same for equal texts."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
