"""What Slack's answers mean, by error code, by HTTP status, or by how the connection was lost. Pure."""

import math
import re
from collections.abc import Mapping

import aiohttp

from notifier.channels.slack import app_token
from notifier.channels.slack.meanings import PAUSE, Group, group_of
from notifier.channels.unreached import why
from notifier.errors import (
    CredentialsBroken,
    DeliveryError,
    DeliveryTransient,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)

_LONGEST_PAUSE = 3600.0  # seconds; a Retry-After beyond it is not believed

_CODE = re.compile(r"[a-z][a-z0-9_]{1,79}")
_UNPRINTED = re.compile(r"[^a-z0-9_:., -]")


class Redirected(aiohttp.ClientError):
    """The answer was a redirect, which is never followed: it may lead a message astray."""


_ANY_CHANNEL = "this channel"  # in errors that name nobody
_ANYBODY = "this person"
_ANY_SETTING = "the receiver's address"


def code_in(value: object) -> str | None:
    """The error code, if this is one; anything else from outside is not repeated in our texts."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def scopes_in(answer: Mapping[str, object]) -> str:
    """The scopes that `missing_scope` says are needed, fit for a text; "" for other answers."""
    if answer.get("error") != "missing_scope":
        return ""
    return _UNPRINTED.sub("", str(answer.get("needed", "")))[:300]


def refused(
    what: str, status: int, code: str | None, headers: Mapping[str, str], scope: str = ""
) -> DeliveryError:
    """What an answer that is not a success means.

    Args:
        what: the method or "incoming webhook", for the text; no address, no secret.
        status: of HTTP.
        code: Slack's error code, where the answer holds one.
        headers: of the answer.
        scope: that is missing, as ``scopes_in`` says.
    """
    if status == 429:
        return RateLimited(f"{what}: HTTP 429", retry_after(headers) or PAUSE)
    if code is None:
        return _by_status(what, status)
    if what == app_token.METHOD and code in app_token.WORDS:
        return worded(CredentialsBroken, f"{what}: {code}", app_token.WORDS[code])
    group = group_of(code)
    if group is None:
        text = f"{what}: {code}, which notifier does not know"
        return DeliveryTransient(text, uncertain=True) if status >= 500 else DeliveryError(text)
    return _of_group(group, f"{what}: {code}", headers, scope)


def _of_group(group: Group, text: str, headers: Mapping[str, str], scope: str) -> DeliveryError:
    if group.kind is RateLimited:
        return RateLimited(text, retry_after(headers) or group.pause)
    if group.kind is DeliveryTransient:
        return DeliveryTransient(text, uncertain=group.uncertain)
    says = group.says.replace("{scope}", scope or "that it needs")
    if group.is_person:
        told = _anyhow(text, says, _ANYBODY)
        return TargetBroken(told, person_is_gone=True, for_ops=f"{says} ({text})")
    return worded(group.kind, text, says)


def worded(kind: type[DeliveryError], text: str, says: str) -> DeliveryError:
    """An error with what happened, and the same in words for ops.

    Args:
        kind: of the error.
        text: what happened.
        says: what it is and how to mend it, as ``DeliveryError.for_ops``; "" where nobody can.
    """
    return kind(_anyhow(text, says), for_ops=f"{says} ({text})") if says else kind(text)


def _anyhow(text: str, says: str, place: str = _ANY_CHANNEL) -> str:
    return f"{text}; {says.replace('{place}', place).replace('{setting}', _ANY_SETTING)}"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, at least 1 and at most an hour; None where the answer does not say it readably."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return min(max(seconds, 1.0), _LONGEST_PAUSE) if math.isfinite(seconds) else None


def lost(what: str, error: Exception) -> DeliveryError:
    """What it means that no answer can be read. The error's own text may hold the URL, so it is not used."""
    name = type(error).__name__
    match error:
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return CredentialsBroken(f"{what}: its URL is not a valid http(s) URL")
        case Redirected():
            return DeliveryTransient(f"{what}: answered with a redirect, which is not followed")
        case (
            aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError() | aiohttp.ClientHttpProxyError()
        ):
            return DeliveryTransient(f"{what}: could not connect ({why(error)})")
        case TimeoutError():
            return DeliveryTransient(f"{what}: no answer in time", uncertain=True)
        case aiohttp.ClientError() | OSError():
            return DeliveryTransient(f"{what}: the connection was lost ({name})", uncertain=True)
        case _:
            return DeliveryTransient(f"{what}: the answer can't be read ({name})", uncertain=True)


def _by_status(what: str, status: int) -> DeliveryError:
    if status < 300:
        return DeliveryTransient(f"{what}: HTTP {status} with an answer that can't be read", uncertain=True)
    if status == 413:
        return PayloadBroken(f"{what}: HTTP 413")
    # A 4xx that does not speak Slack's language comes from something in between: nothing was posted.
    return DeliveryTransient(f"{what}: HTTP {status}", uncertain=status >= 500)
