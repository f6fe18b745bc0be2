"""What Slack's answers mean, by error code, by HTTP status, or by how the connection was lost. Pure.

Web API codes: https://docs.slack.dev/reference/methods/chat.postMessage#errors
Webhook codes: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from notifier.channels.unreached import why
from notifier.errors import (
    CredentialsBroken,
    DeliveryError,
    DeliveryTransient,
    EditRefused,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)

PAUSE = 30.0  # seconds, where Slack limits us and does not say for how long
LONG_PAUSE = 900.0  # seconds
_LONGEST_PAUSE = 3600.0  # seconds; a Retry-After beyond it is not believed

_CODE = re.compile(r"[a-z][a-z0-9_]{1,79}")
_UNPRINTED = re.compile(r"[^a-z0-9_:., -]")


class Redirected(aiohttp.ClientError):
    """The answer was a redirect, which is never followed: it may lead a message astray."""


@dataclass(frozen=True, slots=True)
class Group:
    """Error codes that mean the same to us."""

    kind: type[DeliveryError]
    codes: tuple[str, ...]  # a `*` at the end stands for any ending
    uncertain: bool = False  # of DeliveryTransient: it may have been posted
    pause: float = PAUSE  # of RateLimited: seconds, where the answer names none
    is_person: bool = False  # of TargetBroken: somebody is not there any more
    hint: str = ""


GROUPS = (
    # Not posted. Slack names the time in Retry-After.
    Group(RateLimited, ("ratelimited", "rate_limited")),
    # Not posted. A limit of the whole workspace, which lasts far longer than the pace of one channel.
    Group(RateLimited, ("message_limit_exceeded",), pause=LONG_PAUSE),
    # Not posted: Slack turned the request away before working on it.
    Group(DeliveryTransient, ("service_unavailable", "request_timeout")),
    # Slack failed while at work: "it's possible some aspect of the operation succeeded", say its docs.
    Group(DeliveryTransient, ("internal_error", "fatal_error"), uncertain=True),
    # The workspace is being moved, or can't be logged in to. It passes, but may last; nothing was posted.
    Group(DeliveryTransient, ("team_added_to_org", "org_login_required")),
    # The token is wrong, revoked or lacks a right: no message of this bot will get through until ops act.
    Group(
        CredentialsBroken,
        (
            "invalid_auth",
            "not_authed",
            "account_inactive",
            "token_revoked",
            "token_expired",
            "missing_scope",
            "not_allowed_token_type",
            "access_denied",
            "app_access_restricted",
        ),
        hint="check slack.bot_token and the app's scopes",
    ),
    # A channel that is not there, or hides: a private one answers `channel_not_found` to a bot outside it.
    Group(
        TargetBroken,
        ("channel_not_found", "not_in_channel"),
        hint="does the channel exist, and is the bot a member of it?",
    ),
    # A channel where the bot may not write, by its state or by a policy of the workspace.
    Group(
        TargetBroken,
        ("is_archived", "restricted_action*", "no_permission", "ekm_access_denied", "messages_tab_disabled"),
    ),
    # A person who is not there (any more), or out of the bot's sight.
    Group(
        TargetBroken,
        ("users_not_found", "user_not_found", "user_not_visible", "user_disabled"),
        is_person=True,
    ),
    # An incoming webhook that was revoked, or whose channel is closed to it. Its URL is both address and
    # credentials, so only this one receiver is affected.
    Group(
        TargetBroken,
        (
            "action_prohibited",
            "channel_is_archived",
            "no_service",
            "no_team",
            "no_active_hooks",
            "invalid_token",
        ),
        hint="make a new incoming webhook",
    ),
    # Deleted, somebody else's, or too old: an edit will not work later either.
    Group(EditRefused, ("message_not_found", "cant_update_message", "edit_window_closed", "is_inactive")),
    # Slack dislikes the form of the message; bare text will do.
    Group(
        PayloadBroken,
        (
            "invalid_blocks",
            "invalid_blocks_format",
            "msg_blocks_too_long",
            "msg_too_long",
            "no_text",
            "too_many_attachments",
            "metadata_too_large",
            "invalid_metadata_*",
            "invalid_payload",
        ),
    ),
)


def code_in(value: object) -> str | None:
    """The error code, if this is one; anything else from outside is not repeated in our texts."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def scopes_in(answer: Mapping[str, object]) -> str:
    """What `missing_scope` says is needed, fit for a text; "" for other answers."""
    if answer.get("error") != "missing_scope":
        return ""
    needed, provided = (_UNPRINTED.sub("", str(answer.get(key, "")))[:300] for key in ("needed", "provided"))
    return f"needed: {needed}; provided: {provided}"


def refused(
    what: str, status: int, code: str | None, headers: Mapping[str, str], detail: str = ""
) -> DeliveryError:
    """What an answer that is not a success means.

    Args:
        what: the method or "incoming webhook", for the text; no address, no secret.
        status: of HTTP.
        code: Slack's error code, where the answer holds one.
        headers: of the answer.
        detail: added to the text.
    """
    if status == 429:
        return RateLimited(f"{what}: HTTP 429", retry_after(headers) or PAUSE)
    if code is None:
        return _by_status(what, status)
    group = _group(code)
    if group is None:
        text = f"{what}: {code}, which notifier does not know"
        return DeliveryTransient(text, uncertain=True) if status >= 500 else DeliveryError(text)
    text = "; ".join(part for part in (f"{what}: {code}", detail, group.hint) if part)
    if group.kind is RateLimited:
        return RateLimited(text, retry_after(headers) or group.pause)
    if group.kind is DeliveryTransient:
        return DeliveryTransient(text, uncertain=group.uncertain)
    return TargetBroken(text, person_is_gone=True) if group.is_person else group.kind(text)


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


def _group(code: str) -> Group | None:
    return next((group for group in GROUPS if any(_fits(code, known) for known in group.codes)), None)


def _fits(code: str, known: str) -> bool:
    return code.startswith(known[:-1]) if known.endswith("*") else code == known


def _by_status(what: str, status: int) -> DeliveryError:
    if status < 300:
        return DeliveryTransient(f"{what}: HTTP {status} with an answer that can't be read", uncertain=True)
    if status == 413:
        return PayloadBroken(f"{what}: HTTP 413")
    # A 4xx that does not speak Slack's language comes from something in between: nothing was posted.
    return DeliveryTransient(f"{what}: HTTP {status}", uncertain=status >= 500)
