"""What Slack's error codes mean, and in words for ops. Pure.

Web API codes: https://docs.slack.dev/reference/methods/chat.postMessage#errors
Webhook codes: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
"""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Group:
    """Error codes that mean the same to us."""

    kind: type[DeliveryError]
    codes: tuple[str, ...]  # a `*` at the end stands for any ending
    uncertain: bool = False  # of DeliveryTransient: it may have been posted
    pause: float = PAUSE  # of RateLimited: seconds, where the answer names none
    is_person: bool = False  # of TargetBroken: somebody is not there any more
    says: str = ""  # what it is and how to mend it, as ``DeliveryError.for_ops``


_PUT_IN = (
    "put the Bot User OAuth Token (xoxb-…) of the app's page OAuth & Permissions into slack.bot_token, and"
    " restart notifier (a token in a file, by `${file:…}`, is read again by itself)"
)
NEW_WEBHOOK = (
    "Slack takes nothing more through {place}: make a new incoming webhook, and set {setting} to its URL"
)

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
    # No message of this bot will get through until ops act.
    Group(
        CredentialsBroken,
        ("invalid_auth", "not_authed", "not_allowed_token_type"),
        says=f"Slack does not take the bot's token: {_PUT_IN}",
    ),
    Group(
        CredentialsBroken,
        ("token_revoked", "account_inactive"),
        says="the bot's token was revoked, or the app was removed from the workspace: install the app again"
        f" (OAuth & Permissions), and {_PUT_IN}",
    ),
    # Only an app that rotates its tokens has such that expire.
    Group(
        CredentialsBroken,
        ("token_expired",),
        says="the bot's token has expired: make an app that does not rotate its tokens (docs/slack-app.yaml),"
        f" and {_PUT_IN}",
    ),
    Group(
        CredentialsBroken,
        ("missing_scope",),
        says="the Slack app lacks the scope {scope}: add it to the app (OAuth & Permissions → Bot Token"
        " Scopes), and install the app again",
    ),
    Group(
        CredentialsBroken,
        ("access_denied", "app_access_restricted"),
        says="an administrator of the workspace keeps the Slack app from it: ask them to approve the app",
    ),
    # A channel that is not there, or hides: a private one answers so to a bot outside it.
    Group(
        TargetBroken,
        ("channel_not_found",),
        says="Slack does not know {place}: it was deleted or renamed, or is private and the bot is not in"
        " it. Invite the bot there (/invite), or correct {setting}; an id (C…) stays the same when a channel"
        " is renamed",
    ),
    Group(
        TargetBroken,
        ("not_in_channel",),
        says="the bot is not in {place}: invite it there (/invite), or add the scope chat:write.public to the"
        " Slack app",
    ),
    Group(
        TargetBroken,
        ("is_archived",),
        says="{place} is archived: unarchive it in Slack, or set {setting} to another channel",
    ),
    # Deleted, or of a kind or in a channel where nothing is replied to: it may be said without a thread.
    Group(
        EditRefused,
        ("thread_not_found", "cannot_reply_to_message", "restricted_action_non_threadable_channel"),
    ),
    # A policy of the workspace, or of the channel.
    Group(
        TargetBroken,
        ("restricted_action*", "no_permission", "ekm_access_denied"),
        says="the workspace does not let the bot write in {place}: let it (the channel's settings say who may"
        " post), or set {setting} to another channel",
    ),
    Group(
        TargetBroken,
        ("messages_tab_disabled",),
        says="the Slack app takes no direct messages, so {place} can't be told: turn the Messages Tab on, on"
        " the app's page App Home",
    ),
    # A person who is not there (any more), or out of the bot's sight.
    Group(
        TargetBroken,
        ("users_not_found", "user_not_found", "user_not_visible", "user_disabled"),
        is_person=True,
        says="{place} can't be found in Slack (any more) by what {setting} says: correct it; a member id (U…)"
        " stays the same when an address changes",
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
        says=NEW_WEBHOOK,
    ),
    # Deleted: nothing will change it.
    Group(
        EditRefused,
        ("message_not_found",),
        says="a message to {place} was deleted: what becomes of its alert is told there in a new one. Ask"
        " whoever reads there to let messages stand, and to answer them by a button or `notifier resolve`",
    ),
    # Somebody else's, or too old: an edit will not work later either.
    Group(
        EditRefused,
        ("cant_update_message", "edit_window_closed", "is_inactive"),
        says="Slack does not let us change a message to {place}: what becomes of its alert is told there in a"
        " new one. Let messages be edited at any time (the workspace's settings → Permissions)",
    ),
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


def group_of(code: str) -> Group | None:
    """What a code means; None for one that is not known."""
    return next((group for group in GROUPS if any(_fits(code, known) for known in group.codes)), None)


def _fits(code: str, known: str) -> bool:
    return code.startswith(known[:-1]) if known.endswith("*") else code == known
