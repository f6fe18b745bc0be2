"""The forms that addresses and extensions must have. Pure: each takes a text and judges it."""

import re
from email.utils import getaddresses

from notifier.config.mention import AGENT

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{1,254}}\Z)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_SLACK_ID = re.compile(r"[A-Z][A-Z0-9]{2,20}")
_CHANNEL = re.compile(r"#[^\s#@,:<>&]{1,80}")
_HANDLE = re.compile(r"@[^\s#@,:<>&|!]{1,80}")
_RESERVED = frozenset({"@here", "@channel", "@everyone", "@group"})
_TOKENS = ("xoxb-", "xapp-", "xoxp-", "xoxe.xoxb-", "xoxe.xoxp-")  # the last two: those that expire
_EXTENSION = re.compile(r"[0-9]{1,10}")
_CUSTOMER = re.compile(r"\+?[0-9]{1,15}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def is_address(text: str) -> bool:
    """Is it exactly one e-mail address, without a name, that can stand in a header as it is?"""
    return _ADDRESS.fullmatch(text) is not None


def is_sender(text: str) -> bool:
    """Is it exactly one e-mail address, with a name or without: "Missed calls <calls@example.com>"?"""
    if not text.isprintable():
        return False
    found = getaddresses([text])
    return len(found) == 1 and is_address(found[0][1])


def is_slack_person(text: str) -> bool:
    """Is it a Slack user's id, or an e-mail address to look one up by?"""
    return is_address(text) or (text[:1] in {"U", "W"} and _SLACK_ID.fullmatch(text) is not None)


def is_slack_group(text: str) -> bool:
    """Is it the id of a user group in Slack?"""
    return text[:1] == "S" and _SLACK_ID.fullmatch(text) is not None


def is_slack_handle(text: str) -> bool:
    """Is it the handle of a user group in Slack, "@sales"?"""
    return _HANDLE.fullmatch(text) is not None and text.lower() not in _RESERVED


def is_slack_target(text: str) -> bool:
    """Is it what a Slack receiver may go to: agent, #name, the id of a channel or person, or an address?"""
    if text == AGENT or _CHANNEL.fullmatch(text) or is_slack_person(text):
        return True
    return text[:1] in {"C", "G", "D"} and _SLACK_ID.fullmatch(text) is not None


def slack_token_prefix(text: str) -> str:
    """How a token of Slack begins, which says whose it is: xoxb- a bot's, xapp- an app's, xoxp- a user's.

    Returns:
        Without the xoxe. of those that expire; "" for what begins like none of these.
    """
    return next((each.removeprefix("xoxe.") for each in _TOKENS if text.startswith(each)), "")


def is_extension(text: str) -> bool:
    """Is it an extension, "209"?"""
    return _EXTENSION.fullmatch(text) is not None


def is_extension_range(text: str) -> bool:
    """Is it a range of extensions with as many digits on both sides, "200-219"?"""
    low, _, high = text.partition("-")
    return is_extension(low) and is_extension(high) and len(low) == len(high) and low <= high


def is_e164(text: str) -> bool:
    """Does it look like a phone number in E.164, "+919812345678"?"""
    return _E164.fullmatch(text) is not None


def is_customer_prefix(text: str) -> bool:
    """Is it the beginning of a phone number, in E.164 or plain digits?"""
    return _CUSTOMER.fullmatch(text) is not None
